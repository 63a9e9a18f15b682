"""Bodies that are too large are refused before anything reads them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from todoproject.paths import is_api


class BodySizeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a Content-Length, WSGI gives the application an empty body, so this number is all there is.
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length[:20]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return HttpResponse(status=413 if length.isdecimal() else 400)
        if length != "0" and is_api(request):
            try:
                # Now, so that whoever sends slowly is authenticated when the request is complete and not before.
                request.body  # noqa: B018 - reading it keeps it
            except UnreadablePostError:
                return HttpResponse(status=400)
        return self.get_response(request)
