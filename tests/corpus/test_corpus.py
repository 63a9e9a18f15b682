"""Our verifier passes the whole corpus, each entry for its own reason, and the corpus is what its recipes make."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import SimpleTestCase, override_settings

from tests.corpus import entries, table
from tests.corpus.entries import Entry
from tests.corpus.keys import DATA, decode, decode_integer
from tests.corpus.maker import ACCEPT, FIXED_NOW
from tests.corpus.peers.ours import Ours, issuer
from tests.corpus.runner import PATIENCE_SECONDS, RIGHT, Run, TookTooLong, Verdict
from tests.corpus.server import KeyServer

# Entries of slow servers wait beside each other.
WORKERS = 32
ROOT = Path(__file__).resolve().parent.parent.parent
SHORT_FETCH_SECONDS = 1.5


def fixed_clock() -> float:
    return FIXED_NOW


def reasons_of(entry: Entry) -> tuple[str, ...]:
    return tuple(step["reason"] for step in entry.steps if step.get("reason"))


def is_slow(entry: Entry) -> bool:
    return "timeout" in reasons_of(entry)


class OursInTime(Ours):
    """Whatever the server of the keys does, there is an answer."""

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        started = time.monotonic()
        answer = super().ask(question)
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise TookTooLong
        return answer


@override_settings(ROOT_URLCONF="tests.betterauth_auth.urls", MIDDLEWARE=[])
class OurVerifierTests(SimpleTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ours = OursInTime()
        # What it says of failing servers is not what is tested, and is much.
        for name in ("betterauth_auth.jwks", "urllib3"):
            self.enterContext(mock.patch.object(logging.getLogger(name), "disabled", new=True))

    def verdicts(self, found: list[Entry], now: int | None, keys: KeyServer) -> list[Verdict]:
        run = Run(lambda: self.ours, keys, now, "EdDSA")
        trusted: dict[str, dict[str, Any]] = {}
        for entry in found:
            question = run.question(entry, {"token": ""})
            short = {"FETCH_SECONDS": SHORT_FETCH_SECONDS} if is_slow(entry) else {}
            trusted[entry.issuer] = {**issuer(question), **short}
        with override_settings(BETTER_AUTH={"ISSUERS": list(trusted.values())}):
            return run.verdicts(found, WORKERS)

    def assert_right(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            with self.subTest(verdict.entry.id, says=verdict.entry.says):
                self.assertEqual(verdict.outcome, RIGHT, verdict.reasons)
                # In a crowd it depends on the moment who is refused and who is told to come again.
                if verdict.entry.category != "crowds":
                    self.assertEqual(verdict.reasons, reasons_of(verdict.entry))

    def test_every_entry_gets_its_answer_for_its_reason(self):
        found = list(entries.read())
        with mock.patch("time.time", new=fixed_clock), KeyServer() as keys:
            verdicts = self.verdicts(found, FIXED_NOW, keys)

        self.assertEqual([verdict.entry.id for verdict in verdicts], [entry.id for entry in found])
        self.assert_right(verdicts)

    def test_tokens_signed_now_get_the_same_answers(self):
        with KeyServer() as keys:
            made = entries.made(int(time.time()))
            wanted = [entry for entry in made if entry.category in {"good tokens", "times"} and not entry.is_exact]
            verdicts = self.verdicts(wanted, None, keys)

        self.assertGreater(len(verdicts), 80)
        self.assert_right(verdicts)


class TheCorpusTests(SimpleTestCase):
    def test_the_data_is_what_the_recipes_make(self):
        for name, text in entries.written().items():
            with self.subTest(name):
                # Not assertEqual, which would take minutes to show the difference.
                self.assertTrue(text == (DATA / name).read_text(encoding="utf-8"), "run python -m tests.corpus.make")

    def test_it_has_entries_of_every_kind_and_good_ones_among_them(self):
        found = list(entries.read())
        good = [entry for entry in found if entry.is_good]

        self.assertGreater(len(found), 900)
        self.assertEqual(max(Counter(entry.id for entry in found).values()), 1)
        self.assertGreater(len(good), 90)
        self.assertGreater(len({entry.setting for entry in good}), 9)

    def test_whatever_is_not_accepted_has_a_reason(self):
        silent = [
            entry.id
            for entry in entries.read()
            for step in entry.steps
            if "expect" in step and entry.category != "crowds" and (step["expect"] == ACCEPT) == bool(step["reason"])
        ]

        self.assertEqual(silent, [])

    def test_forgeries_are_good_signatures_to_plain_mathematics(self):
        """Otherwise they would be refused for nothing but being broken."""
        forged = [
            entry
            for entry in entries.read()
            if re.match("keyset-(small-order|rsa-)", entry.id) and len(entry.steps) == 3
        ]

        self.assertGreater(len(forged), 14)
        for entry in forged:
            with self.subTest(entry.id):
                self.assertTrue(is_signed(entry))

    def test_the_document_says_how_ours_fares_with_these_very_entries(self):
        document = table.DOCUMENT.read_text(encoding="utf-8")
        sizes = Counter(entry.category for entry in entries.read())
        (own,) = re.findall(r"^\| betterauth_auth \|(.*)\|$", document, re.MULTILINE)
        cells = dict(re.findall(r"^\| ([^|]+) \| 0 of (\d+) \|", document, re.MULTILINE))

        number = sizes.total()
        self.assertEqual([int(cell) for cell in own.split("|")], [number, number, *[0] * 6])
        self.assertEqual({category: int(size) for category, size in cells.items()}, sizes)

    def test_its_runner_wants_no_settings(self):
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        command = [sys.executable, "-m", "tests.corpus.run", "--help"]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

        self.assertEqual(run.returncode, 0, run.stderr)

    def test_the_document_names_the_versions_that_were_asked(self):
        document = table.DOCUMENT.read_text(encoding="utf-8")

        for peer in table.PEERS:
            self.assertIn(f"| {peer.title} |", document)


def is_signed(entry: Entry) -> bool:
    """Whether the bad key of the set did sign the token, by a library that takes any key."""
    jwk = json.loads(entry.steps[0]["play"][0]["send"].partition("\r\n\r\n")[2])["keys"][0]
    signed, _, signature = entry.steps[1]["token"].rpartition(".")
    if jwk["kty"] == "RSA":
        block = pow(decode_integer(signature), decode_integer(jwk["e"]), decode_integer(jwk["n"]))
        return block.to_bytes(257, "big").endswith(hashlib.sha256(signed.encode()).digest())
    try:
        Ed25519PublicKey.from_public_bytes(decode(jwk["x"])).verify(decode(signature), signed.encode())
    except InvalidSignature:
        return False
    return True
