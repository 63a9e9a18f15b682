"""All that compose.yaml has around the image, on this machine: a PostgreSQL by its socket, a Redis, an issuer."""

from __future__ import annotations

import http.client
import json
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from scripts.private_postgres import PrivatePostgres
from tests.fake_betterauth import FakeBetterAuth
from tests.image.container import Container, services
from tests.todoproject.test_redis import redis_at
from tests.waiting import wait_for

PORT, LIVE_PORT, REDIS_PORT, DATABASE_PORT = 8000, 8001, 6379, 5432
VARIABLES = {
    "SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "api.example.com",
    "POSTGRES_PASSWORD": "only-for-this-test",
    "REDIS_URL": f"redis://127.0.0.1:{REDIS_PORT}/0",
    "LIVE_UPSTREAM": f"127.0.0.1:{LIVE_PORT}",
}
# As from the proxy that ends TLS.
HEADERS = {"Host": "api.example.com", "X-Forwarded-Proto": "https", "Content-Type": "application/json"}


class Stage(ExitStack):
    """Ports are those of the network in which `make image` runs this, where nobody else is."""

    running: Container | None = None

    def __enter__(self) -> Stage:
        folder = Path(self.enter_context(TemporaryDirectory()))
        folder.chmod(0o755)
        self.socket = folder / "socket"
        self.socket.mkdir()
        self.socket.chmod(0o777)
        self.start_database()
        redis = redis_at(REDIS_PORT)
        self.callback(redis.wait)
        self.callback(redis.terminate)
        self.issuer = self.enter_context(FakeBetterAuth())
        self.services = services({**VARIABLES, "BETTER_AUTH_API_URL": self.issuer.url}, folder)
        self.migrate()
        return self

    def start_database(self) -> None:
        postgres = PrivatePostgres(f"unix_socket_directories = '{self.socket}'")
        postgres.port, postgres.password = DATABASE_PORT, VARIABLES["POSTGRES_PASSWORD"]
        with psycopg.connect(self.enter_context(postgres), autocommit=True) as connection:
            connection.execute("CREATE DATABASE todo")

    def migrate(self) -> None:
        with Container("migrate", self.services["migrate"], self.socket) as migrate:
            if migrate.process.wait(timeout=120):
                raise RuntimeError(migrate.words())

    def api(self) -> Container:
        """The one that runs, or a new one where a test has ended the last."""
        if self.running is None or self.running.process.poll() is not None:
            self.running = self.enter_context(Container("api", self.services["api"], self.socket))
            self.wait_until_ready(self.running)
        return self.running

    def live(self) -> Container:
        """At another port than compose.yaml has it, because here it shares the network of `api`."""
        service = self.services["live"]
        command = [str(LIVE_PORT) if word == str(PORT) else word for word in service["command"]]
        return Container("live", {**service, "command": command}, self.socket)

    def ask(self, method: str, path: str, body: Any = None, port: int = PORT) -> http.client.HTTPResponse:
        """As Alice."""
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {**HEADERS, "Authorization": f"Bearer {self.issuer.token(sub='alice')}"}
        wire.request(method, path, json.dumps(body) if body else None, headers)
        return wire.getresponse()

    def wait_until_ready(self, container: Container, path: str = "/readyz", port: int = PORT) -> None:
        def is_ready() -> bool:
            if container.process.poll() is not None:
                raise RuntimeError(container.words())
            with suppress(OSError):
                return self.ask("GET", path, port=port).status == 200
            return False

        wait_for(is_ready, 60)
