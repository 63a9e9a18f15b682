"""Where requests of the API part from those for pages, which people sign in to and which have cookies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from todoproject.paths import is_api

GetResponse = Callable[[HttpRequest], HttpResponse]


class PagesOnlyMiddleware:
    """What follows this one in the list is for pages. A request of the API goes past all of it, to its view."""

    def __init__(self, get_response: GetResponse) -> None:
        self.pages, self.api = get_response, innermost(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            return self.pages(request)
        # Refuses a Host that is not ours, and says how long the answer is: what CommonMiddleware does for pages.
        request.get_host()
        response = self.api(request)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def innermost(get_response: GetResponse) -> GetResponse:
    """What the last of these middlewares calls. Django wraps each of them to turn its exceptions into answers."""
    inner: Any = get_response
    while hasattr(middleware := getattr(inner, "__wrapped__", inner), "get_response"):
        inner = middleware.get_response
    return inner
