"""What a bench needs around it: a private PostgreSQL with its rows, tokens, our server and the plain one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.tokens import ISSUER, LIFE_SECONDS, Signer
from scripts.private_postgres import PrivatePostgres, free_port

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

USERS, TODOS = 1000, 200
GROWTH = {"many": 20_000, "most": 200_000}
# As a server in use is set up, but for the disk: waiting for it would hide everything else.
CONFIGURATION = "shared_buffers = 256MB\nmax_wal_size = 4GB\ncheckpoint_timeout = 30min\n"


class Stage:
    def __init__(self, folder: Path, database_url: str, sizes: dict[str, int]) -> None:
        self.folder, self.database_url = folder, database_url
        self.signer = Signer()
        # Seconds from the command to the first answer, by server.
        self.started: dict[str, float] = {}
        self.signer.write_jwks(folder / "jwks.json")
        self.sizes = sizes
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "SECRET_KEY": "bench-only-" * 5,
            "DEBUG": "false",
            "HTTPS_ONLY": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BETTER_AUTH_API_URL": ISSUER,
            "BETTER_AUTH_JWKS_FILE": str(folder / "jwks.json"),
            "BETTER_AUTH_MAX_TOKEN_LIFETIME_SECONDS": str(LIFE_SECONDS),
            "RATE_LIMIT_USER": "0",
            "RATE_LIMIT_ADDRESS": "0",
        }

    def prepare(self, **options: Any) -> None:
        """Makes the tables and their rows."""
        print("Seeding …", file=sys.stderr)
        self.manage("migrate", "--verbosity=0")
        os.environ.update(self.environment, DJANGO_SETTINGS_MODULE="todoproject.settings")
        import django

        django.setup()
        # Only now can the models be imported that it needs.
        from bench.seed import seed

        seed(self.database_url, ISSUER, self.sizes, **options)

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        # What a benchmark itself prints is read by another process.
        subprocess.run(command, cwd=ROOT, env=self.environment, stdout=sys.stderr, check=True)

    @contextmanager
    def our_server(self, name: str, **settings: str) -> Iterator[tuple[str, int]]:
        port = free_port()
        command = [sys.executable, "manage.py", "serve", f"--port={port}"]
        with self.server(name, command, ROOT, port, **settings) as running:
            yield running

    @contextmanager
    def plain_server(self) -> Iterator[tuple[str, int]]:
        """Django REST Framework as its tutorial has it, on the same server with the same options."""
        port = free_port()
        command = [sys.executable, "-m", "granian", "--interface=wsgi", f"--port={port}", "--workers=2"]
        options = ["--blocking-threads=4", "--http=1", "--no-ws", "--log-level=warning", "wsgi:application"]
        with self.server("plain", [*command, *options], HERE / "plain", port) as running:
            yield running

    @contextmanager
    def server(
        self, name: str, command: list[str], folder: Path, port: int, **settings: str
    ) -> Iterator[tuple[str, int]]:
        began = time.monotonic()
        with (self.folder / f"{name}.log").open("wb") as log:
            environment = {**self.environment, **settings}
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
            try:
                base = f"http://127.0.0.1:{port}"
                wait_for(base, process, self.folder / f"{name}.log")
                self.started[name] = time.monotonic() - began
                yield base, process.pid
            finally:
                process.terminate()
                process.wait()


def wait_for(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1500):
        try:
            urllib.request.urlopen(base + "/livez", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.02)
    raise SystemExit(f"A server did not start:\n{log.read_text(encoding='utf-8')}")


def users(count: int) -> dict[str, int]:
    return {f"user{number}": TODOS for number in range(1, count + 1)}


@contextmanager
def stage(sizes: dict[str, int], **options: Any) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, PrivatePostgres(CONFIGURATION) as url:
        made = Stage(Path(folder), url, sizes)
        made.prepare(**options)
        yield made
