"""Strawberry: what single fields ask of the token that one of the doors in `betterauth_auth.doors.django` let in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from strawberry.exceptions import StrawberryGraphQLError
from strawberry.permission import BasePermission
from strawberry.types import Info

from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import names, refuse_nobody, refuse_without
from betterauth_auth.tokens import VerifiedToken


class NeedsToken(BasePermission):
    """For `PermissionExtension`: a token with all of the scopes and one of the roles.

    The error says `code` and `status` in its extensions, for GraphQL has no others.
    """

    def __init__(self, *, scopes: Iterable[str] = (), roles: Iterable[str] = ()) -> None:
        self.scopes, self.roles = names(scopes), names(roles)

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        token = token_of(info.context)
        try:
            refuse_nobody(required=token is None)
            if token is not None:
                refuse_without(token, self.scopes, self.roles)
        except Denied as exc:
            extensions = {"code": exc.code, "status": exc.status}
            raise StrawberryGraphQLError(exc.detail, extensions=extensions) from exc
        return True


def token_of(context: Any) -> VerifiedToken | None:
    """Strawberry's context is an object or a dictionary, and of a websocket the scope holds the token."""
    request = context["request"] if isinstance(context, dict) else context.request
    scope = getattr(request, "scope", None) or {}
    token = getattr(request, "better_auth", None) or scope.get("better_auth")
    return token if isinstance(token, VerifiedToken) else None
