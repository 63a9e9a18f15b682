"""Reads every refusal that any test is given: its texts have no words of Python's, its codes are documented, and what
it says can be said in another language by its code and params.

Importing this module (tests/__init__.py does) makes it listen to Django's test client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from threading import Lock
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
# Formats that are the same whatever the request and the limits are.
EXAMPLE = re.compile(
    r"such as \S+|#rrggbb|as 20261231|HH:MM.*|years 1970 to 9999|of 1970 or later|UTF-8;|FREQ=\S+|2TU or -1FR|: \"7\"|"
    r"/api/v1/|31st|UTF-8 only|tag=\"a, b\"|version of the last sync, or 0|1 to 255 visible"
)
VARIABLE = re.compile(r"[0-9][0-9,]*[0-9]|[0-9]|\"[^\"]*\"|'[^' ]+'")
answer = ClientHandler.__call__
texts_read: set[str] = set()
making = Lock()
sentences: dict[tuple[str, str], str] = {}


class ProgrammersWordsError(AssertionError):
    pass


class UndocumentedCodeError(AssertionError):
    pass


class UntranslatableError(AssertionError):
    pass


def read(response: Any) -> None:
    if response.get("Content-Type") in {"application/problem+json", "application/json"} and not (
        response.streaming or response.has_header("Content-Encoding")
    ):
        require_translatable(json.loads(response.content or b"null"))
    is_problem = response.status_code >= 400 and response.get("Content-Type") == "application/problem+json"
    # An answer to HEAD has none.
    if is_problem and response.content:
        problem = json.loads(response.content)
        for text in texts_of(problem):
            require_plain(text)
            texts_read.add(text)
        if response.status_code < 500:
            require_documented(problem, response.wsgi_request)


def require_documented(problem: dict[str, Any], request: Any) -> None:
    """The code is one that the OpenAPI document has for the operation and the status, those of the faults are known."""
    match = getattr(request, "resolver_match", None)
    path = f"/{match.route}".replace("<str:", "{").replace(">", "}") if match else ""
    operation = document()["paths"].get(path, {}).get(request.method.lower(), {})
    answer = operation.get("responses", {}).get(str(problem["status"]))
    # That a method or a format is none is no operation's own.
    is_general = not operation or problem["status"] in {403, 405, 406, 414}
    known = codes_of(answer) if answer else {problem["code"]} if is_general else set()
    item = document()["components"]["schemas"]["Problem"]["properties"]["errors"]["items"]
    strangers = {fault["code"] for fault in problem.get("errors", ())} - {*item["properties"]["code"]["enum"]}
    if problem["code"] not in known or strangers:
        raise UndocumentedCodeError(f"{request.method} {path}: {problem['status']} {problem['code']} {strangers or ''}")


def require_translatable(answered: Any) -> None:
    """Whatever is said to people, of a request or of single edits, follows from its code and params."""
    # Here, because the corpus is put to verifiers without any settings.
    from todos.api.docs.codes import PARAMS

    for kind, said in everything_said(answered):
        code, params = said["code"], said.get("params", {})
        # Of several faults, `detail` is the first one's.
        if code == "invalid" and "errors" in said:
            if said["detail"] != said["errors"][0]["detail"] or params:
                raise UntranslatableError(f"not as the first fault: {said}")
            continue
        if {*params} != {*PARAMS.get(code, ())}:
            raise UntranslatableError(f"{code} promises {PARAMS.get(code, ())} and has {params}")
        known = json.dumps(params)
        if unknown := [part for part in variable_parts(said["detail"]) if part not in known]:
            raise UntranslatableError(f"{unknown} of {said['detail']!r} is not among {params}")
        other = sentences.setdefault((kind + code, json.dumps(params, sort_keys=True)), said["detail"])
        if other != said["detail"]:
            raise UntranslatableError(f"{code} {params} says both {other!r} and {said['detail']!r}")


def everything_said(answered: Any, kind: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """With what it is one of: a note of an import says other things than a refusal."""
    if isinstance(answered, dict):
        if isinstance(answered.get("code"), str) and isinstance(answered.get("detail"), str):
            yield kind, answered
        for name, value in answered.items():
            yield from everything_said(value, "note " if name == "notes" else kind)
    elif isinstance(answered, list):
        for value in answered:
            yield from everything_said(value, kind)


def variable_parts(detail: str) -> list[str]:
    return [part.replace(",", "").strip("'\"") for part in VARIABLE.findall(EXAMPLE.sub("", detail))]


def document() -> Any:
    # Two threads that make it at once are in each other's way.
    with making:
        return made_document()


@cache
def made_document() -> Any:
    # Here, because the corpus is put to verifiers without any settings.
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def codes_of(answer: dict[str, Any]) -> set[str]:
    if "$ref" in answer:
        answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    _, narrowed = answer["content"]["application/problem+json"]["schema"]["allOf"]
    return {*narrowed["properties"]["code"]["enum"]}


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
