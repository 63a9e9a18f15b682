"""What docs/deploying.md tells one to type, and which files it tells one to write, in their order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "deploying.md"
# What one has to fill in.
REPOSITORY = "URL-OF-THIS-REPOSITORY"
BLOCK = re.compile(r"(?:`(/[^`\s]+)`:\n\n)?^```(sh|ini|nginx)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    path: str
    """Of the file that is to have this text; empty where it is commands."""
    text: str


def steps(heading: str, repository: str) -> list[Step]:
    """Those of one section."""
    page = PAGE.read_text(encoding="utf-8").replace(REPOSITORY, repository)
    section = re.search(rf"^##+ {heading}\n(.*?)(?=^##+ |\Z)", page, re.MULTILINE | re.DOTALL)
    if not section:
        raise LookupError(f"{PAGE.name} has no section «{heading}».")
    return [Step(path, text) for path, kind, text in BLOCK.findall(section[1]) if path or kind == "sh"]


def lines_in_the_place_of_exec_start() -> str:
    """What makes a unit for streams of the one for requests."""
    (lines,) = re.findall(r"^```ini\n(ExecStart=.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(lines)
