"""Random schedules of devices with examples/offline, against the running service. See scripts/offline.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.private_postgres import PrivatePostgres, free_port
from tests.fake_betterauth import FakeBetterAuth

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "offline"
ADAPTERS = ("rxdb", "watermelondb", "tanstack")
# What is in the trash leaves it, and then its tombstones go.
PURGE = """
from datetime import timedelta
from todos import clock
from todos.changes.purge import purge
purge(clock.now() + timedelta(days=31))
purge(clock.now() + timedelta(days=62))
"""


class Everybody(dict[str, str]):
    """Whoever comes with a session is signed in by its name."""

    def get(self, name: str, default: object = None) -> str:  # type: ignore[override]
        return name


@contextmanager
def service(database: str, folder: str, issuer: FakeBetterAuth) -> Iterator[tuple[str, dict[str, str]]]:
    sys.path.insert(0, str(ROOT / "scripts"))
    from stack import Stack

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "SECRET_KEY": "offline-" * 8,
        "DEBUG": "true",
        "BETTER_AUTH_API_URL": issuer.url,
        "RATE_LIMIT_USER": "0",
        "DATABASE_URL": database,
    }
    with Stack() as stack, (Path(folder) / "log").open("wb") as log:
        serve = [sys.executable, "manage.py", "serve", "--migrate", "--port", str(port)]
        stack.start(serve, f"{url}/livez", log=log, **settings)
        yield url, settings


def run(name: str, database: str, seeds: list[str], adapters: list[str]) -> bool:
    """Whether every schedule of every adapter converged."""
    is_well = True
    with tempfile.TemporaryDirectory(prefix="offline-") as folder, FakeBetterAuth() as issuer:
        issuer.sessions = Everybody()
        at = database or f"sqlite:///{Path(folder) / 'db.sqlite3'}"
        with service(at, folder, issuer) as (url, settings):
            purge = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", PURGE]
            place = {"API": url, "TOKENS": issuer.url + issuer.token_path, "PURGE": json.dumps(purge)}
            environment = {**os.environ, **settings, **place}
            for adapter in adapters:
                command = ["node", "build/test/run.js", adapter, *seeds, name]
                done = subprocess.run(command, cwd=FOLDER, env=environment, check=False)
                is_well = is_well and done.returncode == 0
    return is_well


def main() -> None:
    seeds = os.environ.get("SEEDS", "12 15").split()
    adapters = os.environ.get("ADAPTERS", " ".join(ADAPTERS)).split()
    databases = os.environ.get("DATABASES", "sqlite postgresql").split()
    is_well = "sqlite" not in databases or run("SQLite", "", seeds, adapters)
    if "postgresql" in databases:
        with PrivatePostgres() as url:
            is_well = run("PostgreSQL", url, seeds, adapters) and is_well
    sys.exit(0 if is_well else 1)


if __name__ == "__main__":
    main()
