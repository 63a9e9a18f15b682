"""Genuine signatures over claims that say: not for you, not now, or not a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.corpus.maker import LEFT_OUT, SHOULD, Maker, Row

DAY = 86_400


def issuer_rows(make: Maker) -> Iterator[Row]:
    url = make.issuer
    values: dict[str, Any] = {
        "slash": f"{url}/",
        "path": f"{url}/api/auth",
        "upper-case": url.upper(),
        "host-upper-case": url.replace("auth", "AUTH"),
        "http": url.replace("https:", "http:"),
        "port": f"{url}:443",
        "dot": f"{url}.",
        "blank": f"{url} ",
        "line-break": f"{url}\n",
        "nul": f"{url}\0",
        "prefix": url[:-1],
        "subdomain": url.replace("https://", "https://x."),
        "userinfo": url.replace("https://", "https://mallory@"),
        "suffix": f"{url}.mallory.example",
        "cyrillic": url.replace("a", "\u0430", 1),
        "query": f"https://mallory.example/?{url}",
        "stranger": "https://mallory.example",
        "empty": "",
        "null": None,
        "number": 1,
        "list": [url],
        "object": {"iss": url},
        "left-out": LEFT_OUT,
    }
    for name, value in values.items():
        yield Row(f"iss-{name}", f"iss is {shown(value)}.", "issuer", make.token(iss=value))


def shown(value: object) -> str:
    text = "left out" if value is LEFT_OUT else ascii(value)
    return text if len(text) <= 60 else f"{text[:60]} ..."


def audience_rows(make: Maker) -> Iterator[Row]:
    url = make.issuer
    values: dict[str, Any] = {
        "stranger": "https://other.example",
        "slash": f"{url}/",
        "upper-case": url.upper(),
        "prefix": url[:-1],
        "longer": f"{url}.mallory.example",
        "blank": f" {url}",
        "comma-list": f"https://other.example,{url}",
        "blank-list": f"https://other.example {url}",
        "session-cache": "better-auth:session-cache",
        "client": "my-oauth-client",
        "wildcard": "*",
        "empty": "",
        "null": None,
        "number": 1,
        "true": True,
        "object": {url: True},
        "empty-list": [],
        "list-stranger": ["https://other.example", "https://third.example"],
        "list-null": [None],
        "list-nested": [[url]],
        "left-out": LEFT_OUT,
    }
    for name, value in values.items():
        yield Row(f"aud-{name}", f"aud is {shown(value)}.", "audience", make.token(aud=value))
    mixed = {"list-number": [url, 1], "list-with-null": [url, None], "list-with-object": [url, {"a": 1}]}
    for name, value in mixed.items():
        yield Row(f"aud-{name}", f"aud is {shown(value)}: RFC 7519 wants strings.", "audience", make.token(aud=value))


def subject_rows(make: Maker) -> Iterator[Row]:
    no_text: dict[str, Any] = {
        "number": 1,
        "fraction": 1.5,
        "true": True,
        "list": ["alice"],
        "object": {"id": "alice"},
        "null": None,
    }
    for name, value in no_text.items():
        yield Row(
            f"sub-{name}", f"sub is {shown(value)} and no text (RFC 7519, 4.1.2).", "subject", make.token(sub=value)
        )
    yield Row("sub-left-out", "sub is missing.", "missing_claim", make.token(sub=LEFT_OUT), SHOULD)
    texts = {
        "empty": "",
        "blank": " ",
        "blank-before": " alice",
        "blank-after": "alice ",
        "tab": "alice\t",
        "256": "a" * 256,
        "5000": "a" * 5000,
        "nul": "alice\0",
        "nul-inside": "alice\0mallory",
        "line-break": "alice\nmallory",
        "crlf": "alice\r\nX-Admin: 1",
        "delete": "alice\x7f",
        "escape": "alice\x1b[2J",
        "override": "alice\u202ebob",
        "zero-width": "ali\u200bce",
        "line-separator": "alice\u2028",
        "no-break-space": "\u00a0alice",
        "noncharacter": "alice\uffff",
        "private-use": "alice\ue000",
    }
    for name, value in texts.items():
        yield Row(f"sub-{name}", f"sub is {shown(value)}.", "subject", make.token(sub=value), SHOULD)
    yield Row(
        "sub-surrogate", "sub ends with half a character.", "malformed_json", make.token(sub="alice\ud83d"), SHOULD
    )


def kind_rows(make: Maker) -> Iterator[Row]:
    """Better Auth signs these with the same keys, for something else than an API's bearer."""
    dpop, mtls = (
        {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
        {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"},
    )
    bound = {"dpop": dpop, "mtls": mtls, "jwk": {"jwk": make.key.jwk}, "empty": {}, "null": None}
    for name, value in bound.items():
        says = f"Bound to its sender by cnf ({name}), and sent as a plain bearer token (RFC 7800)."
        yield Row(f"kind-cnf-{name}", says, "sender_constrained", make.token(cnf=value), SHOULD)
    yield Row(
        "kind-client",
        "A client's own token: client_id is the subject.",
        "client_credentials",
        make.token(sub="machine", client_id="machine"),
        SHOULD,
    )
    yield Row(
        "kind-client-azp",
        "A client's own token: azp is the subject.",
        "client_credentials",
        make.token(sub="machine", azp="machine"),
        SHOULD,
    )
    events = {"http://schemas.openid.net/event/backchannel-logout": {}}
    yield Row(
        "kind-logout",
        "A logout token, whose audience is a client.",
        "token_type",
        make.token({"typ": "logout+jwt"}, aud="web", events=events, sid="s"),
    )
    yield Row(
        "kind-id-token",
        "An ID token, whose audience is a client.",
        "audience",
        make.token(aud="web", nonce="n", azp="web"),
    )
    yield Row(
        "kind-session-cache",
        "The session cookie's cache.",
        "token_type",
        make.token({"typ": "better-auth.session-cache+jwt"}, aud="better-auth:session-cache", session={"token": "x"}),
    )
    yield Row(
        "kind-session-cache-untyped",
        "The session cookie's cache with its typ taken away, signed anew.",
        "audience",
        make.token(aud="better-auth:session-cache", session={"token": "x"}),
    )
