"""What the distribution says of itself in several places is the same in all of them."""

from __future__ import annotations

import re
import tomllib

from django.conf import settings
from django.test import SimpleTestCase

import betterauth_auth
from tests.package.readme import README

FOLDER = README.parent
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMES = {"django": "Django", "djangorestframework": "Django REST Framework", "pyjwt[crypto]": "PyJWT"}


class MetadataTests(SimpleTestCase):
    def test_the_readme_names_the_lower_bounds(self):
        requirements = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["drf"]]
        bounds = dict(requirement.split(">=") for requirement in requirements)
        text = " ".join(README.read_text(encoding="utf-8").split())

        self.assertIn(f"Python {PROJECT['requires-python'].removeprefix('>=')} and newer", text)
        for name, called in NAMES.items():
            with self.subTest(name):
                self.assertIn(f"{called} {bounds[name]} and newer", text)

    def test_the_licence_is_the_repositorys(self):
        licences = {(folder / "LICENSE").read_bytes() for folder in (FOLDER, settings.BASE_DIR)}

        self.assertEqual(len(licences), 1)

    def test_the_version_is_the_newest_of_the_changelog_or_the_next(self):
        headings = re.findall(r"^## \[(.+?)\]", (FOLDER / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

        self.assertRegex(betterauth_auth.__version__, r"^\d+\.\d+\.\d+$")
        self.assertIn(headings[0], {betterauth_auth.__version__, "Unreleased"})

    def test_type_checkers_may_read_it(self):
        self.assertTrue((FOLDER / "py.typed").is_file())
