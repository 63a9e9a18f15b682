"""The authentication classes of Django REST Framework: header in, user out, 401 or 503 otherwise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from betterauth_auth import identify
from betterauth_auth.exceptions import Denied, InvalidToken, KeysUnavailable
from betterauth_auth.identify import INVALID, TokenUser, bearer_credentials, challenge
from betterauth_auth.tokens import VerifiedToken, verify

# Both import the table, and where the app is not installed there is none: the stateless class works there too.
if TYPE_CHECKING:
    from betterauth_auth.deferred import DeferredUser
    from betterauth_auth.users import LocalUser


class TokenRefused(exceptions.AuthenticationFailed):
    """401. DRF asks `authenticate_header` for the challenge."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.detail, denied.code)


class Forbidden(exceptions.PermissionDenied):
    """403."""

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.detail, denied.code)
        self.auth_header = denied.challenge


class VerificationUnavailable(exceptions.APIException):
    status_code = 503

    def __init__(self, denied: Denied) -> None:
        super().__init__(denied.detail, denied.code)
        self.wait = denied.retry_after_seconds


EXCEPTIONS = {401: TokenRefused, 403: Forbidden, 503: VerificationUnavailable}
SignedIn: TypeAlias = "LocalUser | DeferredUser | TokenUser"


class Subject(NamedTuple):
    issuer: str
    subject: str


class BetterAuthAuthentication(BaseAuthentication):
    """A Better Auth token in, the local user out. Without a token nobody is signed in; permissions decide then."""

    def authenticate(self, request: Request) -> tuple[SignedIn, VerifiedToken] | None:
        credentials = bearer_credentials(request._request.META.get("HTTP_AUTHORIZATION"))
        if credentials is None:
            return None
        try:
            token = identify.verified(credentials)
        except Denied as exc:
            raise in_drf(exc) from exc
        return (client_for(token, request) if token.is_client else self.user_for(token, request)), token

    def user_for(self, token: VerifiedToken, request: Request) -> SignedIn:
        from betterauth_auth.deferred import is_possible, user_of

        # A view says so when it keeps the promise that is written in `deferred`.
        if getattr(request.parser_context.get("view"), "defers_user", False) and is_possible():
            return user_of(token, partial(fetched_user, token))
        return fetched_user(token)

    def authenticate_header(self, request: Request) -> str:
        # Without this header DRF answers 403 instead of 401. A 401 to a request with a token means it was refused.
        has_token = bearer_credentials(request.META.get("HTTP_AUTHORIZATION")) is not None
        return challenge(INVALID) if has_token else challenge()


class StatelessBetterAuthAuthentication(BetterAuthAuthentication):
    """Claims only and no database: deactivated users and cut-offs are not seen."""

    def user_for(self, token: VerifiedToken, request: Request) -> SignedIn:
        return TokenUser(token)


def verified_subject(request: HttpRequest | Request) -> Subject | None:
    """Who sent the request, without the database; None without a good token. Whether they may is not asked."""
    credentials = bearer_credentials(request.META.get("HTTP_AUTHORIZATION"))
    if credentials is None:
        return None
    try:
        token = verify(credentials)
    except (InvalidToken, KeysUnavailable, ImproperlyConfigured):
        return None
    return Subject(token.identity_issuer, token.subject)


def fetched_user(token: VerifiedToken) -> LocalUser:
    """The local user, in one query; TokenRefused when an operator has shut this person out."""
    try:
        return identify.fetched_user(token)
    except Denied as exc:
        raise in_drf(exc) from exc


def client_for(token: VerifiedToken, request: Request) -> TokenUser:
    """A program, in a view with `accepts_clients = True` and `required_scopes`."""
    view = request.parser_context.get("view")
    try:
        return identify.client_of(token, getattr(view, "accepts_clients", False), getattr(view, "required_scopes", ()))
    except Denied as exc:
        raise in_drf(exc) from exc


def in_drf(denied: Denied) -> exceptions.APIException:
    """The same answer as DRF raises it."""
    return EXCEPTIONS[denied.status](denied)
