"""Requests that are too large are refused before anything reads them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from todoproject.http.json_io import dump
from todoproject.http.problems import CONTENT_TYPE, problem
from todos.exceptions import Code

# The longest form of the admin has notes of 20,000 letters.
MAX_FORM_BYTES = 500_000
# Whoever fails to sign in is shown what was sent, and every letter may take six in HTML.
MAX_SIGN_IN_BYTES = 8_000
# Twenty tags in the longest spelling take 15,000. nginx takes addresses of 24 kB.
MAX_QUERY_BYTES = 24_000
MAX_PARAMETERS = 100
IMPORT = "/api/v1/me/import"


class FormSizeMiddleware:
    """For pages. The API's gate asks the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refusal = refused_body(request, max_form_bytes) or refused_query(request)
        return refusal or self.get_response(request)


def refused_body(request: HttpRequest, max_bytes: Callable[[HttpRequest], int]) -> HttpResponse | None:
    """Reads the body, or says why not."""
    # Without a Content-Length, WSGI gives the application an empty body, so this number is all there is.
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length == "0":
        return None
    if not length.isdecimal():
        return HttpResponse(status=400)
    size = int(length[:20])
    if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return HttpResponse(status=413)
    try:
        # Now, so that whoever sends slowly is authenticated when the request is complete and not before. Also what
        # nobody wants: nginx takes an answer that comes before the body is through for a failure, and answers 503.
        if size > max_bytes(request):
            drain(request)
            return HttpResponse(status=413)
        request.body  # noqa: B018 - reading it keeps it
    except UnreadablePostError:
        return HttpResponse(status=400)
    return None


def drain(request: HttpRequest) -> None:
    while request.read(65_536):
        pass


def refused_query(request: HttpRequest) -> HttpResponse | None:
    query = request.META.get("QUERY_STRING", "")
    if len(query) > MAX_QUERY_BYTES:
        return HttpResponse(status=414)
    if query.count("&") < MAX_PARAMETERS:
        return None
    detail = f"The address has more than {MAX_PARAMETERS} parameters."
    code = Code("too_many_parameters", max=MAX_PARAMETERS)
    body = dump(problem(400, request, code=code, detail=detail))
    return HttpResponse(body, status=400, content_type=CONTENT_TYPE)


def max_body_bytes(request: HttpRequest) -> int:
    """Of the API, where only an import may be larger."""
    is_import = request.path_info.removesuffix("/") == IMPORT
    limit: int = settings.MAX_IMPORT_BYTES if is_import else settings.MAX_BODY_BYTES
    return limit


def max_form_bytes(request: HttpRequest) -> int:
    largest: int = settings.MAX_BODY_BYTES
    is_sign_in = request.path_info == f"/{settings.ADMIN_PATH}/login/"
    return min(largest, MAX_SIGN_IN_BYTES if is_sign_in else MAX_FORM_BYTES)
