"""The peers, and the tables in docs/corpus.md that say how they fare."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.corpus import runner
from tests.corpus.maker import MUST, SHOULD
from tests.corpus.runner import ACCEPTED_HOSTILE, RIGHT, SKIPPED, Verdict

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs" / "corpus.md"
FOLDER = Path(__file__).resolve().parent / "peers"
OURS = "betterauth_auth"
OTHER_FAULTS = (runner.REFUSED_GOOD, runner.CRASHED, runner.COSTLY, runner.BLAMED)
BEGIN, END = "<!-- Made by `make corpus`. -->\n", "<!-- Until here. -->\n"


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    package: str = ""
    """What it is installed from, where the name says another thing."""
    algorithm: str = "EdDSA"
    fetches: bool = True
    """Whether it gets the keys itself, so that failing servers are its matter."""

    def command(self, python: str) -> list[str]:
        if self.name == OURS:
            return [sys.executable, "-m", "tests.corpus.peers.ours"]
        interpreter = ["node"] if self.program.endswith(".mjs") else [python, "-W", "ignore"]
        return [*interpreter, str(FOLDER / self.program)]

    @property
    def title(self) -> str:
        with_version = " ".join([self.name, *filter(None, [pinned().get(self.package or self.name)])])
        return with_version if self.algorithm == "EdDSA" else f"{with_version} ({self.algorithm})"


PEERS = (
    Peer(OURS, "ours.py"),
    Peer("fastapi-better-auth-bridge", "bridge.py"),
    Peer("PyJWKClient", "pyjwkclient.py", "pyjwt"),
    Peer("joserfc", "joserfc_registry.py", fetches=False),
    Peer("simplejwt", "simplejwt.py", "djangorestframework-simplejwt"),
    Peer("python-jose", "python_jose.py", algorithm="RS256", fetches=False),
    Peer("jose", "jose.mjs"),
    Peer("aws-jwt-verify", "aws_jwt_verify.mjs", fetches=False),
)
Results = dict[Peer, list[Verdict]]


def pinned() -> dict[str, str]:
    """The versions that are installed, by package."""
    pins = (FOLDER / "requirements.txt").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)", pins, re.MULTILINE))
    return versions | json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]


def write(results: Results) -> None:
    """Puts the tables between the two marks of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    body = "\n".join([*summary(results), "", *by_category(results), ""])
    DOCUMENT.write_text(f"{before}{BEGIN}{body}{END}{after}", encoding="utf-8")


def summary(results: Results) -> Iterator[str]:
    yield "| verifier | asked | right | hostile accepted, must | should | good refused | crashed | too slow | blamed |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for peer, verdicts in results.items():
        asked = [verdict for verdict in verdicts if verdict.outcome != SKIPPED]
        outcomes = Counter(verdict.outcome for verdict in asked)
        hostile = Counter(verdict.entry.level for verdict in asked if verdict.outcome == ACCEPTED_HOSTILE)
        figures = [
            len(asked),
            outcomes[RIGHT],
            hostile[MUST],
            hostile[SHOULD],
            *(outcomes[name] for name in OTHER_FAULTS),
        ]
        yield f"| {peer.title} | {' | '.join(map(str, figures))} |"


def by_category(results: Results) -> Iterator[str]:
    """What went wrong, whatever it was, where."""
    yield f"| wrong, of the entries asked | {' | '.join(peer.name for peer in results)} |"
    yield f"|---|{'---|' * len(results)}"
    categories = dict.fromkeys(verdict.entry.category for verdicts in results.values() for verdict in verdicts)
    for category in categories:
        cells = [
            cell(verdict for verdict in verdicts if verdict.entry.category == category) for verdicts in results.values()
        ]
        yield f"| {category} | {' | '.join(cells)} |"


def cell(verdicts: Iterator[Verdict]) -> str:
    outcomes = [verdict.outcome for verdict in verdicts if verdict.outcome != SKIPPED]
    wrong = sum(outcome != RIGHT for outcome in outcomes)
    return f"{wrong} of {len(outcomes)}" if outcomes else ""
