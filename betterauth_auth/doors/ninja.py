"""Django Ninja: `auth=BetterAuth()` for operations, `auth=AsyncBetterAuth()` for those that are async.

    api.add_exception_handler(Denied, answer)

with `answer` of `betterauth_auth.doors.django` adds the headers: the challenge of a 401, the Retry-After of a 503.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import NamedTuple, cast

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer

from betterauth_auth.doors.django import authorization_of, sign_in
from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import SignedIn, aidentify, identify, load_ahead, names
from betterauth_auth.tokens import VerifiedToken


class DeniedByNinja(Denied, HttpError):
    """Where nobody handles `Denied`, Ninja still answers with its status and text."""

    def __init__(self, denied: Denied) -> None:
        HttpError.__init__(self, denied.status, denied.detail)
        vars(self).update(vars(denied))


class Asked(NamedTuple):
    scopes: frozenset[str]
    roles: frozenset[str]
    stateless: bool
    clients: bool


class BetterAuth(HttpBearer):
    """Asks for a token with all of the scopes and one of the roles. `request.auth` is the token."""

    def __init__(
        self,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        stateless: bool = False,
        clients: bool = False,
    ) -> None:
        super().__init__()
        self.asked = Asked(names(scopes), names(roles), stateless, clients)
        load_ahead()

    def __call__(self, request: HttpRequest) -> VerifiedToken | Awaitable[VerifiedToken]:
        return self.authenticate(request, authorization_of(request))

    def authenticate(self, request: HttpRequest, authorization: str | None) -> VerifiedToken | Awaitable[VerifiedToken]:
        try:
            found = identify(authorization, required=True, **self.asked._asdict())
        except Denied as exc:
            raise DeniedByNinja(exc) from exc
        return signed_in(request, found)


class AsyncBetterAuth(BetterAuth):
    """The same without taking a thread."""

    async def authenticate(self, request: HttpRequest, authorization: str | None) -> VerifiedToken:
        try:
            found = await aidentify(authorization, required=True, **self.asked._asdict())
        except Denied as exc:
            raise DeniedByNinja(exc) from exc
        return signed_in(request, found)


def signed_in(request: HttpRequest, found: SignedIn | None) -> VerifiedToken:
    sign_in(request, found)
    # Because a token is required.
    return cast("SignedIn", found).token
