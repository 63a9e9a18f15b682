"""Settings about people: whom to refuse although the token is genuine, and what tokens make of a local user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from betterauth_auth.values import Values, words

STANDINGS = frozenset({"banned", "impersonated", "anonymous"})
# A name as it is spelled in the database, with quotes or without; percent signs would be taken for parameters.
NAME = r'(?:"([^"%\x00]+)"|([A-Za-z_][A-Za-z0-9_]*))'
TABLE = re.compile(rf"(?:{NAME}\.)?{NAME}", re.ASCII)


class UserTable(NamedTuple):
    """Better Auth's own table of users in the database of this project."""

    schema: str
    name: str
    asks_for_bans: bool

    @property
    def quoted(self) -> str:
        return ".".join(f'"{part}"' for part in (self.schema, self.name) if part)


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How the people of one Better Auth become local users, and what their tokens change about them."""

    identity_issuer: str
    make_user: str
    role_groups: Mapping[str, tuple[str, ...]]
    on_token: str
    watched_claims: tuple[str, ...]
    organization_roles: str
    user_table: UserTable | None


def build_people_rules(values: Values) -> PeopleRules:
    groups = values["ROLE_GROUPS"]
    if not isinstance(groups, Mapping):
        raise ImproperlyConfigured('BETTER_AUTH["ROLE_GROUPS"] is not a dictionary.')
    return PeopleRules(
        identity_issuer=str(values["IDENTITY_ISSUER"]),
        make_user=str(values["MAKE_USER"]),
        role_groups=MappingProxyType({role: tuple(words(groups, role)) for role in groups}),
        on_token=str(values["ON_TOKEN"]),
        watched_claims=tuple(words(values, "WATCHED_CLAIMS")),
        organization_roles=str(values["ORGANIZATION_ROLES"]),
        user_table=user_table(values),
    )


def user_table(values: Values) -> UserTable | None:
    if not values["USER_TABLE"]:
        return None
    match = TABLE.fullmatch(str(values["USER_TABLE"]))
    if not match:
        raise ImproperlyConfigured('BETTER_AUTH["USER_TABLE"] is not the name of a table, as neon_auth.user.')
    schema, name = match[1] or match[2] or "", match[3] or match[4]
    return UserTable(schema, name, "banned" in refused_standings(values))


def refused_standings(values: Values) -> frozenset[str]:
    refused = frozenset(words(values, "REFUSE"))
    if unknown := sorted(refused - STANDINGS):
        raise ImproperlyConfigured(f'BETTER_AUTH["REFUSE"] knows {", ".join(sorted(STANDINGS))}, not {unknown[0]!r}.')
    return refused
