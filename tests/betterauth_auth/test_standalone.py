"""The app and its tests work in a project that has nothing else.

Here a part of its suite says so in seconds; `make package-matrix` runs all of it so, from the wheel.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from django.test import SimpleTestCase

from tests.betterauth_auth.apart import ROOT, SETTINGS, copy_suite

SAMPLE = [f"tests.betterauth_auth.test_{name}" for name in ("authentication", "identify", "integrations", "users")]


class StandaloneTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        copy_suite(self.folder)
        shutil.copytree(ROOT / "betterauth_auth", self.folder / "betterauth_auth")

    def django(self, *arguments: str, settings: str = SETTINGS) -> subprocess.CompletedProcess[str]:
        environment = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(self.folder)}
        command = [sys.executable, "-m", "django", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)

    def test_its_tests_pass_in_an_empty_project_whatever_keys_users_have(self):
        for settings in (SETTINGS, "tests.betterauth_auth.uuid_project"):
            with self.subTest(settings):
                run = self.django("test", *SAMPLE, settings=settings)

                self.assertEqual(run.returncode, 0, run.stderr[-4000:])
                self.assertGreater(int(re.search(r"Ran (\d+) tests", run.stderr).group(1)), 40)
                self.assertIn("OK", run.stderr)

    def test_its_migrations_are_complete_and_its_settings_pass(self):
        for arguments in (["makemigrations", "--check", "--dry-run"], ["check", "--fail-level", "WARNING"]):
            with self.subTest(arguments):
                run = self.django(*arguments)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
