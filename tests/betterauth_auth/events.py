"""What Better Auth, its OAuth provider and Neon would send, and forty ways of lying in it."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.fake_betterauth import FakeBetterAuth, SigningKey, encode

CLIENT = "todo-api"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Request:
    path: str
    body: bytes
    content_type: str = "application/jwt"
    headers: dict[str, str] = field(default_factory=dict)


def event(issuer: FakeBetterAuth, kind: Any = "session.ended", **claims: Any) -> Request:
    """From our plugin: the names are claims, or `headers` and `key`."""
    return Request("/events/plugin", event_token(issuer, kind, **claims).encode())


def event_token(issuer: FakeBetterAuth, kind: Any = "session.ended", **claims: Any) -> str:
    now = time.time()
    usual = {"jti": secrets.token_hex(8), "event": kind, "at": int(now * 1000), "sid": "s1"}
    usual |= {"aud": "better-auth:events", "iat": int(now), "exp": int(now) + 120}
    options = {name: claims.pop(name) for name in ("key", "headers") if name in claims}
    headers = {"typ": "better-auth.event+jwt", **options.pop("headers", {})}
    own = {"sub": "alice", "iss": issuer.url, **usual, **claims}
    return issuer.sign({name: value for name, value in own.items() if value is not None}, headers=headers, **options)


def logout(issuer: FakeBetterAuth, **claims: Any) -> Request:
    now = int(time.time())
    usual = {"jti": secrets.token_hex(8), "aud": CLIENT, "iat": now, "exp": now + 120, "sid": "s1"}
    usual |= {"event": None, "at": None, "events": {LOGOUT_EVENT: {}}}
    headers = {"typ": "logout+jwt", **claims.pop("headers", {})}
    token = event_token(issuer, **{**usual, **claims}, headers=headers)
    return form({"logout_token": token})


def form(fields: Any) -> Request:
    return Request("/events/logout", urlencode(fields).encode(), "application/x-www-form-urlencoded")


def neon(
    issuer: FakeBetterAuth,
    kind: str = "user.created",
    *,
    age: float = 0,
    body: Any = None,
    key: SigningKey | None = None,
    header: dict[str, Any] | None = None,
    change: Callable[[dict[str, str]], None] = lambda headers: None,
    **user: Any,
) -> Request:
    key = key or issuer.key
    who = {"id": "alice", "email": "alice@example.com", "name": "Alice", **user}
    event_id = secrets.token_hex(8)
    content = {"event_id": event_id, "event_type": kind, "user": who, "event_data": {}}
    raw = body if isinstance(body, bytes) else json.dumps({**content, **(body or {})}).encode()
    moment = str(int((time.time() - age) * 1000))
    head = encode(header or {"alg": key.algorithm, "kid": key.kid})
    payload = encode(f"{moment}.{urlsafe_b64encode(raw).rstrip(b'=').decode()}".encode())
    headers = {
        "X-Neon-Signature": f"{head}..{encode(key.sign(f'{head}.{payload}'.encode()))}",
        "X-Neon-Signature-Kid": key.kid,
        "X-Neon-Timestamp": moment,
        "X-Neon-Event-Type": kind,
        "X-Neon-Event-Id": event_id,
        "X-Neon-Delivery-Attempt": "1",
    }
    change(headers)
    return Request("/events/neon", raw, "application/json", headers)


def setting(name: str, value: str) -> Callable[[dict[str, str]], None]:
    return lambda headers: headers.__setitem__(name, value)


def hostile(issuer: FakeBetterAuth) -> Iterator[tuple[str, Request]]:
    """The reason that the log has to give, and the request."""
    now = int(time.time())
    stranger = SigningKey.make()
    forged = SigningKey.make(kid=issuer.key.kid)
    yield "unknown_kid", event(issuer, key=stranger)
    yield "bad_signature", event(issuer, key=forged)
    yield "issuer", event(issuer, iss="https://auth.other.example")
    yield "issuer", event(issuer, iss=None)
    yield "audience", event(issuer, aud=issuer.url)
    yield "audience", event(issuer, aud=None)
    yield "audience", event(issuer, aud=CLIENT)
    yield "token_type", event(issuer, headers={"typ": None})
    yield "token_type", event(issuer, headers={"typ": "JWT"})
    yield "token_type", event(issuer, headers={"typ": "at+jwt"})
    yield "token_type", event(issuer, headers={"typ": "logout+jwt"})
    yield "algorithm", event(issuer, headers={"alg": "none"})
    yield "algorithm", event(issuer, headers={"alg": "HS256"})
    yield "header_parameter", event(issuer, headers={"crit": ["exp"]})
    yield "kid", event(issuer, headers={"kid": None})
    yield "expired", event(issuer, iat=now - 400, exp=now - 280)
    yield "issued_in_future", event(issuer, iat=now + 3600, exp=now + 3700)
    yield "lifetime", event(issuer, exp=now + 86400)
    yield "missing_claim", event(issuer, exp=None)
    yield "missing_claim", event(issuer, sub=None)
    yield "subject", event(issuer, sub="")
    yield "jti", event(issuer, jti=None)
    yield "jti", event(issuer, jti="x" * 200)
    yield "unknown_event", event(issuer, "user.renamed")
    yield "unknown_event", event(issuer, None)
    yield "moment", event(issuer, at=None)
    yield "moment", event(issuer, at="yesterday")
    yield "moment_in_future", event(issuer, at=(now + 86400) * 1000)
    yield "sender_constrained", event(issuer, cnf={"jkt": "x"})
    yield "no_jwt", Request("/events/plugin", b"hello")
    yield "malformed_json", Request("/events/plugin", f"{encode(b'[]')}.{encode(b'{}')}.AAAA".encode())
    yield "empty", Request("/events/plugin", b" ")
    yield "too_large", Request("/events/plugin", b"x" * 100_000)
    yield "too_large", event(issuer, padding="x" * 20_000)
    yield "no_logout", logout(issuer, events={})
    yield "no_logout", logout(issuer, events=None)
    yield "nonce", logout(issuer, nonce="n")
    yield "audience", logout(issuer, aud="another-client")
    yield "token_type", logout(issuer, headers={"typ": "better-auth.event+jwt"})
    yield "expired", logout(issuer, iat=now - 400, exp=now - 280)
    yield "no_logout_token", form({"id_token": "x"})
    yield "no_logout_token", form([("logout_token", "a"), ("logout_token", "b")])
    yield "malformed_form", Request("/events/logout", b"%%%")
    yield "malformed_form", Request("/events/logout", "logout_token=ä".encode())
    yield "too_old", neon(issuer, age=400)
    yield "in_future", neon(issuer, age=-400)
    yield "timestamp", neon(issuer, change=setting("X-Neon-Timestamp", "soon"))
    yield "bad_signature", neon(issuer, key=forged)
    yield "bad_signature", neon(issuer, change=setting("X-Neon-Timestamp", str(now * 1000 - 1)))
    yield "kid_mismatch", neon(issuer, change=setting("X-Neon-Signature-Kid", "another"))
    yield "header_mismatch", neon(issuer, change=setting("X-Neon-Event-Type", "user.before_create"))
    yield "header_mismatch", neon(issuer, change=setting("X-Neon-Event-Id", "another"))
    yield "no_signature", neon(issuer, change=setting("X-Neon-Signature", ""))
    yield "malformed", neon(issuer, change=setting("X-Neon-Signature", event_token(issuer)))
    yield "algorithm", neon(issuer, header={"alg": "none", "kid": issuer.key.kid})
    yield "header_parameter", neon(issuer, header={"alg": "EdDSA", "kid": issuer.key.kid, "b64": False})
    yield "malformed_json", neon(issuer, body=b"not json")
    yield "subject", neon(issuer, id=None)
