"""The authentication classes of Django REST Framework: header in, user out, 401 or 503 otherwise."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias, cast

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from betterauth_auth import conf, counters
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.signals import token_refused
from betterauth_auth.tokens import VerifiedToken, verify

# Both import the table, and where the app is not installed there is none: the stateless class works there too.
if TYPE_CHECKING:
    from betterauth_auth.deferred import DeferredUser
    from betterauth_auth.users import LocalUser

logger = logging.getLogger(__name__)
CHALLENGE = 'Bearer realm="api"'


class TokenRefused(exceptions.AuthenticationFailed):
    """401, with one text whatever the reason."""

    default_detail = "A valid Better Auth token is needed."
    default_code = "invalid_token"


class VerificationUnavailable(exceptions.APIException):
    """503: whether the token is good cannot be known now. A 401 would make clients sign everybody out."""

    status_code = 503
    default_detail = "Tokens cannot be verified right now. Try again."
    default_code = "unavailable"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.wait = retry_after_seconds


class InsufficientScope(exceptions.PermissionDenied):
    """403 with the challenge that RFC 6750 asks for."""

    default_detail = "The token does not have the scope this needs."
    default_code = "insufficient_scope"

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__()
        self.auth_header = f'{CHALLENGE}, error="insufficient_scope", scope="{" ".join(sorted(scopes))}"'


SignedIn: TypeAlias = "LocalUser | DeferredUser | TokenUser"


class Subject(NamedTuple):
    issuer: str
    subject: str


class BetterAuthAuthentication(BaseAuthentication):
    """A Better Auth token in, the local user out. Without a token nobody is signed in; permissions decide then."""

    def authenticate(self, request: Request) -> tuple[SignedIn, VerifiedToken] | None:
        credentials = bearer_credentials(request)
        if credentials is None:
            return None
        try:
            token = verify(credentials)
            refuse_without_scopes(token)
        except InvalidToken as exc:
            raise refused(exc) from exc
        except KeysUnavailable as exc:
            logger.warning("A token could not be verified: %s.", exc.reason, extra={"reason": exc.reason})
            raise VerificationUnavailable(exc.retry_after_seconds) from exc
        except ImproperlyConfigured as exc:
            logger.error("BETTER_AUTH is configured wrongly, see `manage.py check`: %s", exc)  # noqa: TRY400 - no trace
            raise VerificationUnavailable(60) from exc
        return self.user_for(token, request), token

    def user_for(self, token: VerifiedToken, request: Request) -> SignedIn:
        from betterauth_auth.deferred import is_possible, user_of

        # A view says so when it keeps the promise that is written in `deferred`.
        if getattr(request.parser_context.get("view"), "defers_user", False) and is_possible():
            return user_of(token, partial(fetched_user, token))
        return fetched_user(token)

    def authenticate_header(self, request: Request) -> str:
        # Without this header DRF answers 403 instead of 401. A 401 to a request with a token means it was refused.
        return CHALLENGE if bearer_credentials(request) is None else f'{CHALLENGE}, error="invalid_token"'


class StatelessBetterAuthAuthentication(BetterAuthAuthentication):
    """Claims only and no database: deactivated users and cut-offs are not seen."""

    def user_for(self, token: VerifiedToken, request: Request) -> SignedIn:
        return TokenUser(token)


@dataclass(frozen=True)
class TokenUser:
    """What `request.user` is where no database is asked."""

    token: VerifiedToken
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True
    is_staff: ClassVar[bool] = False
    is_superuser: ClassVar[bool] = False

    @property
    def pk(self) -> str:
        # DRF's throttles tell users apart by it.
        return f"{self.token.issuer}|{self.token.subject}"

    def __str__(self) -> str:
        return self.token.subject


def bearer_credentials(request: HttpRequest | Request) -> str | None:
    """What follows `Bearer`, perhaps nothing; None when the request does not try to sign in this way."""
    scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return credentials.strip(" ") if scheme.lower() == "bearer" else None


def verified_subject(request: HttpRequest | Request) -> Subject | None:
    """Who sent the request, without the database; None without a good token. Whether they may is not asked."""
    credentials = bearer_credentials(request)
    if credentials is None:
        return None
    try:
        token = verify(credentials)
    except (InvalidToken, KeysUnavailable, ImproperlyConfigured):
        return None
    return Subject(token.issuer, token.subject)


def refuse_without_scopes(token: VerifiedToken) -> None:
    required = conf.current().policy_of_issuer[token.issuer].required_scopes
    if not required <= token.scopes:
        raise InsufficientScope(required)


def fetched_user(token: VerifiedToken) -> LocalUser:
    """The local user, in one query; TokenRefused when an operator has shut this person out."""
    from betterauth_auth.users import identity_for

    try:
        identity = identity_for(token)
    except InvalidToken as exc:
        raise refused(exc) from exc
    user = cast("LocalUser", identity.user)
    user.betterauth_identity = identity
    return user


def refused(exc: InvalidToken) -> TokenRefused:
    """The answer to a token that is no good, after telling operators the reason."""
    counters.count_refused(exc.reason)
    logger.info("A token was refused: %s.", exc.reason, extra={"reason": exc.reason})
    token_refused.send_robust(sender=BetterAuthAuthentication, reason=exc.reason)
    return TokenRefused()
