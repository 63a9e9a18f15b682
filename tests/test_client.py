"""The client on npm can be read in an hour, and says the same as the repository that it is made in."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
CLIENT = ROOT / "clients" / "typescript"
WRITTEN_BY_TOOLS = {"codes.ts", "openapi.ts"}


def package(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "package.json").read_text(encoding="utf-8"))


class Client(SimpleTestCase):
    def test_it_is_short(self):
        files = [*CLIENT.glob("src/*.ts"), *CLIENT.glob("tests/*.ts")]
        lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
        own = {name: lines for name, lines in lengths.items() if name not in WRITTEN_BY_TOOLS}

        self.assertIn("sending.ts", own)
        self.assertEqual({name: lines for name, lines in own.items() if lines >= 150}, {})
        self.assertLessEqual(len((CLIENT / "README.md").read_text(encoding="utf-8").splitlines()), 100)

    def test_openapi_fetch_is_its_only_dependency_and_what_builds_it_is_pinned(self):
        described = package(CLIENT)
        versions = described["devDependencies"].values()

        self.assertEqual(set(described["dependencies"]), {"openapi-fetch"})
        self.assertEqual([version for version in versions if not re.fullmatch(r"[0-9.]+", version)], [])

    def test_its_version_is_the_services(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

        self.assertEqual(package(CLIENT)["version"], project["version"])

    def test_its_example_page_is_linked_with_it_and_names_no_types_of_its_own(self):
        page = ROOT / "examples" / "web"

        self.assertEqual(package(page)["dependencies"]["todo-api-client"], "file:../../clients/typescript")
        self.assertEqual(list(page.glob("src/**/openapi*")), [])
