"""What this API tells OAuth clients about itself (RFC 9728), MCP clients first of all."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from betterauth_auth import conf
from betterauth_auth.conf import Settings

WELL_KNOWN = "/.well-known/oauth-protected-resource"
# Public, and asked for by programs in browsers on any origin; those of MCP send a header that has to be allowed.
CROSS_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "MCP-Protocol-Version",
}


@require_http_methods(["GET", "HEAD", "OPTIONS"])
def protected_resource(request: HttpRequest, path: str = "") -> HttpResponse:
    """At the root and, as RFC 9728 has it, with the resource's path behind. 404 where no access token is accepted."""
    try:
        settings = conf.current()
    except ImproperlyConfigured:
        raise Http404 from None
    if not settings.resource or path not in {"", path_of(settings.resource).removeprefix("/")}:
        raise Http404
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=CROSS_ORIGIN)
    return JsonResponse(document(settings), headers={**CROSS_ORIGIN, "Cache-Control": "public, max-age=300"})


def document(settings: Settings) -> dict[str, object]:
    told: dict[str, object] = {
        "resource": settings.resource,
        "authorization_servers": settings.authorization_servers,
        "bearer_methods_supported": ["header"],
    }
    if settings.scopes_supported:
        told["scopes_supported"] = settings.scopes_supported
    return told


def challenge_parameters() -> list[str]:
    """Where an OAuth client finds the document, for a challenge; nothing where there is none."""
    try:
        resource = conf.current().resource
    except ImproperlyConfigured:
        return []
    return [f'resource_metadata="{address_of(resource)}"'] if resource else []


def address_of(resource: str) -> str:
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{path_of(resource)}"


def path_of(resource: str) -> str:
    """Of a resource that is a whole host, nothing."""
    path = urlsplit(resource).path
    return "" if path == "/" else path
