"""Finds the session cookie in a `Cookie` header."""

from __future__ import annotations

import re

from betterauth_auth.exceptions import InvalidToken

# What Better Auth writes: a token and its signature, percent-encoded. Nothing in it could end a header.
VALUE = re.compile(r"[A-Za-z0-9._~%+/=-]{1,1024}", re.ASCII)


def cookie_in(header: str, name: str) -> str | None:
    """Its value; None without one; InvalidToken when it is there twice or cannot be one."""
    pairs = [part.strip(" \t").partition("=") for part in header.split(";")]
    values = [value for found, _, value in pairs if found == name]
    if not values:
        return None
    if len(values) > 1:
        # A neighbour on the site may have set the other one, and which of them comes first is for him to choose.
        raise InvalidToken("cookie_twice")
    if not VALUE.fullmatch(values[0]):
        raise InvalidToken("cookie_malformed")
    return values[0]
