"""An entry of the corpus, made by the recipes or read from the data that they made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.corpus.keys import DATA
from tests.corpus.maker import FIXED_NOW, LEEWAY_SECONDS, MUST, Row
from tests.corpus.recipes import keysets, lives, odd_servers, scripts, servers, tokens, weak_keys

Step = dict[str, Any]
Json = dict[str, Any]
# A few letters that are repeated so often are written once, with their number.
OFTEN = 500


@dataclass(frozen=True)
class Entry:
    """What a verifier is asked under one key set: steps in their order.

    A step plays something on the server of the keys (`play`), asks about a token (`token` or `authorization`), waits
    (`wait`) or looks how often the server was asked (`fetches_at_most`).
    """

    id: str
    category: str
    level: str
    says: str
    issuer: str
    algorithms: tuple[str, ...]
    steps: tuple[Step, ...]
    setting: str = ""
    """The name of the settings that it shares with others; nothing where it has a server of its own."""
    is_exact: bool = False

    @property
    def place(self) -> str:
        """What its server of keys is called."""
        return self.setting or self.id

    @property
    def is_good(self) -> bool:
        """Whether every token of it is to be accepted."""
        return all(step["expect"] == "accept" for step in self.steps if "expect" in step)


def made(now: int = FIXED_NOW, algorithm: str = "EdDSA", **more: Any) -> Iterator[Entry]:
    """All entries, signed at this moment."""
    trusts = tokens.trusts(algorithm)
    for category, name, row in tokens.all_rows(now, algorithm, **more):
        trust = trusts[name]
        step = token_step(row)
        yield Entry(row.id, category, row.level, row.says, trust.issuer, trust.algorithms, (step,), name, row.is_exact)
    for key_set in (*keysets.key_sets(now), *weak_keys.weak_keys(now)):
        yield of_key_set(key_set)
    for server in (*servers.servers(now), *odd_servers.odd_servers(now), *lives.lives(now)):
        issuer = keysets.issuer_of(server.id)
        yield Entry(server.id, server.category, server.level, server.says, issuer, ("EdDSA",), tuple(server.steps))


def token_step(row: Row) -> Step:
    asked = {"authorization": row.authorization} if row.authorization else {"token": row.token}
    return {**asked, "expect": row.expect, "reason": row.reason}


def of_key_set(found: keysets.KeySet) -> Entry:
    steps = ({"play": scripts.answer(found.document.encode())}, *(tried._asdict() for tried in found.tried))
    issuer = keysets.issuer_of(found.id)
    return Entry(found.id, "key sets", found.level, found.says, issuer, keysets.ALGORITHMS, steps)


def settings(algorithm: str = "EdDSA") -> Json:
    """What a verifier is told for the entries that share a key set."""
    return {
        name: {
            "issuer": trust.issuer,
            "audience": trust.issuer,
            "algorithms": list(trust.algorithms),
            "leeway_seconds": LEEWAY_SECONDS,
            "jwks": trust.jwks,
        }
        for name, trust in tokens.trusts(algorithm).items()
    }


# The data: three files of JSON lines, and one with the settings.


def written() -> dict[str, str]:
    """The data files by name, as the recipes make them."""
    entries = list(made())
    shared = [entry for entry in entries if entry.setting]
    own = [entry for entry in entries if not entry.setting]
    text = {"now": FIXED_NOW, "settings": settings()}
    return {
        "settings.json": json.dumps(text, indent=1) + "\n",
        "tokens.jsonl": lines(as_token(entry) for entry in shared),
        "keysets.jsonl": lines(as_key_set(entry) for entry in own if entry.category == "key sets"),
        "servers.jsonl": lines(as_server(entry) for entry in own if entry.category != "key sets"),
    }


def lines(values: Iterator[Json]) -> str:
    return "".join(f"{json.dumps(value, separators=(',', ':'))}\n" for value in values)


def head(entry: Entry) -> Json:
    return {"id": entry.id, "category": entry.category, "level": entry.level, "says": entry.says}


def as_token(entry: Entry) -> Json:
    exact = {"is_exact": True} if entry.is_exact else {}
    return {**head(entry), "setting": entry.setting, **exact, **packed(entry.steps[0])}


def as_key_set(entry: Entry) -> Json:
    play, *tried = entry.steps
    document = play["play"][0]["send"].partition("\r\n\r\n")[2]
    return {**with_own_issuer(entry), "document": document, "tokens": [packed(step) for step in tried]}


def as_server(entry: Entry) -> Json:
    return {**with_own_issuer(entry), "steps": [packed(step) for step in entry.steps]}


def with_own_issuer(entry: Entry) -> Json:
    return {**head(entry), "issuer": entry.issuer, "audience": entry.issuer, "algorithms": list(entry.algorithms)}


def packed(step: Step) -> Step:
    """The step with a very long token as a list of texts, and of a text with how often it is repeated."""
    token = step.get("token", "")
    middle = len(token) // 2
    for size in range(1, 9):
        unit = token[middle : middle + size]
        if len(token) > 16 * OFTEN and token.startswith(unit * OFTEN, middle):
            start = token.index(unit * OFTEN)
            number = token.count(unit, start)
            parts = [token[:start], [unit, number], token[start + number * size :]]
            return {**step, "token": [part for part in parts if part]}
    return step


def unpacked(step: Step) -> Step:
    token = step.get("token")
    if not isinstance(token, list):
        return step
    return {**step, "token": "".join(part if isinstance(part, str) else part[0] * part[1] for part in token)}


def read() -> Iterator[Entry]:
    """All entries as they are in the data files, for the clock that the settings name."""
    known = json.loads((DATA / "settings.json").read_text(encoding="utf-8"))["settings"]
    for value in read_lines("tokens.jsonl"):
        setting = known[value["setting"]]
        step = unpacked({name: value[name] for name in ("authorization", "token", "expect", "reason") if name in value})
        yield entry_of(value, setting, (step,), value["setting"])
    for value in read_lines("keysets.jsonl"):
        play = {"play": scripts.answer(value["document"].encode())}
        yield entry_of(value, value, (play, *map(unpacked, value["tokens"])))
    for value in read_lines("servers.jsonl"):
        yield entry_of(value, value, tuple(map(unpacked, value["steps"])))


def read_lines(name: str) -> Iterator[Json]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def entry_of(value: Json, told: Json, steps: tuple[Step, ...], setting: str = "") -> Entry:
    return Entry(
        id=value["id"],
        category=value["category"],
        level=value.get("level", MUST),
        says=value["says"],
        issuer=told["issuer"],
        algorithms=tuple(told["algorithms"]),
        steps=steps,
        setting=setting,
        is_exact=value.get("is_exact", False),
    )
