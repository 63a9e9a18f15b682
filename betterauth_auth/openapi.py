"""Tells drf-spectacular how to sign in. Imported only where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from betterauth_auth.authentication import OptionalBetterAuthAuthentication

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class BetterAuthScheme(OpenApiAuthenticationExtension):
    target_class = "betterauth_auth.authentication.BetterAuthAuthentication"
    name = "BetterAuth"
    match_subclasses = True

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The JWT that Better Auth's `/api/auth/token` answers; not the session token.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> Any:
        required: dict[str, list[str]] = {self.name: []}
        return [required, {}] if isinstance(self.target, OptionalBetterAuthAuthentication) else required
