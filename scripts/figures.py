"""`make figures`: how hard the three packages are to read, in numbers, as the table in docs/architecture.md.

With PostgreSQL's server installed it also counts the Python calls that one row costs.
"""

from __future__ import annotations

import ast
import io
import re
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("betterauth_auth", "todos", "todoproject")
CALLED = 200
Request = dict[str, object]


class Figure(NamedTuple):
    what: str
    value: str
    bar: str


class Function(NamedTuple):
    name: str
    lines: int


def main() -> None:
    sys.path.insert(0, str(ROOT))
    print("| | | bar |\n|---|---|---|")
    for figure in [*static_figures(), *running_figures()]:
        print(f"| {figure.what} | {figure.value} | {figure.bar} |")


def static_figures() -> Iterator[Figure]:
    modules = {path: path.read_text(encoding="utf-8") for path in sources()}
    longest = max(modules, key=lambda path: lines_of(modules[path]))
    yield Figure("modules", str(len(modules)), "")
    yield Figure("longest module", f"{lines_of(modules[longest])} lines, `{longest.relative_to(ROOT)}`", "300")
    functions = [found for path, text in modules.items() for found in functions_of(path, text)]
    lengths = sorted(function.lines for function in functions)
    yield Figure("functions", str(len(functions)), "")
    middle, nine_tenths = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
    yield Figure("lines of a function, median and 90th percentile", f"{middle:.0f} and {nine_tenths}", "15")
    longest_function = max(functions, key=lambda function: function.lines)
    yield Figure("longest function", f"{longest_function.lines} lines, `{longest_function.name}`", "")
    words = Counter(word for text in modules.values() for word in words_of(text))
    yield Figure("`Any`", str(words["Any"]), "250")
    yield Figure("`noqa`", str(words["noqa"]), "20")


def sources() -> list[Path]:
    """The modules that people write: migrations are written by a command and then left alone."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def lines_of(text: str) -> int:
    return text.count("\n")


def functions_of(path: Path, text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield Function(f"{path.stem}.{node.name}", node.end_lineno - node.lineno + 1)


def words_of(text: str) -> Iterator[str]:
    """`Any` where it types something, and `noqa` in comments; imports and prose are not counted."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string == "Any" and "import" not in token.line:
            yield "Any"
        if token.type == tokenize.COMMENT and re.search(r"# noqa\b", token.string):
            yield "noqa"


def running_figures() -> Iterator[Figure]:
    from scripts.private_postgres import server_binaries

    if server_binaries() is None:
        return
    from contextlib import redirect_stdout
    from os import devnull

    from bench.shares import USERS, requests_of
    from bench.stage import stage, users

    with Path(devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), stage(users(USERS)) as made:
        environ, send = requests_of(made)
        from django.conf import settings

        kinds = ("detail", "list", "create")
        counted = {kind: calls_in(send, [environ(kind, number) for number in range(2 * CALLED)]) for kind in kinds}
    # What stands after the gate is for pages.
    layers = settings.MIDDLEWARE.index("todoproject.http.gate.ApiGate") + 1
    yield Figure("middlewares on a request of the API", str(layers), "4")
    yield Figure("Python calls for a single row", str(counted["detail"]), "600")
    yield Figure("Python calls for a list that is sent again", str(counted["list"]), "")
    yield Figure("Python calls for a create", str(counted["create"]), "")


def calls_in(send: Callable[[Request], None], requests: list[Request]) -> int:
    """Calls in one request once everything is warm, those of functions in C included, as a profiler counts them."""
    for request in requests[:CALLED]:
        send(request)
    count = 0

    def seen(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(seen)
    for request in requests[CALLED:]:
        send(request)
    sys.setprofile(None)
    return round(count / CALLED)


if __name__ == "__main__":
    main()
