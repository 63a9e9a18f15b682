"""docs/security.md names the test that shows each line; a name that no test has would be a promise without proof."""

import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

NAME = re.compile(r"`(test_[a-z0-9_]+)\.(\w+)`")


class TheSecurityDocumentIsProved(SimpleTestCase):
    def setUp(self) -> None:
        self.document = (Path(settings.BASE_DIR) / "docs" / "security.md").read_text(encoding="utf-8")
        self.tests = {
            (path.stem, name)
            for path in (Path(settings.BASE_DIR) / "tests").rglob("test_*.py")
            for name in re.findall(r"def (test_[a-z0-9_]+)\(", path.read_text(encoding="utf-8"))
        }

    def test_every_test_it_names_exists(self):
        named = set(NAME.findall(self.document))

        self.assertGreater(len(named), 50)
        self.assertEqual(sorted(named - self.tests), [])

    def test_every_line_says_how_it_is_shown(self):
        lines = [line for line in self.document.splitlines() if re.match(r"\| (API\d+|\d+\.\d+\.\d+) ", line)]

        self.assertEqual(len(lines), 10 + 16 + 13 + 7 + 17)
        unproved = [line for line in lines if not NAME.search(line) and "No test:" not in line]
        self.assertEqual(unproved, [])
