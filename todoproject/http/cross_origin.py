"""What browsers on other origins are told: preflights, and the headers of the answers."""

from __future__ import annotations

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from todoproject.http.throttling import Budget, spend_address, spend_networks

# How many times as many preflights an address has as other requests without a token.
PREFLIGHTS = 10
# What the answers of the API depend on.
VARY = "Authorization, Origin, Accept-Encoding"


class CrossOrigin(CorsMiddleware):
    """django-cors-headers, asked by the gate. Most requests come from no other origin, so there is nothing to do."""

    def preflight(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a preflight; None for every other request."""
        if "HTTP_ORIGIN" not in request.META or self.check_preflight(request) is None:
            return None
        budget = spend_preflight(request)
        response = HttpResponse(status=429 if budget and budget.is_overdrawn else 200)
        if budget:
            budget.write_headers(response)
        return response

    def write_headers(self, request: HttpRequest, response: HttpResponse) -> None:
        if "HTTP_ORIGIN" in request.META:
            response.headers.setdefault("Vary", VARY)
            self.add_response_headers(request, response)


def spend_preflight(request: HttpRequest) -> Budget | None:
    """A page of ours needs one for nearly every address it uses, and its user pays for the request that follows."""
    if request.META.get("HTTP_ORIGIN") in settings.CORS_ALLOWED_ORIGINS:
        return spend_networks("preflight", PREFLIGHTS * settings.RATE_LIMIT_ADDRESS, request)
    return spend_address(request)
