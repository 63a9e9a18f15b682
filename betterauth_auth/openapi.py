"""Tells drf-spectacular how to sign in. Imported only where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class BetterAuthScheme(OpenApiAuthenticationExtension):
    target_class = "betterauth_auth.authentication.BetterAuthAuthentication"
    match_subclasses = True

    @property
    def name(self) -> str:  # type: ignore[override] # drf-spectacular reads it from the instance
        # One name for one class: drf-spectacular warns when two classes share a scheme. `BetterAuth` is the usual one.
        return type(self.target).__name__.removesuffix("Authentication")

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The JWT that Better Auth's `/api/auth/token` answers; not the session token.",
        }
