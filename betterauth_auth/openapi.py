"""Tells drf-spectacular how to sign in. Imported only where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from betterauth_auth import conf

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


class CookieBetterAuthScheme(BetterAuthScheme):
    """The token, or where the settings name a cookie, the cookie."""

    target_class = "betterauth_auth.doors.cookies.CookieBetterAuthAuthentication"
    priority = 1

    @property
    def name(self) -> list[str]:  # type: ignore[override] # likewise
        own = type(self.target).__name__.removesuffix("Authentication")
        return [own, f"{own}Session"] if conf.current().cookie else [own]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[object]]]:
        # Either of them, and not both.
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, object]]:  # type: ignore[override]
        definitions = [super().get_security_definition(auto_schema)]
        if cookie := conf.current().cookie:
            described = "Better Auth's session cookie. Unsafe methods need Django's CSRF token too, in `X-CSRFToken`."
            definitions.append({"type": "apiKey", "in": "cookie", "name": cookie.name, "description": described})
        return definitions
