"""A real loopback issuer with Better Auth's habits: it signs, rotates without warning, and can misbehave.

    with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH=issuer.settings()):
        token = issuer.token(sub="alice", name="Alice")

Headers and claims are overridden by name; `None` takes one away: `issuer.token(exp=None)`,
`issuer.token(headers={"typ": "JWT"})`. What the JWKS endpoint does next is said by `issuer.behave(...)`, what the token
endpoint does by `issuer.behave_at_token(...)`; whose session a cookie is stands in `issuer.sessions`.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from betterauth_auth.testing import LocalIssuer

SIGNERS = get_default_algorithms()
# Making an RSA key takes a tenth of a second and more, so the tests share one.
_rsa_keys: list[rsa.RSAPrivateKey] = []


def encode(value: bytes | dict[str, Any]) -> str:
    """A JWT segment: base64url without padding."""
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_private_key(algorithm: str) -> Any:
    curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
    if algorithm in curves:
        return ec.generate_private_key(curves[algorithm]())
    if algorithm.startswith(("RS", "PS")):
        if not _rsa_keys:
            _rsa_keys.append(rsa.generate_private_key(public_exponent=65537, key_size=2048))
        return _rsa_keys[0]
    return ed25519.Ed25519PrivateKey.generate()


@dataclass
class SigningKey:
    """One key pair of the issuer; `jwk` is what it publishes and may be changed by a test."""

    algorithm: str
    kid: str
    private_key: Any
    jwk: dict[str, Any]

    @classmethod
    def make(cls, algorithm: str = "EdDSA", kid: str = "") -> SigningKey:
        private_key, kid = new_private_key(algorithm), kid or secrets.token_urlsafe(24)
        jwk = dict(signer(algorithm).to_jwk(private_key.public_key(), as_dict=True))
        jwk.pop("key_ops", None)
        return cls(algorithm, kid, private_key, {**jwk, "alg": algorithm, "kid": kid})

    def sign(self, signed: bytes, algorithm: str = "") -> bytes:
        return signer(algorithm or self.algorithm).sign(signed, self.private_key)


def signer(algorithm: str) -> Any:
    return SIGNERS["EdDSA" if algorithm == "Ed25519" else algorithm]


class FakeBetterAuth(LocalIssuer):
    """The package's own issuer for tests, with a server, keys of every kind, and tokens that nobody should sign."""

    token_path = "/api/auth/token"
    keys_path = "/api/auth/jwks"

    def __init__(self) -> None:
        self.keys: list[SigningKey] = []
        self.requests = 0
        """How often the JWKS was asked for."""
        self.request_headers: dict[str, str] = {}
        self.behaviour: Callable[[Handler], None] = answer_with_keys
        self.sessions: dict[str, str] = {}
        """Subjects by the value of their session cookie."""
        self.exchanges: list[str] = []
        """The `Cookie` headers that were exchanged, or tried to be."""
        self.token_behaviour: Callable[[Handler], None] = answer_with_token
        self.introspections: list[dict[str, str]] = []
        """The forms that were sent to be asked about a token."""
        self.introspection_behaviour: Callable[[Handler], None] = answer_with({"active": True})
        self.released = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.issuer = self
        super().__init__(f"http://127.0.0.1:{self.server.server_address[1]}")

    def __enter__(self) -> FakeBetterAuth:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def stop(self) -> None:
        """From now on connections are refused; whoever hangs is let go."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def settings(self, **overrides: Any) -> dict[str, Any]:
        """The setting BETTER_AUTH that trusts this issuer, whose keys are to be fetched."""
        return {"API_URL": self.url, **overrides}

    @property
    def key(self) -> SigningKey:
        """The key that signs now: the newest."""
        return self.keys[-1]

    def rotate(self, algorithm: str = "EdDSA", kid: str = "") -> SigningKey:
        """A new key that nobody has seen signs from now on; the old ones stay published."""
        self.keys.append(SigningKey.make(algorithm, kid))
        return self.key

    def token(
        self, sub: Any = "alice", *, headers: dict[str, Any] | None = None, key: SigningKey | None = None, **claims: Any
    ) -> str:
        """A signed token. `headers` and claims override; None takes a member away."""
        return self.sign(self.claims(sub, **claims), headers=headers, key=key)

    def sign(
        self,
        claims: dict[str, Any] | bytes,
        *,
        headers: dict[str, Any] | bytes | None = None,
        key: SigningKey | None = None,
    ) -> str:
        """Any payload, also raw bytes, with a valid signature over it."""
        key = key or self.key
        if not isinstance(headers, bytes):
            header = {"alg": key.algorithm, "kid": key.kid, **(headers or {})}
            headers = json.dumps({name: value for name, value in header.items() if value is not None}).encode()
        signed = f"{encode(headers)}.{encode(claims)}"
        return f"{signed}.{encode(key.sign(signed.encode()))}"

    def behave(self, behaviour: Callable[[Handler], None]) -> None:
        """What the JWKS endpoint does from now on: one of the functions below."""
        self.behaviour = behaviour

    def behave_at_token(self, behaviour: Callable[[Handler], None]) -> None:
        self.token_behaviour = behaviour

    def behave_at_introspection(self, behaviour: Callable[[Handler], None]) -> None:
        self.introspection_behaviour = behaviour


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    issuer: FakeBetterAuth

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what many of the tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        issuer = self.server.issuer
        if self.path.partition("?")[0] == issuer.token_path:
            issuer.request_headers = dict(self.headers)
            issuer.exchanges.append(self.headers.get("Cookie", ""))
            issuer.token_behaviour(self)
            return
        if self.path != issuer.keys_path:
            self.answer(404, b"")
            return
        issuer.requests += 1
        issuer.request_headers = dict(self.headers)
        issuer.behaviour(self)

    def do_POST(self) -> None:
        issuer = self.server.issuer
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        issuer.request_headers = dict(self.headers)
        issuer.introspections.append(dict(parse_qsl(form)))
        issuer.introspection_behaviour(self)

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        usual = {"Date": self.date_time_string(), "Content-Type": "application/json"}
        for name, value in {**usual, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Silent."""


