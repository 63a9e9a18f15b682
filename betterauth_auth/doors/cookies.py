"""Django REST Framework with Better Auth's session cookie, for sites that both servers are on; off without `COOKIE`."""

from __future__ import annotations

from rest_framework.request import Request

from betterauth_auth.authentication import BetterAuthAuthentication, SignedIn, in_drf
from betterauth_auth.cookies.callers import caller_of
from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import bearer_credentials
from betterauth_auth.tokens import VerifiedToken


class CookieBetterAuthAuthentication(BetterAuthAuthentication):
    """A Bearer token, or else Better Auth's session cookie in, the local user out. Cookies are held to CSRF."""

    def authenticate(self, request: Request) -> tuple[SignedIn, VerifiedToken] | None:
        vary_on_cookie(request)
        # Whoever sends a token means it: no site can make a browser send one, so it needs no CSRF token.
        if bearer_credentials(request.META.get("HTTP_AUTHORIZATION")) is not None:
            return super().authenticate(request)
        try:
            token = caller_of(request._request)
        except Denied as exc:
            raise in_drf(exc) from exc
        return None if token is None else (self.user_for(token, request), token)


def vary_on_cookie(request: Request) -> None:
    """Without this a cache would send one person's page to the next."""
    headers = getattr(request.parser_context.get("view"), "headers", None)
    if headers is not None:
        headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Cookie"]))
