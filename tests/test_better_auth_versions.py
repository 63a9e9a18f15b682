"""Which Better Auth we say that we were tried with is which one is installed to try it."""

import json
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from betterauth_auth import VERIFIED_BETTER_AUTH_VERSIONS

ROOT = Path(settings.BASE_DIR)


def locked(folder: str) -> str:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    return lock["packages"]["node_modules/better-auth"]["version"]


class OneVersionOfBetterAuth(SimpleTestCase):
    def test_the_newest_that_is_verified_is_the_one_that_is_locked(self):
        for folder in ("tests/interop", "examples/web"):
            with self.subTest(folder):
                self.assertEqual(locked(folder), VERIFIED_BETTER_AUTH_VERSIONS[-1])
                wanted = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
                self.assertEqual(wanted["better-auth"], VERIFIED_BETTER_AUTH_VERSIONS[-1])
