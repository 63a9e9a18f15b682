"""What an answer tells browsers to refuse, and the refusal of API requests over plain HTTP."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.json_io import dump
from todoproject.http.problems import CONTENT_TYPE, problem

# Nothing of ours is ever framed, and what no rule names is not loaded.
NOWHERE = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
API = f"{NOWHERE}; form-action 'none'"
PAGES = f"{NOWHERE}; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
ADMIN = f"{PAGES}; form-action 'self'"
# The page of the OpenAPI document has its few styles in the HTML; its scripts are files.
DOCS = f"{PAGES}; form-action 'none'".replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
OF_EVERY_ANSWER = {
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeadersMiddleware:
    """Content-Security-Policy and its relatives, for pages. Django adds nosniff, Referrer-Policy and HSTS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Django's own error pages for developers consist of inline scripts and styles.
        if not (response.status_code in {404, 500} and settings.DEBUG):
            response.headers.setdefault("Content-Security-Policy", policy_for(request))
        for name, value in OF_EVERY_ANSWER.items():
            response.headers.setdefault(name, value)
        return response


def policy_for(request: HttpRequest) -> str:
    path = request.path_info
    if path.startswith(f"/{settings.ADMIN_PATH}/"):
        return ADMIN
    return DOCS if path == "/docs" else API


def headers_of_api() -> dict[str, str]:
    return {"Content-Security-Policy": API, **OF_EVERY_ANSWER}


def refused_plain_http(request: HttpRequest) -> HttpResponse | None:
    """A redirect would come after the token was sent in the clear, and teach the client nothing. Pages are redirected
    by Django.
    """
    if not settings.HTTPS_ONLY or request.is_secure():
        return None
    detail = "This service answers over HTTPS only. Treat a token that was just sent as disclosed."
    body = dump(problem(403, request, code="https_required", detail=detail))
    return HttpResponse(body, status=403, content_type=CONTENT_TYPE)
