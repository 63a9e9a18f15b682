"""The package's README as a program: what it says to run, and what it says to write into which file."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

README = Path(settings.BASE_DIR) / "betterauth_auth" / "README.md"
# A block, after the line that leads to it.
BLOCK = re.compile(r"([^\n]*)\n+```(sh|python)\n(.*?)```", re.DOTALL)
ADDRESS = "https://auth.example.com"


def section(heading: str) -> str:
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"The package's README has no section «{heading}».")
    return found[1]


def commands(heading: str) -> list[str]:
    blocks = [text for _, language, text in BLOCK.findall(section(heading)) if language == "sh"]
    return [line for block in blocks for line in block.splitlines() if line]


def additions(heading: str) -> dict[str, str]:
    """What is added to the end of each file that a line before a block names."""
    found: dict[str, str] = {}
    for lead, language, text in BLOCK.findall(section(heading)):
        names = re.findall(r"`(\w+\.py)`", lead)
        if language == "python" and names:
            found[names[-1]] = found.get(names[-1], "") + text
    return found


def follow(heading: str, package: Path, better_auth: str) -> None:
    """Writes into the files of a project's package what the section says, for a Better Auth at this address."""
    for name, text in additions(heading).items():
        path = package / name
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{written}\n{text.replace(ADDRESS, better_auth)}", encoding="utf-8")
