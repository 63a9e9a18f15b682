"""What an address may look like before it is looked up."""

from django.http import HttpRequest


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/") or request.path_info == "/api"


def without_slash(request: HttpRequest) -> None:
    """API addresses answer with and without a trailing slash, without a redirect that would drop the body."""
    if request.path_info.endswith("/"):
        request.path_info = request.path_info.removesuffix("/")
        request.path = request.path.removesuffix("/")
