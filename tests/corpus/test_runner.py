"""The runner sees through verifiers that are wrong, and reaches those that are elsewhere."""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from django.test import SimpleTestCase

from tests.corpus import entries, runner, table
from tests.corpus.adapters import Program, Service
from tests.corpus.runner import Run, TookTooLong
from tests.corpus.server import KeyServer

QUESTION = {
    "token": "good",
    "authorization": "Bearer good",
    "jwks_url": "",
    "issuer": "",
    "audience": "",
    "algorithms": [],
    "leeway_seconds": 0,
}


class Always:
    """Answers the same whatever it is asked."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return self.answer

    def close(self) -> None:
        """Nothing is open."""


class VerdictTests(SimpleTestCase):
    def outcomes(self, **answer: Any) -> tuple[Counter[str], Counter[str]]:
        """Of the good tokens, and of the others."""
        found = [entry for entry in entries.read() if entry.setting]
        with KeyServer() as keys:
            verdicts = Run(lambda: Always(**answer), keys, 1, "EdDSA").verdicts(found, 1)
        good = Counter(verdict.outcome for verdict in verdicts if verdict.entry.is_good)
        return good, Counter(verdict.outcome for verdict in verdicts if not verdict.entry.is_good)

    def test_who_accepts_everything_accepts_what_is_hostile(self):
        good, hostile = self.outcomes(accepted=True)

        self.assertEqual((set(good), set(hostile)), ({runner.RIGHT}, {runner.ACCEPTED_HOSTILE}))

    def test_who_refuses_everything_refuses_what_is_good(self):
        good, hostile = self.outcomes(accepted=False)

        self.assertEqual((set(good), set(hostile)), ({runner.REFUSED_GOOD}, {runner.RIGHT}))

    def test_who_is_never_available_refuses_what_is_good(self):
        self.assertEqual(set(self.outcomes(accepted=False, status=503)[0]), {runner.REFUSED_GOOD})

    def test_who_answers_500_has_crashed(self):
        good, hostile = self.outcomes(accepted=False, status=500)

        self.assertEqual(set(good + hostile), {runner.CRASHED})

    def test_who_calls_a_token_bad_in_an_outage_blames_it(self):
        self.assertEqual(runner.judged("unavailable", {"accepted": False, "status": 401}), runner.BLAMED)
        self.assertEqual(runner.judged("unavailable", {"accepted": False, "status": 503}), runner.RIGHT)

    def test_who_fetches_too_often_is_costly(self):
        (entry,) = [entry for entry in entries.read() if entry.id == "crowd-foreign"]
        with KeyServer() as keys:
            keys.fetches[f"/{entry.place}/jwks"] = 2
            verdict = Run(lambda: Always(accepted=True), keys, 1, "EdDSA").outcome_of(entry, entry.steps[-1])

        self.assertEqual(verdict, (runner.COSTLY, "2 fetches"))


class AdapterTests(SimpleTestCase):
    def test_the_adapter_of_the_document_is_one(self):
        document = table.DOCUMENT.read_text(encoding="utf-8")
        (adapter,) = re.findall(r"^```python\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "adapter.py").write_text(adapter, encoding="utf-8")
        (folder / "mine.py").write_text(
            "class Refused(Exception): pass\n"
            "class KeysUnavailable(Exception): pass\n"
            "def verify(authorization, **told):\n"
            "    known = {'Bearer good': None, 'Bearer bad': Refused(), 'Bearer late': KeysUnavailable()}\n"
            "    if error := known[authorization]: raise error\n",
            encoding="utf-8",
        )
        program = Program([sys.executable, str(folder / "adapter.py")])
        self.addCleanup(program.close)

        answers = [
            program.ask({**QUESTION, "authorization": f"Bearer {word}"}) for word in ("good", "bad", "late", "odd")
        ]

        self.assertEqual([answer.get("status") for answer in answers], [None, 401, 503, 500])
        self.assertEqual([answer["accepted"] for answer in answers], [True, False, False, False])

    def test_a_program_that_ends_gives_no_answer(self):
        program = Program([sys.executable, "-c", "input()"])
        self.addCleanup(program.close)

        with self.assertRaises(TookTooLong):
            program.ask(QUESTION)

    def test_a_service_is_asked_by_its_header(self):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                statuses = {"Bearer good": 204, "Bearer bad": 403, "Bearer late": 503}
                self.send_response(statuses[self.headers["Authorization"]])
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Silent."""

        server = self.enterContext(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(server.shutdown)
        service = Service(f"http://127.0.0.1:{server.server_address[1]}/me")

        answers = [
            service.ask({**QUESTION, "authorization": f"Bearer {word}"}) for word in ("good", "bad", "late", "a\nb")
        ]

        self.assertEqual([answer.get("status") for answer in answers], [204, 401, 503, None])
        self.assertEqual([answer.get("accepted", "skipped") for answer in answers], [True, False, False, "skipped"])
