"""A loopback Neon Auth beside the fake Better Auth: its addresses, its claims, and its table in our database.

    with FakeNeonAuth() as neon, neon.users_in("neon_auth"), override_settings(BETTER_AUTH=neon.settings()):
        alice = neon.sign_up("Alice")
        token = neon.token(alice)

What Neon's documentation says, not Neon: nobody here has run one. Further addresses are members of `Handler`'s issuer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.fake_betterauth import FakeBetterAuth

BASE_PATH = "/neondb/auth"
# As Neon has it. SQLite has no schemas; there it is a table as Better Auth's own adapter makes it.
POSTGRESQL = """
CREATE TABLE {table} (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, email text NOT NULL UNIQUE,
  "emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now(), role text, banned boolean, "banReason" text, "banExpires" timestamptz
)
"""
SQLITE = """
CREATE TABLE {table} (
  id text PRIMARY KEY NOT NULL, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" integer NOT NULL,
  image text, "createdAt" date, "updatedAt" date, role text, banned integer, "banReason" text, "banExpires" date
)
"""


class FakeNeonAuth(FakeBetterAuth):
    token_path = f"{BASE_PATH}/token"
    keys_path = f"{BASE_PATH}/.well-known/jwks.json"
    table = ""

    @property
    def base_url(self) -> str:
        """What Neon injects as NEON_AUTH_BASE_URL; `url` is its origin, the issuer."""
        return f"{self.url}{BASE_PATH}"

    def settings(self, **overrides: Any) -> dict[str, Any]:
        return {"NEON_AUTH_BASE_URL": self.base_url, "USER_TABLE": self.table, **overrides}

    def claims(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> dict[str, Any]:
        user = {"role": "authenticated", "banned": False, "banReason": None, "banExpires": None}
        return super().claims(sub, expires_in=expires_in, **{**user, **claims})

    @contextmanager
    def users_in(self, schema: str = "neon_auth") -> Iterator[None]:
        """The table of users, where the setting looks for it."""
        is_postgresql = connection.vendor == "postgresql"
        self.table = f"{schema}.user" if is_postgresql else "user"
        if is_postgresql:
            execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        execute((POSTGRESQL if is_postgresql else SQLITE).format(table=self.quoted))
        try:
            yield
        finally:
            execute(f"DROP TABLE IF EXISTS {self.quoted}")
            if is_postgresql:
                execute(f'DROP SCHEMA "{schema}" CASCADE')

    @property
    def quoted(self) -> str:
        return ".".join(f'"{part}"' for part in self.table.split("."))

    def sign_up(self, name: str) -> str:
        """The id of the new user, which is the subject of its tokens."""
        user = str(uuid.uuid4())
        email = f"{name.lower()}@example.com"
        row = [user, name, email, False]
        execute(f'INSERT INTO {self.quoted} (id, name, email, "emailVerified") VALUES (%s, %s, %s, %s)', row)
        return user

    def ban(self, user: str, until: object = None) -> None:
        sql = f'UPDATE {self.quoted} SET banned = %s, "banExpires" = %s WHERE id = %s'
        assert execute(sql, [True, until, user]) == 1, "nobody was banned"

    def delete(self, user: str) -> None:
        assert execute(f"DELETE FROM {self.quoted} WHERE id = %s", [user]) == 1, "nobody was deleted"


def execute(sql: str, parameters: list[object] | None = None) -> int:
    """Past every count of statements: this is what happens elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        count: int = cursor.rowcount
        return count
