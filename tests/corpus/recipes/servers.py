"""What a server of keys can do wrong, and oddly, and what a verifier should make of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

from tests.corpus.maker import ACCEPT, UNAVAILABLE
from tests.corpus.recipes.keysets import maker
from tests.corpus.recipes.scripts import GOOD, NEW, Script, Server, answer, asked, document, head, sent

LONG_SECONDS = 30
Table = dict[str, tuple[str, str, Script]]
"""By name: what it does, the reason we give, and the script."""


def servers(now: int) -> Iterator[Server]:
    for table in (statuses(), bodies(), broken(), endless(), slow()):
        for name, (says, reason, script) in table.items():
            yield cold(name, says, reason, script, now)
            yield warm(name, says, reason, script, now)


def cold(name: str, says: str, reason: str, script: Script, now: int) -> Server:
    entry_id = f"server-{name}-cold"
    steps = [{"play": script}, asked(maker(entry_id, now).token(), UNAVAILABLE, reason)]
    return Server(entry_id, f"{says} The verifier has no keys yet.", steps, "failing servers, no keys yet")


def warm(name: str, says: str, reason: str, script: Script, now: int) -> Server:
    """A key that the verifier does not know makes it ask; the key that it knows goes on."""
    entry_id = f"server-{name}-warm"
    make = maker(entry_id, now)
    steps = [
        {"play": answer(document())},
        asked(make.token(), ACCEPT),
        {"play": script},
        asked(make.token(key=NEW), UNAVAILABLE, reason),
        asked(make.token(sub="bob"), ACCEPT),
    ]
    return Server(entry_id, f"{says} The verifier has the keys of before.", steps, "failing servers, known keys")


def statuses() -> Table:
    table = {
        f"status-{status}": (f"It answers {status}.", f"status_{status}", answer(b"oops", status))
        for status in (400, 401, 403, 404, 418, 500, 502, 503)
    }
    table["status-204"] = ("It answers 204.", "status_204", answer(status=204, Content_Length=None))
    table["status-206"] = ("It answers 206 with the whole set.", "status_206", answer(document(), 206))
    table["status-404-keys"] = ("It answers 404 with the set as its body.", "status_404", answer(document(), 404))
    table["status-500-keys"] = ("It answers 500 with the set as its body.", "status_500", answer(document(), 500))
    table["status-999"] = ("It answers 999.", "status_999", answer(b"{}", 999))
    table["rate-limit"] = (
        "It answers 429 with X-Retry-After, as Better Auth does.",
        "status_429",
        answer(b"", 429, X_Retry_After="7"),
    )
    table["rate-limit-date"] = (
        "It answers 429 with a date in Retry-After.",
        "status_429",
        answer(b"", 429, Retry_After="Wed, 21 Oct 2065 07:28:00 GMT"),
    )
    table["busy"] = ("It answers 503 with Retry-After.", "status_503", answer(b"", 503, Retry_After="2"))
    table["challenge"] = ("It wants a password.", "status_401", answer(b"", 401, WWW_Authenticate="Basic"))
    table["rate-limit-nonsense"] = (
        "It answers 429 with nonsense in Retry-After.",
        "status_429",
        answer(b"", 429, Retry_After="-1e9, soon"),
    )
    table["rate-limit-far"] = (
        "It answers 429 and asks for thirty years.",
        "status_429",
        answer(b"", 429, Retry_After="999999999"),
    )
    return table


def bodies() -> Table:
    page = b"<!doctype html><title>Sign in to the network</title>"
    no_json = {
        "empty": b"",
        "blanks": b"   ",
        "words": b"not found",
        "half": document()[:-20],
        "twice": document() * 2,
        "html-as-json": page,
        "binary": bytes(range(256)),
        "utf16": document().decode().encode("utf-16"),
        "latin1": b'{"keys":[],"x":"\xe9"}',
        "single-quotes": document().replace(b'"', b"'"),
        "gzip": gzip.compress(document(), mtime=0),
    }
    table: Table = {
        f"body-{name}": (f"The body is no JSON: {name}.", "not_json", answer(body)) for name, body in no_json.items()
    }
    for name, unit in {"deep": "[" * 1000, "deep-objects": '{"keys":' * 1000}.items():
        script = sent(head(Content_Length=100 * len(unit))) + sent(unit, times=100)
        table[f"body-{name}"] = (f"The body is nested 100,000 times: {name}.", "not_json", script)
    table["body-array"] = ("The body is an array of keys.", "not_json", answer(document()[8:-1]))
    table["body-null"] = ("The body is null.", "not_json", answer(b"null"))
    table["body-number"] = ("The body is a number.", "not_json", answer(b"1"))
    table["body-text"] = ("The body is a text.", "not_json", answer(b'"keys"'))
    table["body-keys-twice"] = ("keys stands there twice.", "not_json", answer(b'{"keys":[],' + document()[1:]))
    no_list = {
        "object": b"{}",
        "null": b'{"keys":null}',
        "map": b'{"keys":{"a":1}}',
        "text": b'{"keys":"a"}',
        "problem": b'{"error":"x"}',
    }
    for name, body in no_list.items():
        table[f"keys-{name}"] = (f"There is no list of keys: {body.decode()}", "no_keys_member", answer(body))
    html = answer(page, Content_Type="text/html; charset=utf-8")
    table["body-html"] = ("A page of a captive portal, with status 200.", "not_json", html)
    unusable = {**GOOD.jwk, "use": "enc"}
    table["unusable"] = (
        "The set has keys, and none that verifies.",
        "no_usable_keys",
        answer(json.dumps({"keys": [unusable]}).encode()),
    )
    table["unusable-junk"] = (
        "The set has things in it that are no keys.",
        "no_usable_keys",
        answer(b'{"keys":[null,1,"a",[],{}]}'),
    )
    table["257-keys"] = ("The set has 257 keys.", "too_many_keys", many_keys(257))
    return table


def many_keys(number: int) -> Script:
    first, last = document()[:-2].decode() + ",", document()[9:].decode()
    return [*sent(head() + first), *sent(first[9:], times=number - 2), *sent(last)]


def broken() -> Table:
    good = document().decode()
    chunked = head(Transfer_Encoding="chunked")
    return {
        "hang-up": ("It hangs up without a word.", "connection", []),
        "reset": ("It resets the connection.", "connection", [{"reset": True}]),
        "tls": ("It speaks TLS where HTTP is expected.", "connection", sent("\x15\x03\x01\0\x02\x02\x28")),
        "no-http": ("It speaks another protocol.", "connection", sent("220 mail.example.com ESMTP\r\n")),
        "status-line": ("A status line without a number.", "connection", sent("HTTP/1.1 OK\r\n\r\n" + good)),
        "cut-headers": (
            "The connection ends among the headers.",
            "connection",
            [*sent("HTTP/1.1 200 OK\r\nContent-Ty"), {"reset": True}],
        ),
        "cut-body": (
            "The connection ends in the middle of the body.",
            "connection",
            sent(head(Content_Length=len(good)) + good[:40]),
        ),
        "short": ("Content-Length says more than comes.", "connection", answer(document(), Content_Length=100_000)),
        "negative-length": ("Content-Length is negative.", "connection", sent(head(Content_Length=-5) + good)),
        "two-lengths": (
            "Two headers of the length that differ.",
            "connection",
            sent(head(Content_Length=f"{len(good)}\r\nContent-Length: 40") + good),
        ),
        "bad-chunks": ("A chunk has no length.", "connection", sent(f"{chunked}zz\r\n{good}\r\n0\r\n\r\n")),
        "no-last-chunk": ("The last chunk is missing.", "connection", sent(f"{chunked}{len(good):x}\r\n{good}\r\n")),
        "long-header": (
            "A header of 70,000 letters.",
            "connection",
            sent("HTTP/1.1 200 OK\r\nX: ") + sent("a" * 1000, times=70) + sent("\r\n\r\n" + good),
        ),
        "many-headers": (
            "Five hundred headers.",
            "connection",
            sent("HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 500 + "\r\n" + good),
        ),
        "switching": (
            "101: the connection goes on in another protocol.",
            "status_101",
            sent("HTTP/1.1 101 Whatever\r\nUpgrade: x\r\n\r\n"),
        ),
    }


def endless() -> Table:
    good = document().decode()
    chunked = head(Transfer_Encoding="chunked")
    return {
        "large": (
            "A good set with two million blanks after it.",
            "too_large",
            sent(head() + good) + sent(" " * 1000, times=2000),
        ),
        "large-length": (
            "Content-Length is ten thousand million.",
            "connection",
            answer(document(), Content_Length=10**10),
        ),
        "endless": ("A body that does not end.", "too_large", sent(head() + "{") + sent(" " * 10_000, times=100_000)),
        "endless-chunks": (
            "Chunks that do not end.",
            "too_large",
            sent(chunked) + sent("1000\r\n" + " " * 4096 + "\r\n", times=100_000),
        ),
        "gzip-bomb": (
            "4 KB that unfold to 4 MB, although nobody asked for gzip.",
            "not_json",
            answer(gzip.compress(b" " * 2**22 + document(), mtime=0), Content_Encoding="gzip"),
        ),
    }


def slow() -> Table:
    good = document().decode()
    whole = head(Content_Length=len(good)) + good
    return {
        "hang": ("It takes the request and says nothing.", "timeout", [{"wait": LONG_SECONDS}]),
        "hang-after-headers": (
            "It says nothing after the headers.",
            "timeout",
            [*sent(head(Content_Length=100)), {"wait": LONG_SECONDS}],
        ),
        "hang-in-body": (
            "It says nothing after half of the body.",
            "timeout",
            [*sent(whole[:-20]), {"wait": LONG_SECONDS}],
        ),
        "hang-after-103": (
            "It says nothing after 103.",
            "timeout",
            [*sent("HTTP/1.1 103 Early Hints\r\n\r\n"), {"wait": LONG_SECONDS}],
        ),
        "drip-headers": (
            "The headers come letter by letter, without an end.",
            "timeout",
            sent("HTTP/1.1 200 OK\r\nX: " + "a" * 600, every=0.05, piece=1),
        ),
        "drip-body": (
            "The body comes letter by letter.",
            "timeout",
            sent(head(Content_Length=len(good) + 500)) + sent(" " * 500 + good, every=0.05, piece=1),
        ),
        "drip-chunks": (
            "Chunks of one letter, twenty in a second.",
            "timeout",
            sent(head(Transfer_Encoding="chunked")) + sent("1\r\n \r\n" * 600, every=0.05, piece=6),
        ),
        "endless-103": (
            "103 again and again, twenty in a second.",
            "timeout",
            sent("HTTP/1.1 103 Early Hints\r\n\r\n" * 600, every=0.05, piece=28),
        ),
    }
