"""The app's suite in a folder that has nothing else of this repository. Standard library only: any Python can do it."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = "tests.betterauth_auth.project"
SUITE = ("tests.betterauth_auth", "tests.corpus.test_corpus.OurVerifierTests")


def copy_suite(folder: Path) -> None:
    # Whoever sets the suite apart is not part of it.
    not_needed = shutil.ignore_patterns("__pycache__", "node_modules", "test_standalone.py")
    for package in ("betterauth_auth", "corpus"):
        shutil.copytree(ROOT / "tests" / package, folder / "tests" / package, ignore=not_needed)
    for fake in ("fake_betterauth.py", "fake_neon_auth.py"):
        shutil.copy(ROOT / "tests" / fake, folder / "tests")
    # The host's own test package may know more of the project than this one has.
    (folder / "tests" / "__init__.py").touch()
