"""Scopes that a view asks for."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from betterauth_auth.authentication import in_drf
from betterauth_auth.identify import insufficient_scope
from betterauth_auth.tokens import VerifiedToken


class HasScopes(BasePermission):
    """The token carries every scope in the view's `required_scopes`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, VerifiedToken):
            return False
        required = frozenset(getattr(view, "required_scopes", ()))
        if not required <= request.auth.scopes:
            raise in_drf(insufficient_scope(required))
        return True
