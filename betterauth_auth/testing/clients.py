"""Django's clients, which sign in with a token as a frontend does."""

from __future__ import annotations

from typing import Any

from django.test import client

from betterauth_auth.testing.issuer import trusted_issuer


class SignsIn:
    """What the clients have in common. The next requests carry the token, until `sign_out`."""

    def sign_in(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> str:
        """The token; its claims are those of `LocalIssuer.token`."""
        token = trusted_issuer().token(sub, expires_in=expires_in, **claims)
        self.send_authorization(f"Bearer {token}")
        return token

    def sign_out(self) -> None:
        self.send_authorization(None)

    def send_authorization(self, value: str | None) -> None:
        """The header of the next requests, or None for none."""
        raise NotImplementedError


class Client(SignsIn, client.Client):
    """Django's, with `sign_in`."""

    def send_authorization(self, value: str | None) -> None:
        self.defaults.pop("HTTP_AUTHORIZATION", None)
        if value is not None:
            self.defaults["HTTP_AUTHORIZATION"] = value


class AsyncClient(SignsIn, client.AsyncClient):
    """Django's asynchronous one, with `sign_in`, which waits for nothing."""

    authorization: str | None = None

    def send_authorization(self, value: str | None) -> None:
        self.authorization = value

    def generic(self, *args: Any, **extra: Any) -> Any:
        # Not by `defaults`, which Django 4.2 does not make headers of. An ASGI server's names of headers have no HTTP_.
        own = {} if self.authorization is None else {"AUTHORIZATION": self.authorization}
        return super().generic(*args, **{**own, **extra})
