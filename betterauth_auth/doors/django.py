"""Plain Django: a middleware for all views, a decorator for one. Both for sync and async."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from typing import Any, TypeAlias

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import patch_vary_headers

from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import SignedIn, aidentify, identify, load_ahead, names

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
    *, scopes: Iterable[str] = (), roles: Iterable[str] = (), stateless: bool = False, clients: bool = False
) -> Callable[[View], View]:
    """Lets nobody in without a token that has all of the scopes and one of the roles; a session does not count."""
    needed, any_of = names(scopes), names(roles)
    if clients and not needed:
        raise TypeError("Clients come in by scopes: say which.")
    who = partial(identify, scopes=needed, roles=any_of, required=True, stateless=stateless, clients=clients)
    awho = partial(aidentify, scopes=needed, roles=any_of, required=True, stateless=stateless, clients=clients)

    def decorated(view: View) -> View:
        guarded = awaiting(view, awho) if iscoroutinefunction(view) else blocking(view, who)
        # No browser adds a token by itself, so another site cannot make it send one.
        vars(guarded)["csrf_exempt"] = True
        return guarded

    return decorated


def blocking(view: View, who: Callable[[str | None], SignedIn | None]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            sign_in(request, who(authorization_of(request)))
        except Denied as exc:
            return answer(request, exc)
        return varied(view(request, *args, **kwargs))

    return guarded


def awaiting(view: View, who: Callable[[str | None], Awaitable[SignedIn | None]]) -> View:
    load_ahead()

    @wraps(view)
    async def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            sign_in(request, await who(authorization_of(request)))
        except Denied as exc:
            return answer(request, exc)
        return varied(await view(request, *args, **kwargs))

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


def varied(response: HttpResponseBase) -> HttpResponseBase:
    # Without this Django's cache would send one person's page to the next.
    patch_vary_headers(response, ["Authorization"])
    return response
