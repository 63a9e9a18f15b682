"""The adapters for offline databases are made to be copied: one short file each, and one that they share."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

FOLDER = Path(settings.BASE_DIR) / "examples" / "offline"
ADAPTERS = ("rxdb", "watermelondb", "tanstack")


def lines(name: str) -> list[str]:
    return [line for line in (FOLDER / f"{name}.ts").read_text(encoding="utf-8").splitlines() if line.strip()]


class OfflineExample(SimpleTestCase):
    def test_an_adapter_has_40_lines(self):
        for name in ADAPTERS:
            with self.subTest(name):
                self.assertLessEqual(len(lines(name)), 40)

    def test_lines_are_as_long_as_elsewhere(self):
        for name in (*ADAPTERS, "service"):
            with self.subTest(name):
                self.assertEqual([line for line in lines(name) if len(line) > 120], [])

    def test_the_fields_that_are_sent_are_those_of_the_api(self):
        text = "\n".join(lines("service"))
        written = Path(settings.BASE_DIR) / "clients" / "typescript" / "src" / "openapi.ts"
        components = written.read_text(encoding="utf-8")
        sent = set(re.findall(r'"(\w+)"', text[text.index("const OF_TIME") : text.index("export const KINDS")]))

        self.assertGreater(len(sent), 15)
        self.assertEqual([name for name in sent if not re.search(rf"\n +{name}\??: ", components)], [])

    def test_packages_are_pinned(self):
        package = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))

        versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
        self.assertEqual([version for version in versions if not re.fullmatch(r"[0-9.]+", version)], [])
