"""The page for Better Auth's documentation, done to the letter in a new project beside a new Better Auth server."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import unittest
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

from tests.interop.case import InteropTestCase
from tests.interop.servers import Server, folder_of_servers
from tests.package.project import WHEEL, BareProject
from tests.package.upstream import TERMINAL, Page

COMPILE = ["--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "--target", "ES2023", "--module", "NodeNext"]
OURS = ("serve.mjs", "browser.mjs")


class NewBetterAuth(Server):
    """The page's scripts beside the locked packages. Where no database is named, Better Auth remembers in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.base = f"http://localhost:{self.port}"
        (self.folder / "node_modules").symlink_to(folder_of_servers() / "node_modules")
        (self.folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
        for name in OURS:
            shutil.copy(Path(__file__).with_name(name), self.folder)
        self.environment = {
            **os.environ,
            "PORT": str(self.port),
            "BETTER_AUTH_URL": self.base,
            "BETTER_AUTH_SECRET": secrets.token_hex(32),
            "BETTER_AUTH_TELEMETRY": "0",
        }

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, scripts: dict[str, str]) -> None:
        for name, text in scripts.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.run("node_modules/.bin/tsc", *COMPILE, *scripts)
        self.launch(["node", "serve.mjs"], self.environment, "/api/auth/ok", self.folder)


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")


@unittest.skipUnless(WHEEL, "The wheel is installed by `make package-install`.")
class UpstreamTests(InteropTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.new_better_auth, self.project = NewBetterAuth(), BareProject()
        self.addCleanup(self.new_better_auth.close)
        self.addCleanup(self.project.close)
        self.page = Page(self.new_better_auth.port, self.project.port)

    def follow(self) -> None:
        """In the order of the page, but the server starts when all is written, and the doctor has no token yet."""
        later = {self.page.command("runserver"), self.page.command("doctor")}
        for title, text in self.page.project():
            if title != TERMINAL:
                append(self.project.folder / title, text)
                continue
            for command in text.splitlines():
                if command not in later:
                    self.project.shell(command)
        self.project.shell("python manage.py check --fail-level WARNING")
        self.project.start(self.page.command("runserver"))

    def test_the_page_leads_from_nothing_to_a_sign_in(self):
        self.new_better_auth.start(self.page.scripts())
        self.follow()

        told = json.loads(self.new_better_auth.run("node", "browser.mjs"))

        self.assertEqual(sorted(told["me"]), ["email", "id", "name"])
        self.assertEqual((told["me"]["name"], told["me"]["email"]), ("Alice", "alice@example.com"))
        self.assertEqual(told["hello"], {"message": "Hello, Alice."})
        # Before the sign-up; /me; /hello as if the token had expired, and with a new one; after the sign-out.
        self.assertEqual(told["statuses"], [401, 200, 401, 200, 401])
        self.assertEqual([self.project.get(path).status_code for path in ("/me", "/hello")], [401, 401])
        self.assertTrue(claims_of(told["token"])["sid"])
        examined = self.project.shell(self.page.command("doctor"), TOKEN=told["token"])
        self.assertIn(f"The token is good: subject '{told['me']['id']}'", examined)
