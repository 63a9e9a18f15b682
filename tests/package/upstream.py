"""The page for Better Auth's documentation as a program: what it says to run, and what to write into which file."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

PAGE = Path(settings.BASE_DIR) / "docs" / "upstream" / "django.mdx"
BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
TERMINAL = "Terminal"
# Where the page says that the two servers are.
BETTER_AUTH_PORT, DJANGO_PORT = "3000", "8000"
# A bundler finds these without their ending, Node does not.
NEIGHBOUR = re.compile(r'(from "\./[\w-]+)"')


class Page:
    """Its blocks in their order, with the two servers at these ports."""

    def __init__(self, better_auth_port: int, django_port: int) -> None:
        text = PAGE.read_text(encoding="utf-8")
        text = text.replace(BETTER_AUTH_PORT, str(better_auth_port)).replace(DJANGO_PORT, str(django_port))
        self.blocks: list[tuple[str, str]] = BLOCK.findall(text)

    def scripts(self) -> dict[str, str]:
        """Those of Better Auth and of the frontend."""
        found = [(title, text) for title, text in self.blocks if title.endswith(".ts")]
        return {title: NEIGHBOUR.sub(r'\1.js"', text) for title, text in found}

    def command(self, word: str) -> str:
        """The one that has this word."""
        commands = [line for title, text in self.blocks if title == TERMINAL for line in text.splitlines()]
        (found,) = [command for command in commands if word in command.split()]
        return found

    def project(self) -> list[tuple[str, str]]:
        """What is run in Django's project, and what is added to the end of which of its files."""
        return [(title, text) for title, text in self.blocks if not title.endswith(".ts")]
