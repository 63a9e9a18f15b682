"""`python -m bench.finding`: what a search costs somebody with 20,000 todos among 500,000, by kind.

Words are as frequent as in prose: the second half as frequent as the first, the third a third. Each request looks for
other words of its kind. No page is remembered, so each is read. Times are those of the whole request.

    python -m bench.finding [--times 60] [--others 2400] [--keep]
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import time
import urllib.parse
from collections.abc import Callable
from http.client import HTTPConnection

from bench.stage import TODOS, Stage, stage

OWNER, OWNED = "many", 20_000
OTHERS = 2_400
LETTERS = "etaoinshrdlcumwfgypbvk"
DICE = random.Random(1)
VOCABULARY = ["".join(DICE.choices(LETTERS, k=DICE.randint(2, 9))) for _ in range(20_000)]
WEIGHTS = list(itertools.accumulate(1 / (rank + 2) for rank in range(len(VOCABULARY))))
# How often each kind of word comes up.
FREQUENT, COMMON, RARE = VOCABULARY[:5], VOCABULARY[100:400], VOCABULARY[8_000:]


def prose(dice: random.Random, number: int) -> tuple[str, str]:
    """Three in ten todos have notes."""
    title = dice.choices(VOCABULARY, cum_weights=WEIGHTS, k=dice.randint(3, 8))
    notes = dice.choices(VOCABULARY, cum_weights=WEIGHTS, k=dice.randint(10, 60)) if dice.random() < 0.3 else []
    return " ".join(title).capitalize(), " ".join(notes)


def pick(*words: list[str]) -> str:
    return " ".join(map(DICE.choice, words))


KINDS: dict[str, Callable[[], str]] = {
    "all, no search": lambda: "",
    "rare word": lambda: pick(RARE) + " ",
    "common word": lambda: f'"{pick(COMMON)}"',
    "frequent word": lambda: f'"{pick(FREQUENT)}"',
    "frequent and rare": lambda: pick(FREQUENT, RARE),
    "two frequent": lambda: f'"{FREQUENT[0]}" "{pick(FREQUENT[1:])}"',
    "nothing": lambda: f"zz{pick(RARE)}",
    "one letter": lambda: DICE.choice(LETTERS),
    "two letters": lambda: "".join(DICE.choices(LETTERS, k=2)),
    "word and a letter": lambda: f"{pick(COMMON)} {DICE.choice(LETTERS)}",
    "phrase": lambda: f'"{pick(FREQUENT, FREQUENT)}"',
    "word without another": lambda: f"{pick(COMMON)} -{pick(FREQUENT)}",
    "without a word": lambda: f"-{pick(COMMON)}",
    "eight words": lambda: pick(*[FREQUENT] * 8),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--others", type=int, default=OTHERS, help="people with 200 todos each")
    parser.add_argument("--keep", action="store_true", help="stay, and say where the database is")
    options = parser.parse_args()
    sizes = {OWNER: OWNED, **{f"user{number}": TODOS for number in range(1, options.others + 1)}}
    with stage(sizes, texts=prose) as made:
        if options.keep:
            print(made.database_url, file=sys.stderr)
        with made.our_server("reading", REMEMBERED_PAGES_MB="0") as (base, _):
            report(base, made, options.times)
        if options.keep:
            input()


def report(base: str, made: Stage, times: int) -> None:
    print(f"{'ms':22}{'by position':>22}{'by relevance':>22}\n{'':22}" + f"{'p50':>11}{'p95':>11}" * 2)
    for kind, ask in KINDS.items():
        figures = []
        for ordering in ("position", "relevance"):
            spent = milliseconds(base, made.signer.token(OWNER), ordering, [ask() for _ in range(times)])
            figures += [statistics.median(spent), statistics.quantiles(spent, n=20)[18]]
        print(f"{kind:22}" + "".join(f"{figure:11.1f}" for figure in figures), flush=True)


def milliseconds(base: str, token: str, ordering: str, searches: list[str]) -> list[float]:
    connection = HTTPConnection(base.removeprefix("http://"))
    spent = []
    # Those before are there so that every worker has its statement prepared.
    for search in [*searches[:20], *searches]:
        query = urllib.parse.urlencode({"q": search, "ordering": ordering})
        started = time.perf_counter()
        connection.request("GET", f"/api/v1/todos?{query}", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        spent.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{search!r} was answered with {answer.status}.")
    return spent[20:]


if __name__ == "__main__":
    main()
