"""Whose session cookie came with a request, for every door that takes cookies."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.middleware.csrf import CsrfViewMiddleware

from betterauth_auth import conf, identify
from betterauth_auth.cookies import sessions
from betterauth_auth.cookies.header import cookie_in
from betterauth_auth.exceptions import Denied

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from betterauth_auth.tokens import VerifiedToken

logger = logging.getLogger(__name__)


def caller_of(request: HttpRequest) -> VerifiedToken | None:
    """The token of the session; None without a cookie, or where none is taken; Denied when it is bad."""
    try:
        return token_of(request)
    except identify.FAILURES as exc:
        raise identify.denied(exc) from exc


def token_of(request: HttpRequest) -> VerifiedToken | None:
    rules = conf.current().cookie
    if rules is None:
        return None
    cookie = cookie_in(request.META.get("HTTP_COOKIE", ""), rules.name)
    if cookie is None:
        return None
    # Before anybody is asked, so that other sites cannot make us ask.
    refuse_forgery(request)
    token = sessions.of(rules).token_behind(cookie)
    identify.refuse_without_required_scopes(token)
    return token


class ForgeryCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def refuse_forgery(request: HttpRequest) -> None:
    """Django's own check of Origin, Referer and token. The views are exempt from it, and leave it to us."""

    def unused(request: HttpRequest) -> HttpResponse:
        raise ImproperlyConfigured

    check = ForgeryCheck(unused)
    check.process_request(request)
    if reason := check.process_view(request, unused, (), {}):
        logger.info("A request with a session cookie was refused: %s", reason, extra={"reason": "csrf"})
        raise Denied(403, "csrf", "The CSRF check failed.", {})
