"""A real Better Auth server on Node and a real server of ours, each a process of its own on a free loopback port."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
CALLBACK = "https://client.example.com/callback"
CLIENT = {
    "redirect_uris": [CALLBACK],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "scope": "openid profile offline_access",
}


def reason_to_skip() -> str:
    if shutil.which("node") is None:
        return "Node is not installed, so there is no real Better Auth to talk to."
    if "INTEROP" not in os.environ:
        return "Real Better Auth servers are talked to by `make interop`."
    return ""


def folder_of_servers() -> Path:
    return Path(os.environ["INTEROP"])


def version_of_better_auth() -> str:
    package = folder_of_servers() / "node_modules" / "better-auth" / "package.json"
    return json.loads(package.read_text(encoding="utf-8"))["version"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Returns when something answers there, whatever it says."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(url, timeout=5)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not come up")


class Server:
    """A process with a folder for its log; `stop()` can be followed by `start()` on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix="interop-"))
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, command: list[str], environment: dict[str, str], probe: str, folder: Path = ROOT) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for(self.base + probe, self.process)
        except AssertionError:
            self.stop()
            raise AssertionError(self.log()) from None

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def stop(self) -> None:
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.terminate()
                self.process.wait(timeout=5)
            # A worker that is still starting does not hear the first signal.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class BetterAuth(Server):
    """`server.mjs` with the given configuration; users and keys live in its memory."""

    def __init__(self, **config: Any) -> None:
        super().__init__()
        self.config = config
        self.address = self.base + config.get("basePath", "/api/auth")

    def start(self) -> None:
        config = json.dumps({**self.config, "port": self.port})
        environment = {**os.environ, "BETTER_AUTH_CONFIG": config, "BETTER_AUTH_TELEMETRY": "0"}
        self.launch(["node", str(folder_of_servers() / "server.mjs")], environment, "/")

    def sign_up(self, name: str) -> Person:
        person = Person(self, name)
        credentials = {"email": f"{name.lower()}@example.com", "password": "correct horse", "name": name}
        person.session_token = person.post("/sign-up/email", **credentials)["token"]
        return person


class Person:
    """Somebody with a session at a Better Auth server, as a browser would hold it."""

    def __init__(self, server: BetterAuth, name: str) -> None:
        self.server = server
        self.name = name
        self.session_token = ""
        self.http = requests.Session()
        # Better Auth refuses requests that carry cookies and come from nowhere.
        self.http.headers["Origin"] = server.base

    def post(self, path: str, **body: Any) -> Any:
        response = self.http.post(self.server.address + path, json=body, timeout=10)
        assert response.ok, response.text
        return response.json()

    def token(self) -> str:
        response = self.http.get(f"{self.server.address}/token", timeout=10)
        assert response.ok, response.text
        return response.json()["token"]

    def oauth_tokens(self, resource: str, client: str = "", scope: str = "openid profile") -> dict[str, str]:
        """Access and ID token of a public client with PKCE, after the consent page."""
        client = client or self.public_client(CALLBACK)
        verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        wish = {"client_id": client, "redirect_uri": CALLBACK, "resource": resource}
        question = {**wish, "response_type": "code", "scope": scope, "state": "x"}
        question |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        back = self.consent(f"{self.server.address}/oauth2/authorize?{urlencode(question)}")
        code = parse_qs(urlsplit(back).query)["code"][0]
        return self.exchange({**wish, "grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    def public_client(self, callback: str) -> str:
        # A web client may not come back to this machine.
        kind = {"token_endpoint_auth_method": "none", "application_type": "native"}
        wish = {**CLIENT, **kind, "redirect_uris": [callback]}
        return self.post("/oauth2/create-client", **wish)["client_id"]

    def consent(self, address: str) -> str:
        """Where the browser is sent back to, after the consent page."""
        page = self.http.get(address, allow_redirects=False, timeout=10)
        query = urlsplit(page.headers["Location"]).query
        return self.post("/oauth2/consent", accept=True, oauth_query=query)["url"]

    def program(self) -> dict[str, str]:
        return self.http.get(self.server.base + "/register-program", timeout=10).json()

    def client_credentials_token(self, resource: str) -> str:
        """The access token of a program that acts for nobody."""
        client = self.program()
        credentials = (client["client_id"], client["client_secret"])
        body = {"grant_type": "client_credentials", "resource": resource}
        return self.exchange(body, auth=credentials)["access_token"]

    def exchange(self, body: dict[str, str], auth: tuple[str, str] | None = None) -> dict[str, str]:
        response = requests.post(f"{self.server.address}/oauth2/token", data=body, auth=auth, timeout=10)
        assert response.ok, response.text
        return response.json()

    def cookie(self, name: str) -> str:
        return next(cookie.value or "" for cookie in self.http.cookies if cookie.name.endswith(name))


@cache
def migrated_database() -> Path:
    """An empty, migrated SQLite file to copy: migrating takes longer than everything else here."""
    path = Path(tempfile.mkdtemp(prefix="interop-")) / "empty.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=environment_with(path, {"BETTER_AUTH_API_URL": "http://127.0.0.1:1"}),
        check=True,
    )
    return path


def environment_with(database: Path, variables: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "interop-" * 8,
        "DEBUG": "false",
        "HTTPS_ONLY": "false",
        "ALLOWED_HOSTS": "127.0.0.1",
        "LOG_FORMAT": "json",
        "RATE_LIMIT_USER": "0",
        "RATE_LIMIT_ADDRESS": "0",
        "DATABASE_URL": f"sqlite:///{database}",
        **variables,
    }


class TodoApi(Server):
    """`manage.py serve`, configured by nothing but the environment variables that are given."""

    def __init__(self, **variables: str) -> None:
        super().__init__()
        self.database = self.folder / "db.sqlite3"
        self.environment = environment_with(self.database, variables)

    def start(self) -> None:
        shutil.copy(migrated_database(), self.database)
        self.start_again()

    def start_again(self) -> None:
        """With what is in the database."""
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        self.launch(command, self.environment, "/livez")

    def get(self, path: str, token: str) -> requests.Response:
        return requests.get(self.base + path, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def post(self, path: str, token: str, **body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.post(self.base + path, headers=headers, json=body, timeout=20)

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What a management command of the same installation prints, to whichever of the two streams."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    def refusals(self) -> list[str]:
        """The reasons that the log gives for refused tokens."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line["reason"] for line in lines if line.get("reason")]
