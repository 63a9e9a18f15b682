"""Whoever does what the package's README says has a view that only people with a token see."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.package import readme

ROOT = readme.README.parent.parent
MAX_COMMANDS, MAX_LINES = 2, 12
VISIT = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
django.setup()
from django.test import Client
for token in ("", "Bearer x", "Bearer " + sys.argv[1]):
    response = Client(SERVER_NAME="localhost").get("/me", headers={"Authorization": token} if token else {})
    print(response.status_code, response.content.decode())
"""


class QuickStartTests(SimpleTestCase):
    def test_it_is_short(self):
        lines = [line for text in readme.additions("Install").values() for line in text.splitlines() if line.strip()]

        self.assertIn(len(readme.commands("Install")), range(1, MAX_COMMANDS + 1))
        self.assertIn(len(lines), range(1, MAX_LINES + 1), lines)

    def start_project(self, better_auth: str) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.run_python("-m", "django", "startproject", "mysite", ".")
        # What is installed by the first command is this checkout, here.
        (self.folder / "betterauth_auth").symlink_to(ROOT / "betterauth_auth")
        readme.follow("Install", self.folder / "mysite", better_auth)
        install, *others = readme.commands("Install")
        self.assertTrue(install.startswith("pip install"))
        for command in others:
            self.run_python(*command.split()[1:])

    def test_it_leads_to_a_protected_view(self):
        issuer = self.enterContext(FakeBetterAuth())
        self.start_project(issuer.url)

        answers = self.run_python("-c", VISIT, issuer.token(sub="alice")).splitlines()

        self.assertEqual([answer[:3] for answer in answers], ["401", "401", "200"])
        self.assertEqual(answers[-1], '200 {"subject":"alice"}')

    def test_the_tests_that_it_shows_pass(self):
        self.start_project(readme.ADDRESS)
        readme.follow("Tests", self.folder / "mysite", readme.ADDRESS)

        self.assertIn("Found 1 test", self.run_python("manage.py", "test"))

    def run_python(self, *arguments: str) -> str:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class PayloadTests(SimpleTestCase):
    def test_the_payload_is_the_one_that_a_real_server_was_asked_for(self):
        tried = (ROOT / "tests" / "interop" / "payload.mjs").read_text(encoding="utf-8")
        _, block, _ = re.split(r"// (?:begin|end)\n", tried)

        self.assertIn(f"```ts\n{block}```", readme.README.read_text(encoding="utf-8"))
