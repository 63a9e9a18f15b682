"""Asks a verifier about every entry and judges its answers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import Any, NamedTuple, Protocol

from tests.corpus.entries import Entry, Step, settings
from tests.corpus.keys import KEYS
from tests.corpus.maker import ACCEPT, LEEWAY_SECONDS, REFUSE, UNAVAILABLE, json_bytes
from tests.corpus.recipes.scripts import answer, document
from tests.corpus.server import KeyServer

Question = dict[str, Any]
Answer = dict[str, Any]
# Who takes longer has not answered, whatever the server of the keys does. Machines that do more meanwhile may say so.
PATIENCE_SECONDS = float(os.environ.get("CORPUS_PATIENCE_SECONDS", "5"))
MALLORY = "mallory"

RIGHT, SKIPPED = "right", "skipped"
ACCEPTED_HOSTILE = "hostile accepted"
REFUSED_GOOD = "good refused"
CRASHED = "crashed"
COSTLY = "too slow"
"""Also: asks the server of the keys too often."""
BLAMED = "blamed"
"""The token is called bad while nobody can tell, which signs somebody out."""


class Verifier(Protocol):
    def ask(self, question: Question) -> Answer:
        """What the verifier makes of a token: `accepted`, and where it says so `status`, `reason` or `skipped`.

        TookTooLong after PATIENCE_SECONDS.
        """

    def close(self) -> None:
        """Nothing more will be asked."""


class TookTooLong(Exception):
    """There is no answer, and none can be expected of this verifier any more."""


@dataclass(frozen=True)
class Verdict:
    entry: Entry
    outcome: str
    reasons: tuple[str, ...] = ()


class Found(NamedTuple):
    outcome: str
    reason: str = ""


def judged(expect: str, answer: Answer) -> str:
    if answer.get("skipped"):
        return SKIPPED
    status = answer.get("status") or (200 if answer.get("accepted") else 401)
    if answer.get("accepted"):
        # The token is good where nobody can be expected to know; who manages to has made no mistake.
        return ACCEPTED_HOSTILE if expect == REFUSE else RIGHT
    if status >= 500 and status != 503:
        return CRASHED
    if expect == ACCEPT:
        return REFUSED_GOOD
    return BLAMED if expect == UNAVAILABLE and status != 503 else RIGHT


class Run:
    """One verifier, all entries, and the server of the keys."""

    def __init__(self, make_verifier: Callable[[], Verifier], keys: KeyServer, now: int | None, algorithm: str) -> None:
        self.make_verifier = make_verifier
        self.keys = keys
        self.now = now
        self.mine = local()
        self.made: list[Verifier] = []
        for name, told in settings(algorithm).items():
            keys.play(name, answer(json_bytes(told["jwks"])))
        keys.play(MALLORY, answer(document(*(key for name, key in KEYS.items() if name.startswith(MALLORY)))))

    def verdicts(self, entries: Iterable[Entry], workers: int) -> list[Verdict]:
        """In the order of the entries; those with a server of their own wait beside each other."""
        wanted = [entry for entry in entries if not (entry.is_exact and self.now is None)]
        try:
            shared = [self.verdict(entry) for entry in wanted if entry.setting]
            with ThreadPoolExecutor(workers) as pool:
                return shared + list(pool.map(self.verdict, (entry for entry in wanted if not entry.setting)))
        finally:
            for verifier in self.made:
                verifier.close()

    def verdict(self, entry: Entry) -> Verdict:
        """Right, or the first thing that is not."""
        reasons: list[str] = []
        for step in entry.steps:
            found = self.outcome_of(entry, step)
            reasons += filter(None, [found.reason])
            if found.outcome != RIGHT:
                return Verdict(entry, found.outcome, tuple(reasons))
        return Verdict(entry, RIGHT, tuple(reasons))

    def outcome_of(self, entry: Entry, step: Step) -> Found:
        if "play" in step:
            self.keys.play(entry.place, step["play"], step.get("elsewhere"))
        if "wait" in step:
            time.sleep(step["wait"])
        if "fetches_at_most" in step:
            number = self.keys.fetches_of(entry.place)
            return Found(COSTLY, f"{number} fetches") if number > step["fetches_at_most"] else Found(RIGHT)
        return self.asked(entry, step) if "expect" in step else Found(RIGHT)

    def asked(self, entry: Entry, step: Step) -> Found:
        try:
            answer = self.verifier().ask(self.question(entry, step))
        except TookTooLong:
            # It may still be busy with that question.
            del self.mine.verifier
            return Found(COSTLY, f"no answer within {PATIENCE_SECONDS:g} s")
        return Found(judged(step["expect"], answer), answer.get("reason", ""))

    def question(self, entry: Entry, step: Step) -> Question:
        """All that a verifier is told; `token` is left out where the header itself is tested."""
        token = {"token": step["token"]} if "token" in step else {}
        return {
            "id": entry.id,
            **token,
            "authorization": step.get("authorization") or f"Bearer {step['token']}",
            "jwks_url": self.keys.url_of(entry.place),
            "issuer": entry.issuer,
            "audience": entry.issuer,
            "algorithms": list(entry.algorithms),
            "leeway_seconds": LEEWAY_SECONDS,
            "now": self.now,
        }

    def verifier(self) -> Verifier:
        # One for each thread, because a verifier that hangs answers nobody else.
        if not hasattr(self.mine, "verifier"):
            self.mine.verifier = self.make_verifier()
            self.made.append(self.mine.verifier)
        return self.mine.verifier
