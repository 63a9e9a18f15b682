"""A tag is released only if version and changelog say the same."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
CHANGELOG = "# Changelog\n\n## [1.2.3] - 2026-12-01\n\n### Added\n- Bells.\n\n## [1.2.2] - 2026-11-01\n- Whistles.\n"


class ReleaseNotes(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "scripts").mkdir()
        shutil.copy(ROOT / "scripts/release_notes.py", self.folder / "scripts")
        shutil.copy(ROOT / "Makefile", self.folder)
        for name in ("pyproject.toml", "betterauth_auth/__init__.py"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            text = (ROOT / name).read_text(encoding="utf-8")
            text = re.sub(r'^(version|__version__) = ".+"', r'\1 = "1.2.3"', text, flags=re.MULTILINE)
            (self.folder / name).write_text(text, encoding="utf-8")
        for name in ("CHANGELOG.md", "betterauth_auth/CHANGELOG.md"):
            (self.folder / name).write_text(CHANGELOG, encoding="utf-8")

    def ask(self, tag: str) -> subprocess.CompletedProcess[str]:
        command = ["make", "--no-print-directory", "release-notes", f"PYTHON={sys.executable}"]
        environment = {**os.environ, "TAG": tag}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def test_they_are_the_section_of_the_version(self):
        for tag in ("v1.2.3", "django-better-auth-v1.2.3"):
            with self.subTest(tag):
                self.assertEqual(self.ask(tag).stdout, "### Added\n- Bells.\n")

    def test_a_tag_of_another_version_is_refused(self):
        for tag in ("v1.2.2", "django-better-auth-v1.2.2", "v1.2", "1.2.3", "", "v1.2.3`touch here`"):
            with self.subTest(tag):
                asked = self.ask(tag)
                self.assertNotEqual(asked.returncode, 0)
                self.assertEqual(asked.stdout, "")
        self.assertFalse((self.folder / "here").exists())

    def test_what_is_unreleased_in_the_changelog_is_not_released(self):
        (self.folder / "CHANGELOG.md").write_text(CHANGELOG.replace("[1.2.3]", "[Unreleased]"), encoding="utf-8")

        self.assertIn("[Unreleased], not [1.2.3]", self.ask("v1.2.3").stderr)
        self.assertEqual(self.ask("django-better-auth-v1.2.3").returncode, 0)
