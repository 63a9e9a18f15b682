"""The API's way in and out, from top to bottom. Django's middlewares for pages stand beside it, in their usual list.

A request is asked once whether it is for the API. If so it goes through the steps below to its view; each either
answers or lets it pass. Whatever comes back leaves as JSON, errors as problem documents, with all headers at once.
"""

from __future__ import annotations

from collections.abc import Callable, ValuesView
from typing import Any

from django.conf import settings
from django.core.handlers import exception
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.middleware.security import SecurityMiddleware

from todoproject.http.cross_origin import VARY, CrossOrigin
from todoproject.http.outages import with_reads_repeated
from todoproject.http.paths import is_api, without_slash
from todoproject.http.problems import as_problem
from todoproject.http.request_size import max_body_bytes, refused_body, refused_query
from todoproject.http.routes import resolve
from todoproject.http.throttling import within_rate
from todoproject.http.transport import headers_of_api, refused_plain_http

# A row is its owner's, and browsers ask again each time; see the ETag.
UNLESS_SAID = {"Cache-Control": "private, no-cache", "Vary": VARY}
MAX_HOSTS = 100
GetResponse = Callable[[HttpRequest], HttpResponse]


class ApiGate:
    """API requests skip every middleware listed after this one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.pages = get_response
        self.cross_origin = CrossOrigin(get_response)
        self.plain, self.secure = fixed_headers(HttpRequest()), fixed_headers(SecureRequest())
        self.known_hosts: set[str] = set()
        self.answer = with_exceptions_answered(self.let_in)
        self.view = with_exceptions_answered(call_view)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.pass_through(request) if is_api(request) else self.pages(request)

    def pass_through(self, request: HttpRequest) -> HttpResponse:
        response = as_problem(request, self.answer(request))
        self.cross_origin.write_headers(request, response)
        headers = write(response, self.secure if request.is_secure() else self.plain)
        for name, value in UNLESS_SAID.items():
            headers.add(name, value)
        if not response.streaming:
            headers.add("Content-Length", str(len(response.content)))
        return response

    def let_in(self, request: HttpRequest) -> HttpResponse:
        # The body first: nginx takes an answer that comes before the body is through for a failure.
        return (
            refused_body(request, max_body_bytes)
            or refused_query(request)
            or refused_plain_http(request)
            or self.cross_origin.preflight(request)
            or within_rate(request, self.look_up)
        )

    def look_up(self, request: HttpRequest) -> HttpResponse:
        self.refuse_strange_host(request)
        without_slash(request)
        return with_reads_repeated(request, self.view)

    def refuse_strange_host(self, request: HttpRequest) -> None:
        """As `get_host` does, which takes the same few names apart for every request."""
        if request.META.get("HTTP_HOST") in self.known_hosts:
            return
        host = request.get_host()
        if not settings.USE_X_FORWARDED_HOST and len(self.known_hosts) < MAX_HOSTS:
            self.known_hosts.add(host)


def with_exceptions_answered(get_response: GetResponse) -> GetResponse:
    """As Django wraps its middlewares and views: what is raised inside comes out as 400, 404 or 500."""
    wrapped: Any = exception.convert_exception_to_response(get_response)
    answered: GetResponse = wrapped
    return answered


def call_view(request: HttpRequest) -> HttpResponse:
    """What Django's handler does at the end of its middlewares, less what views of the API have no use for."""
    match = request.resolver_match = resolve(request.path_info)
    response: Any = match.func(request, *match.args, **match.kwargs)
    # DRF's own answers are rendered late.
    return response.render() if getattr(response, "render", None) else response


class SecureRequest(HttpRequest):
    def is_secure(self) -> bool:
        return True


def fixed_headers(request: HttpRequest) -> ResponseHeaders:
    """The headers of every answer to such a request: ours, and those that Django's settings ask for."""
    response = HttpResponse(headers=headers_of_api())
    del response.headers["Content-Type"]
    SecurityMiddleware(lambda request: response).process_response(request, response)
    return response.headers


class Headers(ResponseHeaders):
    """Django's, but for what costs most: each is checked and spelled anew when it is set, and looked up when sent."""

    def __init__(self, *layers: ResponseHeaders) -> None:
        """Later ones win."""
        self._store = {name: pair for layer in layers for name, pair in layer._store.items()}  # noqa: SLF001 - checked when they were set

    def items(self) -> ValuesView[tuple[str, str]]:  # type: ignore[override] # the same pairs
        return self._store.values()

    def add(self, name: str, value: str) -> None:
        """Sets what is known to be a header, unless it is there."""
        self._store.setdefault(name.lower(), (name, value))


def write(response: HttpResponse, headers: ResponseHeaders) -> Headers:
    """Takes the headers over, but for those that the answer has by itself."""
    response.headers = Headers(headers, response.headers)
    return response.headers
