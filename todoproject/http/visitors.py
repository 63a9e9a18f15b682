"""Requests for pages, by whoever is no signed-in operator, are counted by address."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from todoproject.http.throttling import Budget, spend_address

EVENTS = "/better-auth/events/"


class VisitorLimitMiddleware:
    """The innermost of those for pages: static files have been answered by now, and the session is at hand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # What watches the service must always be answered, and it remembers its answer instead of finding it out anew.
        if request.path_info == "/readyz" or is_of_an_operator(request):
            return self.get_response(request)
        if request.path_info.startswith(EVENTS):
            return self.charged_if_refused(request)
        budget = spend_address(request)
        if budget is None:
            return self.get_response(request)
        response = too_many(budget) if budget.is_overdrawn else self.get_response(request)
        budget.write_headers(response)
        return response

    def charged_if_refused(self, request: HttpRequest) -> HttpResponse:
        """Better Auth tells of hundreds of people from one address, and all of it is signed."""
        response = self.get_response(request)
        if not 400 <= response.status_code < 500:
            return response
        budget = spend_address(request)
        if budget is not None and budget.is_overdrawn:
            response = too_many(budget)
            budget.write_headers(response)
        return response


def is_of_an_operator(request: HttpRequest) -> bool:
    """Whether the admin would let this request in. Without a session's cookie nothing is asked of the database."""
    return request.path_info.startswith(f"/{settings.ADMIN_PATH}/") and request.user.is_active and request.user.is_staff


def too_many(budget: Budget) -> HttpResponse:
    page = render_to_string("todoproject/too_many_requests.html", {"seconds": budget.reset_seconds})
    return HttpResponse(page, status=429)
