"""What an address may look like before it is looked up."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or request.path_info == "/api"


class SlashlessApiMiddleware:
    """API addresses answer with and without a trailing slash, without a redirect that would drop the body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_api(request) and request.path_info.endswith("/"):
            request.path_info = request.path_info.removesuffix("/")
            request.path = request.path.removesuffix("/")
        return self.get_response(request)
