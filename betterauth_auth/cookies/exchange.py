"""Asks Better Auth for the token of a session. What it answers is for the verifier to judge."""

from __future__ import annotations

from betterauth_auth.cookies.rules import CookieRules
from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.strict_json import load_object

# Twice of what a token may have.
MAX_ANSWER_BYTES = 32 * 1024
# The session is looked up in the database and not in a cache of its own, and stays as old as it is: Better Auth would
# tell the browser of a renewal in a cookie, which ends here.
QUERY = "?disableCookieCache=true&disableRefresh=true"


def token_for(cookie: str, rules: CookieRules) -> str:
    """The token; InvalidToken when the server says that there is no session; FetchFailed when it does not say."""
    # Late, as everywhere: requests takes longer to load than the rest.
    from betterauth_auth.jwks.download import get

    try:
        body = get(rules, rules.url + QUERY, MAX_ANSWER_BYTES, {"Cookie": f"{rules.name}={cookie}"}).body
    except FetchFailed as exc:
        if exc.reason == "status_401":
            raise InvalidToken("no_session") from None
        raise
    return token_in(body)


def token_in(body: bytes) -> str:
    try:
        answer = load_object(body)
    except ValueError as exc:
        raise FetchFailed("no_token") from exc
    token = answer.get("token")
    if not isinstance(token, str):
        raise FetchFailed("no_token")
    return token
