"""The catalogues of what operators read: whole, compiled from what is committed, and of exactly what the code says."""

from __future__ import annotations

import gettext
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import skipUnless

from django.conf import settings
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("betterauth_auth", "todos", "todoproject")
LANGUAGES = ("de", "es", "fr")
IN_PACKAGE = [f"locale/{language}/LC_MESSAGES/django.po" for language in LANGUAGES]
CATALOGUES = [ROOT / name / place for name in PACKAGES for place in IN_PACKAGE]
# What Python's module for catalogues puts between a context and a text.
CONTEXT_END = "\x04"
Entries = dict[str, list[str]]


def entries_in(text: str) -> Entries:
    """The translations by context and text, of plurals several; the entry without a text is the header."""
    found: Entries = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("msg"):
                name, _, line = line.partition(" ")
            if name and line.startswith('"'):
                parts[name] = parts.get(name, "") + line[1:-1].replace('\\"', '"').replace("\\n", "\n")
        key = f"{parts['msgctxt']}{CONTEXT_END}{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
        found[key] = [value for part, value in parts.items() if part.startswith("msgstr")]
    return found


class Catalogues(SimpleTestCase):
    def test_every_package_has_every_language(self):
        self.assertEqual([str(path) for path in CATALOGUES if not path.is_file()], [])
        found = {path.name for name in PACKAGES for path in (ROOT / name / "locale").iterdir()}
        self.assertEqual(found, {*LANGUAGES})

    def test_nothing_in_them_is_missing_doubtful_or_left_over(self):
        for path in CATALOGUES:
            text = path.read_text(encoding="utf-8")
            with self.subTest(path.relative_to(ROOT)):
                self.assertNotRegex(text, r"(?m)^#(, .*fuzzy|~)")
                empty = [key for key, values in entries_in(text).items() if not all(values)]
                self.assertEqual(empty, [])

    def test_translations_name_the_same_values(self):
        for path in CATALOGUES:
            for key, values in entries_in(path.read_text(encoding="utf-8")).items():
                for value in values if key else ():
                    with self.subTest(key, path=path.relative_to(ROOT)):
                        self.assertEqual(names_in(value), names_in(key))

    def test_what_is_compiled_is_what_is_written(self):
        for path in CATALOGUES:
            with self.subTest(path.relative_to(ROOT)), path.with_suffix(".mo").open("rb") as file:
                compiled = gettext.GNUTranslations(file)._catalog
                written = entries_in(path.read_text(encoding="utf-8"))
                forms = {(key, number): value for key in written for number, value in enumerate(written[key])}
                numbered = {key if isinstance(key, tuple) else (key, 0): value for key, value in compiled.items()}
                # The header, which has the moment of each run.
                del forms["", 0], numbered["", 0]
                self.assertEqual(numbered, forms)

    @skipUnless(shutil.which("xgettext"), "GNU gettext is not installed here")
    def test_make_messages_would_find_nothing_new(self):
        for name in PACKAGES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / name
                shutil.copytree(ROOT / name, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
                locales = [f"--locale={language}" for language in LANGUAGES]
                command = [sys.executable, ROOT / "manage.py", "makemessages", *locales, "--no-obsolete"]
                done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                for place in IN_PACKAGE:
                    collected, committed = ((root / place).read_text(encoding="utf-8") for root in (copy, ROOT / name))
                    self.assertEqual(entries_in(collected).keys(), entries_in(committed).keys())


def names_in(text: str) -> set[str]:
    return {part.partition(")")[0] for part in text.split("%(")[1:]}
