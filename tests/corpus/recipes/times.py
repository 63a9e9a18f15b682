"""Genuine signatures over times that are over, to come, or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.corpus.maker import LEFT_OUT, MUST, SHOULD, Maker, Row
from tests.corpus.recipes.claims import shown

DAY = 86_400


def rows(make: Maker) -> Iterator[Row]:
    yield from expired(make)
    yield from mistyped(make)
    yield from early(make)
    yield from long_lived(make)
    yield from boundaries(make)


def expired(make: Maker) -> Iterator[Row]:
    now = make.now
    values = {
        "just": now - 11,
        "hour": now - 3600,
        "zero": 0,
        "negative": -1,
        "fraction": 1.5,
        "huge-negative": -(10**60),
    }
    for name, value in values.items():
        yield Row(
            f"time-expired-{name}",
            f"exp is {shown(value)}, in the past.",
            "expired",
            make.token(iat=now - 7200, exp=value),
        )
    yield Row(
        "time-no-exp", "exp is missing: it would be good for ever.", "missing_claim", make.token(exp=LEFT_OUT), SHOULD
    )
    yield Row(
        "time-no-iat",
        "iat is missing: how long it lives and whether it is from before a cut-off cannot be told.",
        "missing_claim",
        make.token(iat=LEFT_OUT),
        SHOULD,
    )


def mistyped(make: Maker) -> Iterator[Row]:
    """A NumericDate is a number (RFC 7519, 2)."""
    later, earlier = make.now + 600, make.now - 60
    for claim, moment in {"exp": later, "iat": earlier, "nbf": earlier}.items():
        values: dict[str, Any] = {
            "string": str(moment),
            "iso": "2099-01-01T00:00:00Z" if claim == "exp" else "2001-01-01T00:00:00Z",
            "true": True,
            "list": [moment],
            "object": {"seconds": moment},
            "empty": "",
            "null": None,
        }
        for name, value in values.items():
            yield Row(
                f"time-{claim}-{name}",
                f"{claim} is {shown(value)} and no number.",
                "claim_type",
                make.token(**{claim: value}),
            )


def early(make: Maker) -> Iterator[Row]:
    now = make.now
    values = {
        "minute": now + 60,
        "year": now + 365 * DAY,
        "milliseconds": now * 1000,
        "huge": 10**60,
        "exponent": 1e300,
    }
    for name, value in values.items():
        says = f"nbf is {shown(value)}, in the future."
        yield Row(f"time-nbf-{name}", says, "not_yet_valid", make.token(nbf=value))
        says = f"iat is {shown(value)}, in the future."
        yield Row(f"time-iat-{name}", says, "issued_in_future", make.token(iat=value, exp=value * 1.001 + 60), SHOULD)


def long_lived(make: Maker) -> Iterator[Row]:
    now = make.now
    lives: dict[str, tuple[float, float]] = {
        "day-and-second": (now, now + DAY + 1),
        "year": (now, now + 365 * DAY),
        "milliseconds": (now, (now + 900) * 1000),
        "exponent": (now, 1e300),
        "huge": (now, 10**60),
        "beyond-datetime": (now, 253_402_300_800),
        "32-bit": (now, 2**32),
        "64-bit": (now, 2**64),
        "negative-iat": (-(10**60), now + 60),
        "iat-zero": (0, now + 60),
        "no-life": (now + 5, now + 5),
        "reversed": (now + 5, now + 2),
    }
    for name, (issued, expires) in lives.items():
        says = f"iat is {shown(issued)} and exp is {shown(expires)}: not a life of up to a day."
        yield Row(f"time-life-{name}", says, "lifetime", make.token(iat=issued, exp=expires), SHOULD)


def boundaries(make: Maker) -> Iterator[Row]:
    """With ten seconds of leeway, to the second; RFC 7519, 4.1.4: refused on the moment or after it."""
    now = make.now
    exact = {
        "exp-last": (
            "It expires in this second, ten seconds of leeway included.",
            "expired",
            {"iat": now - 60, "exp": now - 10},
        ),
        "exp-before": ("The last second of its leeway.", "", {"iat": now - 60, "exp": now - 9}),
        "nbf-on": ("nbf is ten seconds ahead, which the leeway covers.", "", {"nbf": now + 10}),
        "nbf-above": ("nbf is eleven seconds ahead.", "not_yet_valid", {"nbf": now + 11}),
        "iat-on": ("iat is ten seconds ahead, which the leeway covers.", "", {"iat": now + 10}),
        "iat-above": ("iat is eleven seconds ahead.", "issued_in_future", {"iat": now + 11}),
    }
    for name, (says, reason, claims) in exact.items():
        level = MUST if name.startswith(("exp", "nbf")) else SHOULD
        yield Row(f"time-exact-{name}", says, reason, make.token(**claims), level, is_exact=True)
