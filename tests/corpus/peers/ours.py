"""betterauth_auth behind Django REST Framework: asked by requests, answers with the status and the logged reason."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.test import Client

from tests.corpus.peers.protocol import serve


class Reasons(logging.Handler):
    """What was logged last in this thread as the reason of a refusal or of a 503."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.mine = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        self.mine.last = getattr(record, "reason", "")


class Ours:
    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.reasons = Reasons()
        self.logger = logging.getLogger("betterauth_auth.identify")
        self.logger.addHandler(self.reasons)
        self.logger.setLevel(logging.INFO)

    def close(self) -> None:
        self.logger.removeHandler(self.reasons)
        self.logger.setLevel(logging.NOTSET)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """A 503 has to say when to come again, and counts as 500 where it does not."""
        self.reasons.mine.last = ""
        response = self.client.get("/stateless", headers={"Authorization": question["authorization"]})
        status = response.status_code
        if status == 503 and int(response.get("Retry-After", 0)) < 1:
            status = 500
        reason = self.reasons.mine.last or ("no_credentials" if status == 401 else "")
        return {"accepted": status == 200, "status": status, "reason": reason}


def issuer(question: dict[str, Any]) -> dict[str, Any]:
    """The settings of BETTER_AUTH["ISSUERS"] that the question comes with."""
    told = {"JWKS_URL": "jwks_url", "ISSUER": "issuer", "AUDIENCE": "audience", "ALGORITHMS": "algorithms"}
    # Dozens of unknown kids under one key set are what a part of the corpus is about.
    burst = {} if question["issuer"].removeprefix("https://").startswith("crowd-") else {"UNKNOWN_KID_BURST": 1000}
    return {
        **{name: question[key] for name, key in told.items()},
        "LEEWAY_SECONDS": question["leeway_seconds"],
        **burst,
    }


def main() -> None:
    apps = ["django.contrib.auth", "django.contrib.contenttypes", "betterauth_auth"]
    urls, hosts = "tests.betterauth_auth.urls", ["testserver"]
    settings.configure(ROOT_URLCONF=urls, INSTALLED_APPS=apps, ALLOWED_HOSTS=hosts, SECRET_KEY="x" * 50, BETTER_AUTH={})
    django.setup()
    # What it says of failing servers would be printed otherwise.
    logging.getLogger().addHandler(logging.NullHandler())
    ours, known = Ours(), {}

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        if question["jwks_url"] not in known:
            known[question["jwks_url"]] = issuer(question)
            settings.BETTER_AUTH = {"ISSUERS": list(known.values())}
        now = question["now"]
        with mock.patch("time.time", return_value=now) if now else contextlib.nullcontext():
            return ours.ask(question)

    serve(answer)


if __name__ == "__main__":
    main()
