"""What a view asks of the token. Roles are as of its issuing: whoever lost one has it until the token expires."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from betterauth_auth import conf, hooks
from betterauth_auth.authentication import in_drf
from betterauth_auth.exceptions import HookFailed
from betterauth_auth.identify import denied, insufficient_scope
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


class HasRole(BasePermission):
    """The person has one of the view's `required_roles`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = request.auth
        return isinstance(token, VerifiedToken) and not token.roles.isdisjoint(asked_of(view, "required_roles"))


class HasOrganizationRole(BasePermission):
    """The person has one of the view's `required_organization_roles` in the organization that the address names.

    It counts which organization is asked for and not which one is active. `organization_kwarg` is its name in the URL
    pattern, `organization_lookup` says whether that is the `id` or the `slug`: never both, since anybody may give an
    organization of theirs the id of another one as its slug.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, VerifiedToken):
            return False
        roles = self.roles_in(self.organization_of(request, view), request.auth, request, view)
        return not roles.isdisjoint(asked_of(view, "required_organization_roles"))

    def organization_of(self, request: Request, view: APIView) -> str:
        return str(view.kwargs[getattr(view, "organization_kwarg", "organization")])

    def roles_in(self, wanted: str, token: VerifiedToken, request: Request, view: APIView) -> frozenset[str]:
        active = token.organization
        if active and getattr(active, getattr(view, "organization_lookup", "id")) == wanted:
            return active.roles
        path = conf.rules_of(token.issuer).organization_roles
        if not path:
            return frozenset()
        try:
            with hooks.running("ORGANIZATION_ROLES"):
                return frozenset(hooks.hook(path)(request.user, wanted))
        except HookFailed as exc:
            raise in_drf(denied(exc)) from exc


class IsNotImpersonated(BasePermission):
    """An operator of Better Auth who acts as this person may not do this. The token has to say so: `impersonatedBy`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, VerifiedToken) and not request.auth.impersonated_by


def asked_of(view: APIView, name: str) -> frozenset[str]:
    """Whoever asks for a permission of roles and names none has forgotten them, and nobody is let in."""
    return frozenset(getattr(view, name, ()))
