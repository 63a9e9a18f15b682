"""The app and its tests work in a project that has nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = """
SECRET_KEY = "standalone"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "betterauth_auth"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        "TEST": {"NAME": "test.sqlite3"},
    }
}
BETTER_AUTH = {"API_URL": "http://localhost:3000"}
ROOT_URLCONF = "tests.betterauth_auth.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""


class StandaloneTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "empty_project.py").write_text(SETTINGS)
        not_needed = shutil.ignore_patterns("__pycache__", "node_modules", Path(__file__).name)
        for package in ("betterauth_auth", "tests/betterauth_auth", "tests/corpus"):
            shutil.copytree(ROOT / package, self.folder / package, ignore=not_needed)
        shutil.copy(ROOT / "tests" / "fake_betterauth.py", self.folder / "tests")
        # The host's own test package may know more of the project than this one has.
        (self.folder / "tests" / "__init__.py").touch()

    def django(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"DJANGO_SETTINGS_MODULE": "empty_project", "PYTHONPATH": str(self.folder)}
        command = [sys.executable, "-m", "django", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120)

    def test_the_suite_passes_in_an_empty_project(self):
        run = self.django("test", "tests.betterauth_auth", "tests.corpus.test_corpus.OurVerifierTests")

        self.assertEqual(run.returncode, 0, run.stderr[-4000:])
        self.assertGreater(int(re.search(r"Ran (\d+) tests", run.stderr).group(1)), 80)
        self.assertIn("OK", run.stderr)

    def test_its_migrations_are_complete_and_its_settings_pass(self):
        for arguments in (["makemigrations", "--check", "--dry-run"], ["check", "--fail-level", "WARNING"]):
            with self.subTest(arguments):
                run = self.django(*arguments)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
