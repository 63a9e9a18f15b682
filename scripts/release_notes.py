"""`make release-notes TAG=v0.1.0`: what the changelog says of the version that this tag releases.

Tags `v…` release the service, `django-better-auth-v…` the package. A tag is refused unless it fits the version in the
code and the newest section of the changelog. Standard library only.
"""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What a tag begins with; where the version is, and in which words; the changelog.
PRODUCTS = {
    "v": ("pyproject.toml", r'^version = "(.+)"$', "CHANGELOG.md"),
    "django-better-auth-v": (
        "betterauth_auth/__init__.py",
        r'^__version__ = "(.+)"$',
        "betterauth_auth/CHANGELOG.md",
    ),
}
SECTION = re.compile(r"^## \[(.+?)\].*?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def notes(tag):
    found = re.fullmatch(r"(.*?v)(\d+\.\d+\.\d+)", tag)
    if not found or found[1] not in PRODUCTS:
        sys.exit(f"A tag is {' or '.join(f'{prefix}1.2.3' for prefix in PRODUCTS)}; this is {tag!r}.")
    place, words, changelog = PRODUCTS[found[1]]
    if (version := re.search(words, read(place), re.MULTILINE)[1]) != found[2]:
        sys.exit(f"The tag is {tag}, and {place} says {version}.")
    newest, text = SECTION.search(read(changelog)).groups()
    if newest != version:
        sys.exit(f"The newest section of {changelog} is [{newest}], not [{version}].")
    return text.strip()


print(notes(os.environ.get("TAG", "")))
