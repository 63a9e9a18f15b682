"""GET /api/v1/live: a stream that tells the caller's version whenever it is raised.

The processes of `manage.py serve` have no audience and say so; `manage.py live` serves the same view with one.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from betterauth_auth.authentication import BetterAuthAuthentication, SignedIn, in_drf
from betterauth_auth.exceptions import Denied, InvalidToken
from betterauth_auth.identify import denied
from betterauth_auth.tokens import VerifiedToken
from todoproject.live.audience import Audience, Stream, left_of
from todoproject.live.looking import version_of
from todos.api.calendar import AnyAccept
from todos.api.known import require_known

# A name in the request's environ: the token, or why there is none.
FOUND = "todoproject.live.found"


class NotLive(APIException):
    status_code = 503
    default_code = "not_live"
    default_detail = "There are no streams here at present. Ask /api/v1/changes now and then instead."
    wait = 300


class FoundInTheLoop(BetterAuthAuthentication):
    """The token was looked at in the event loop, where nobody is held up while its key is fetched."""

    def authenticate(self, request: Request) -> tuple[SignedIn, VerifiedToken] | None:
        meta = request._request.META
        if FOUND not in meta:
            return super().authenticate(request)
        found = meta[FOUND]
        if isinstance(found, VerifiedToken) and left_of(found) <= 0:
            # The leeway would let it in, to a stream that ends at once. With a 401 people come back with another one.
            found = denied(InvalidToken("expired", "it is let in for a moment still, but a stream ends with its token"))
        if isinstance(found, Denied):
            raise in_drf(found) from found
        return (self.user_for(found, request), found) if found else None


class Opened(HttpResponse):
    """The head of an answer whose body is written by the event loop."""

    def __init__(self, stream: Stream, version: int) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(content_type="text/event-stream", headers=headers)
        self.stream, self.version = stream, version


class LiveView(APIView):
    authentication_classes = (FoundInTheLoop,)
    content_negotiation_class = AnyAccept
    http_method_names = ["get"]
    audience: Audience | None = None

    @extend_schema(
        operation_id="getLive",
        tags=["sync"],
        summary="A stream that tells of changes",
        description=(
            "Server-sent events: your version when the stream opens, and again whenever it is raised. Ask `/changes` "
            "when you hear a higher one. The stream ends when the token expires. Where there are no streams (503 "
            "`not_live`) or no room for one more (503 `live_full`, 429 `too_many_streams`), poll."
        ),
        responses={
            (200, "text/event-stream"): OpenApiResponse(
                OpenApiTypes.STR,
                description="It stays open.",
                examples=[OpenApiExample("Two changes", "data: 41\n\ndata: 42\n\n:\n\n", response_only=True)],
            )
        },
        # The scheme of everything else; drf-spectacular would name one after the class here.
        auth=[{"BetterAuth": []}],  # type: ignore[list-item] # a requirement may be written out
    )
    def get(self, request: Request) -> HttpResponse:
        require_known(request.query_params, ())
        if self.audience is None or not settings.REDIS_URL:
            raise NotLive
        user: Any = request.user
        token: Any = request.auth
        stream = self.audience.enter(user.pk, token)
        # Whatever is committed from here on is heard, so that nothing lies between this look and the first message.
        try:
            return Opened(stream, version_of(user.pk))
        except BaseException:
            self.audience.leave(stream)
            raise
