"""The ASGI application: requests come in through the gate as everywhere, and those that are let in stay.

What may wait for long happens in the event loop: the fetch of a token's key, and the stream. Everything else is the
ordinary code of the API in a fixed number of threads, hence with a fixed number of connections to the database.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse

from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import aidentify
from todoproject.http.gate import ApiGate
from todoproject.http.problems import RETRY_AFTER_SECONDS
from todoproject.live.audience import Audience
from todoproject.live.following import Message, Receive, Send, follow, log_end
from todoproject.live.listening import Listener
from todoproject.live.looking import Lookout
from todoproject.live.view import FOUND, Opened
from todoproject.monitoring.request_log import RequestLogMiddleware

# Requests that wait to be let in, whatever becomes of them.
MAX_WAITING = 250


class Live:
    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.handler = BaseHandler()
        self.handler.load_middleware()
        gate = ApiGate(crowded)
        # Said as the gate says everything, without its steps, which may wait themselves.
        gate.answer = crowded
        self.turn_away = RequestLogMiddleware(gate.pass_through)
        self.threads = ThreadPoolExecutor(settings.WEB_THREADS, "live")
        self.waiting = 0
        self.tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        response = await self.answer(scope)
        if not isinstance(response, Opened):
            await send_head(send, response)
            await send({"type": "http.response.body", "body": response.content})
            return
        stream = response.stream
        try:
            stream.hear(response.version)
            await send_head(send, response)
            await follow(stream, receive, send)
        finally:
            self.audience.leave(stream)
            log_end(stream, response["X-Request-ID"])

    async def live(self, receive: Receive, send: Send) -> None:
        await receive()
        if settings.REDIS_URL:
            lookout = Lookout(self.audience)
            listener = Listener(settings.REDIS_URL, self.audience, lookout)
            self.tasks = [asyncio.create_task(each.run()) for each in (lookout, listener)]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in self.tasks:
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(self, scope: Message) -> HttpResponse:
        request = ASGIRequest(scope, BytesIO())
        if self.waiting >= MAX_WAITING:
            return self.turn_away(request)
        self.waiting += 1
        try:
            request.META[FOUND] = await found(request)
            return await asyncio.get_running_loop().run_in_executor(self.threads, self.let_in, request)
        finally:
            self.waiting -= 1

    def let_in(self, request: ASGIRequest) -> HttpResponse:
        close_old_connections()
        try:
            response: Any = self.handler.get_response(request)
            return response
        finally:
            close_old_connections()


def crowded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})


async def found(request: ASGIRequest) -> object:
    """The token of this request, why there is none, or None where nobody tries to sign in."""
    try:
        signed_in = await aidentify(request.META.get("HTTP_AUTHORIZATION"), stateless=True)
    except Denied as exc:
        return exc
    return signed_in and signed_in.token


async def send_head(send: Send, response: HttpResponse) -> None:
    headers = [
        (name.lower().encode("ascii"), value.encode("latin-1"))
        for name, value in response.items()
        if not (isinstance(response, Opened) and name == "Content-Length")
    ]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