# What both endpoints can do.


def answer_with_keys(handler: Handler) -> None:
    answer_with({"keys": [key.jwk for key in handler.server.issuer.keys]})(handler)


def answer_with_token(handler: Handler) -> None:
    issuer = handler.server.issuer
    subject = issuer.sessions.get(handler.headers.get("Cookie", "").partition("=")[2])
    if subject is None:
        answer_with({"message": "Unauthorized", "code": "UNAUTHORIZED"}, 401)(handler)
    else:
        answer_with({"token": issuer.token(subject)})(handler)


def answer_with(body: bytes | dict[str, Any], status: int = 200, **headers: str) -> Callable[[Handler], None]:
    """A fixed answer; underscores in header names stand for hyphens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(status, raw, named)


def redirect_to(url: str) -> Callable[[Handler], None]:
    return answer_with(b"", 302, Location=url)


def hang(handler: Handler) -> None:
    """Takes the request and says nothing until the issuer stops."""
    handler.server.issuer.released.wait(30)
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def drip_headers(handler: Handler) -> None:
    drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000)


def drip_body(handler: Handler) -> None:
    body = json.dumps({"keys": [key.jwk for key in handler.server.issuer.keys]}).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    drip(handler, body)


def drip(handler: Handler, data: bytes) -> None:
    for byte in data:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        if handler.server.issuer.released.wait(0.05):
            break
    handler.close_connection = True


def slowly(seconds: float, then: Callable[[Handler], None] = answer_with_keys) -> Callable[[Handler], None]:
    """The right answer, late."""

    def answer(handler: Handler) -> None:
        handler.server.issuer.released.wait(seconds)
        then(handler)

    return answer
