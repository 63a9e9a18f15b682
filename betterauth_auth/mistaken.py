"""What was sent in place of a JWT, as far as its form tells. That is for the log; the client is told of no difference.

Better Auth makes session tokens of 32 letters and digits, opaque OAuth tokens of 32 letters and API keys of 64, the
last two with a prefix if one is configured. One session token in 280 has no digit and is taken for an OAuth token.
"""

from __future__ import annotations

import re

from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.strict_json import JsonObject, decode_base64url, load_object

ENCRYPTED_SEGMENTS = 5
PREFIX = rb"(?:[A-Za-z0-9_-]{0,63}[_-])?"
# In an answer alone, in the cookie with a name before it or a signature behind it, which may be percent-encoded.
SESSION_TOKEN = re.compile(rb"(?:[\w.-]{1,64}=)?[A-Za-z0-9]{32}(?:\.[A-Za-z0-9+/=_%-]+)?")
OAUTH_TOKEN = re.compile(PREFIX + rb"[A-Za-z]{32}")
API_KEY = re.compile(PREFIX + rb"[A-Za-z]{64}|[a-z][A-Za-z0-9_-]{0,63}_[A-Za-z0-9]{20,}")


def refusal(raw: bytes) -> InvalidToken:
    segments = raw.split(b".")
    header = header_of(segments[0]) if len(segments) > 1 else {}
    if len(segments) == ENCRYPTED_SEGMENTS and "enc" in header:
        return InvalidToken("encrypted", "this is an encrypted token, which is not accepted")
    if header:
        return InvalidToken("malformed", "it begins like a JWT and is not three segments of canonical base64url")
    if OAUTH_TOKEN.fullmatch(raw):
        says = "this looks like an opaque token of the OAuth provider, which issues a JWT when asked for a resource"
        return InvalidToken("oauth_token", says)
    if API_KEY.fullmatch(raw):
        return InvalidToken("api_key", "this looks like an API key; the JWT comes from /api/auth/token")
    if SESSION_TOKEN.fullmatch(raw):
        return InvalidToken("session_token", "this is a session token; the JWT comes from /api/auth/token")
    if len(segments) == 1:
        return InvalidToken("no_jwt", "it has not the form of a JWT, which comes from /api/auth/token")
    return InvalidToken("malformed", "it is not three segments of canonical base64url")


def header_of(segment: bytes) -> JsonObject:
    try:
        return load_object(decode_base64url(segment))
    except ValueError:
        return {}
