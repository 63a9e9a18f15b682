"""Django REST Framework with Better Auth's session cookie, for sites that both servers are on; off without `COOKIE`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from rest_framework.authentication import CSRFCheck
from rest_framework.request import Request

from betterauth_auth import conf, identify
from betterauth_auth.authentication import BetterAuthAuthentication, SignedIn, in_drf
from betterauth_auth.cookies import sessions
from betterauth_auth.cookies.header import cookie_in
from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import FAILURES, bearer_credentials
from betterauth_auth.tokens import VerifiedToken

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)


class CookieBetterAuthAuthentication(BetterAuthAuthentication):
    """A Bearer token, or else Better Auth's session cookie in, the local user out. Cookies are held to CSRF."""

    def authenticate(self, request: Request) -> tuple[SignedIn, VerifiedToken] | None:
        vary_on_cookie(request)
        # Whoever sends a token means it: no site can make a browser send one, so it needs no CSRF token.
        if bearer_credentials(request.META.get("HTTP_AUTHORIZATION")) is not None:
            return super().authenticate(request)
        try:
            token = token_of(request)
        except FAILURES as exc:
            raise in_drf(identify.denied(exc)) from exc
        except Denied as exc:
            raise in_drf(exc) from exc
        return None if token is None else (self.user_for(token, request), token)


def token_of(request: Request) -> VerifiedToken | None:
    rules = conf.current().cookie
    if rules is None:
        return None
    cookie = cookie_in(request.META.get("HTTP_COOKIE", ""), rules.name)
    if cookie is None:
        return None
    # Before anybody is asked, so that other sites cannot make us ask.
    refuse_forgery(request._request)
    token = sessions.of(rules).token_behind(cookie)
    identify.refuse_without_required_scopes(token)
    return token


def refuse_forgery(request: HttpRequest) -> None:
    """Django's own check of Origin, Referer and token. DRF exempts its views from it, and leaves it to us."""

    def unused(request: HttpRequest) -> HttpResponse:
        raise ImproperlyConfigured

    check = CSRFCheck(unused)
    check.process_request(request)
    if reason := check.process_view(request, unused, (), {}):
        logger.info("A request with a session cookie was refused: %s", reason, extra={"reason": "csrf"})
        raise Denied(403, "csrf", "The CSRF check failed.", {})


def vary_on_cookie(request: Request) -> None:
    """Without this a cache would send one person's page to the next."""
    headers = getattr(request.parser_context.get("view"), "headers", None)
    if headers is not None:
        headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Cookie"]))
