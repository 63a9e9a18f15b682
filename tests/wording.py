"""Reads the text of every refusal that any test is given: people read it, and most of them know no Python.

Importing this module (tests/__init__.py does) makes it listen to Django's test client.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.test.client import ClientHandler

PYTHON = re.compile(
    r"\b(dict|dictionary|NoneType|None|True|False|tuple|str|int|bool|float|datatype|Python|Traceback|exception"
    r"|(a|expected) list of|got type|got a|valid (string|boolean|integer|list|choice)|string literal"
    r"|this field (is required|may)|ensure)\b|<class|\{\w+\}",
    re.IGNORECASE,
)
# In these spellings they are words of English.
CASED = re.compile(r"\b(None|True|False)\b")
answer = ClientHandler.__call__
texts_read: set[str] = set()


class ProgrammersWordsError(AssertionError):
    pass


def read(response: Any) -> None:
    if response.status_code >= 400 and response.get("Content-Type") == "application/problem+json":
        for text in texts_of(json.loads(response.content)):
            require_plain(text)
            texts_read.add(text)


def texts_of(problem: dict[str, Any]) -> list[str]:
    return [problem["detail"], *(fault["detail"] for fault in problem.get("errors", ()))]


def require_plain(text: str) -> None:
    found = PYTHON.search(text)
    if found and (found[0].lower() not in {"none", "true", "false"} or CASED.search(text)):
        raise ProgrammersWordsError(f"{found[0]!r} in a text for people: {text}")


def answer_and_read(self: ClientHandler, environ: dict[str, Any]) -> Any:
    response = answer(self, environ)
    read(response)
    return response


ClientHandler.__call__ = answer_and_read  # type: ignore[method-assign]
