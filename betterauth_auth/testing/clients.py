"""Django's clients, which sign in with a token as a frontend does."""

from __future__ import annotations

from typing import Any

from django.test import client

from betterauth_auth.testing.issuer import trusted_issuer


class SignsIn:
    """What the clients have in common. The next requests carry the token, until `sign_out`."""

    authorization_name = "HTTP_AUTHORIZATION"
    defaults: Any  # a dictionary; the two clients have different types for it

    def sign_in(self, sub: str = "alice", *, expires_in: int = 900, **claims: object) -> str:
        """The token; its claims are those of `LocalIssuer.token`."""
        token = trusted_issuer().token(sub, expires_in=expires_in, **claims)
        self.defaults[self.authorization_name] = f"Bearer {token}"
        return token

    def sign_out(self) -> None:
        self.defaults.pop(self.authorization_name, None)


class Client(SignsIn, client.Client):
    """Django's, with `sign_in`."""


class AsyncClient(SignsIn, client.AsyncClient):
    """Django's asynchronous one, with `sign_in`, which waits for nothing."""

    # An ASGI server passes headers on under their own names.
    authorization_name = "AUTHORIZATION"
