"""For tests of projects that use betterauth_auth: trusted tokens without a server. Never for production."""

from betterauth_auth.testing.cases import BetterAuthMixin
from betterauth_auth.testing.clients import AsyncClient, Client
from betterauth_auth.testing.issuer import LocalIssuer

__all__ = ["AsyncClient", "BetterAuthMixin", "Client", "LocalIssuer"]
