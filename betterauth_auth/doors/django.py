"""Plain Django: a middleware for all views, a decorator for one. Both for sync and async."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from typing import Any, NamedTuple, TypeAlias

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import patch_vary_headers

from betterauth_auth.cookies.callers import caller_of
from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import (
    SignedIn,
    aidentify,
    asigned_in,
    bearer_credentials,
    identify,
    load_ahead,
    names,
    signed_in,
)

# Takes a request and more, answers at once or is awaited.
View: TypeAlias = Callable[..., Any]


class BetterAuthMiddleware:
    """`request.user` and `request.better_auth` of whoever sends a token; a bad token gets no further.

    A request without one costs nothing and goes on as it came: whom a session signed in stays signed in. A program is
    nobody here; the view that accepts it asks again.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
            load_ahead()

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.awaited(request)
        try:
            sign_in(request, identify(authorization_of(request)))
        except Denied as exc:
            if exc.code != "client":
                return answer(request, exc)
            sign_nobody_in(request)
        return varied(self.get_response(request))

    async def awaited(self, request: HttpRequest) -> HttpResponseBase:
        try:
            sign_in(request, await aidentify(authorization_of(request)))
        except Denied as exc:
            if exc.code != "client":
                return answer(request, exc)
            sign_nobody_in(request)
        return varied(await self.get_response(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        # Of a view that asks `identify` itself.
        return answer(request, exception) if isinstance(exception, Denied) else None


def better_auth_required(
    *,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    stateless: bool = False,
    clients: bool = False,
    cookie: bool = False,
) -> Callable[[View], View]:
    """Lets nobody in without a token that has all of the scopes and one of the roles; a session does not count.

    With `cookie`, Better Auth's session cookie is taken where there is no token, if the settings name it.
    """
    asked = Asked(names(scopes), names(roles), stateless, clients, cookie)
    if clients and not asked.scopes:
        raise TypeError("Clients come in by scopes: say which.")

    def decorated(view: View) -> View:
        guarded = awaiting(view, asked) if iscoroutinefunction(view) else blocking(view, asked)
        # No browser adds a token by itself, so another site cannot make it send one. Cookies are held to it here.
        vars(guarded)["csrf_exempt"] = True
        return guarded

    return decorated


class Asked(NamedTuple):
    """What a request needs to be let in."""

    scopes: frozenset[str]
    roles: frozenset[str]
    stateless: bool
    clients: bool
    cookie: bool

    def by_cookie(self, request: HttpRequest) -> bool:
        # Whoever sends a token means it.
        return self.cookie and bearer_credentials(authorization_of(request)) is None


def let_in(request: HttpRequest, asked: Asked) -> SignedIn | None:
    """Who is signed in by token or cookie; Denied without either."""
    scopes, roles, stateless, clients, _ = asked
    if asked.by_cookie(request) and (token := caller_of(request)):
        return signed_in(token, scopes, roles, stateless, clients)
    authorization = authorization_of(request)
    return identify(authorization, scopes=scopes, roles=roles, required=True, stateless=stateless, clients=clients)


async def alet_in(request: HttpRequest, asked: Asked) -> SignedIn | None:
    scopes, roles, stateless, clients, _ = asked
    # Cookies are exchanged in a thread: other than keys, which are fetched rarely, each has to be asked for.
    if asked.by_cookie(request) and (token := await sync_to_async(caller_of, thread_sensitive=False)(request)):
        return await asigned_in(token, scopes, roles, stateless, clients)
    authorization = authorization_of(request)
    return await aidentify(
        authorization, scopes=scopes, roles=roles, required=True, stateless=stateless, clients=clients
    )


def blocking(view: View, asked: Asked) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            sign_in(request, let_in(request, asked))
        except Denied as exc:
            return varied(answer(request, exc), asked.cookie)
        return varied(view(request, *args, **kwargs), asked.cookie)

    return guarded


def awaiting(view: View, asked: Asked) -> View:
    load_ahead()

    @wraps(view)
    async def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            sign_in(request, await alet_in(request, asked))
        except Denied as exc:
            return varied(answer(request, exc), asked.cookie)
        return varied(await view(request, *args, **kwargs), asked.cookie)

    return guarded


def authorization_of(request: HttpRequest) -> str | None:
    return request.META.get("HTTP_AUTHORIZATION")


def sign_in(request: HttpRequest, found: SignedIn | None) -> None:
    """The token's user takes the place of a session's, also for CSRF, which is about sessions."""
    if found is not None:
        set_user(request, found.user, better_auth=found.token, csrf_processing_done=True)
    elif hasattr(request, "user"):
        vars(request)["better_auth"] = None
    else:
        sign_nobody_in(request)


def sign_nobody_in(request: HttpRequest) -> None:
    from django.contrib.auth.models import AnonymousUser

    set_user(request, AnonymousUser(), better_auth=None)


def set_user(request: HttpRequest, user: object, **attributes: object) -> None:
    async def auser() -> object:
        return user

    # Django's own `auser` would look into the session.
    vars(request).update(user=user, auser=auser, **attributes)


def answer(request: HttpRequest, denied: Denied) -> HttpResponseBase:
    """The answer of Django REST Framework, byte by byte. Also an exception handler for whoever wants one."""
    compact = {"separators": (",", ":")}
    return varied(
        JsonResponse(
            {"detail": denied.detail}, status=denied.status, headers=dict(denied.headers), json_dumps_params=compact
        )
    )


def varied(response: HttpResponseBase, by_cookie: bool = False) -> HttpResponseBase:
    # Without this Django's cache would send one person's page to the next.
    patch_vary_headers(response, ["Authorization", "Cookie"] if by_cookie else ["Authorization"])
    return response
