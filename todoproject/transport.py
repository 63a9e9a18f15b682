"""What an answer tells browsers to refuse, and the refusal of API requests over plain HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from todoproject.paths import is_api
from todoproject.problems import CONTENT_TYPE, problem
from todoproject.throttling import Budget, spend_address, spend_networks
from todoproject.wire import dump

# Nothing of ours is ever framed, and what no rule names is not loaded.
NOWHERE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
API = f"{NOWHERE}; form-action 'none'"
PAGES = f"{NOWHERE}; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
ADMIN = f"{PAGES}; form-action 'self'"
# The page of the OpenAPI document has its few styles in the HTML; its scripts are files.
DOCS = f"{PAGES}; form-action 'none'".replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# How many times as many preflights an address has as other requests without a token.
PREFLIGHTS = 10
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """Content-Security-Policy and its relatives. Django adds nosniff, Referrer-Policy and HSTS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's own error pages for developers consist of inline scripts and styles.
        if not (response.status_code in {404, 500} and settings.DEBUG):
            response.headers.setdefault("Content-Security-Policy", policy_for(request))
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def policy_for(request: HttpRequest) -> str:
    path = request.path_info
    if path.startswith("/api/"):
        return API
    if path.startswith(f"/{settings.ADMIN_PATH}/"):
        return ADMIN
    return DOCS if path == "/docs" else API


class CrossOriginMiddleware(CorsMiddleware):
    """Most requests come from no other origin, so there is nothing to look up and nothing to allow."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META or not is_api(request):
            return super().__call__(request)
        response: Any = self.get_response(request)
        # Caches have to know that the answer depends on it all the same.
        if "Origin" not in response.headers.get("Vary", ""):
            patch_vary_headers(response, ("Origin",))
        return response

    def check_preflight(self, request: HttpRequest) -> Any:
        response: Any = super().check_preflight(request)
        budget = None if response is None else spend_preflight(request)
        if budget:
            response = HttpResponse(status=429) if budget.is_overdrawn else response
            budget.write_headers(response)
        return response


def spend_preflight(request: HttpRequest) -> Budget | None:
    """A page of ours needs one for nearly every address it uses, and its user pays for the request that follows."""
    if request.META.get("HTTP_ORIGIN") in settings.CORS_ALLOWED_ORIGINS:
        return spend_networks("preflight", PREFLIGHTS * settings.RATE_LIMIT_ADDRESS, request)
    return spend_address(request)


class HTTPSOnlyMiddleware:
    """A redirect would come after the token was sent in the clear, and teach the client nothing. Pages are redirected
    by Django.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request) or not settings.HTTPS_ONLY or request.is_secure():
            return self.get_response(request)
        detail = "This service answers over HTTPS only. Treat a token that was just sent as disclosed."
        body = dump(problem(403, request, code="https_required", detail=detail))
        return HttpResponse(body, status=403, content_type=CONTENT_TYPE)
