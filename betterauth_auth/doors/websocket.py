"""Websockets, for any ASGI application: Channels' routers and consumers, or one's own.

The token comes as a subprotocol, `new WebSocket(url, ["bearer", token])`, or as the first message, `Bearer <token>`;
never in the address, which is logged on the way. Whoever is denied is told so by a close code, because browsers show
scripts no other answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple, TypeAlias, cast

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseTrouble
from django.db import connections

from betterauth_auth.doors import lookout
from betterauth_auth.exceptions import Denied, InvalidToken, UserTableFailed
from betterauth_auth.identify import SignedIn, adenied, aidentify, load_ahead, names
from betterauth_auth.tokens import VerifiedToken

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)
SUBPROTOCOL = "bearer"
# As the statuses of HTTP, in the range that is free; and what IANA registered as "try again later".
CLOSE_CODES = {401: 4401, 403: 4403, 503: 1013}
# For what the application does when it hears that the connection is closed.
FAREWELL_SECONDS = 5


class Ending(NamedTuple):
    code: int
    reason: str


EXPIRED = Ending(4401, "The token has expired.")
OUTAGE = Ending(1013, "Whether you may come in cannot be known right now. Try again.")


class BetterAuthWebSocket:
    """Lets an application speak with whoever is signed in: `scope["user"]`, `scope["better_auth"]`.

    The connection ends when the token expires, and at most twice `check_seconds` after its person was cut off or
    deactivated; where that came as an event of which this process hears, after about a second. Whatever is no websocket
    passes through untouched.
    """

    def __init__(
        self,
        app: Application,
        *,
        scopes: Iterable[str] = (),
        roles: Iterable[str] = (),
        stateless: bool = False,
        check_seconds: float = 30,
        first_message_seconds: float = 10,
    ) -> None:
        self.app = app
        self.scopes, self.roles, self.stateless = names(scopes), names(roles), stateless
        self.check_seconds = check_seconds
        self.first_message_seconds = first_message_seconds
        load_ahead()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        connect = await receive()
        others, authorization = told_by_subprotocols(scope.get("subprotocols", ()))
        is_accepted = authorization is None
        if is_accepted:
            await send({"type": "websocket.accept"})
            authorization = await self.first_message(receive)
            if authorization is None:
                return
        try:
            found = await self.sign_in(authorization)
        except Denied as exc:
            await close(send, ending_of(exc), is_accepted)
            return
        except DatabaseTrouble:
            logger.warning("A websocket could not be let in: the database is out of reach.", exc_info=True)
            await close(send, OUTAGE, is_accepted)
            return
        scope = {**scope, "user": found.user, "better_auth": found.token, "subprotocols": others}
        await Conversation(connect, receive, send, is_accepted).run(self.app, scope, self.watches(found.token))

    async def first_message(self, receive: Receive) -> str | None:
        """What stands for the header; None when the client has gone."""
        try:
            message = await asyncio.wait_for(receive(), self.first_message_seconds)
        except TimeoutError:
            return ""
        if message["type"] == "websocket.disconnect":
            return None
        return message.get("text") or ""

    async def sign_in(self, authorization: str | None) -> SignedIn:
        # No request ends here, at which Django would look after its connections.
        if not self.stateless:
            await sync_to_async(close_old_connections)()
        try:
            found = await aidentify(
                authorization, scopes=self.scopes, roles=self.roles, required=True, stateless=self.stateless
            )
        finally:
            if not self.stateless:
                await sync_to_async(close_old_connections)()
        # Because a token is required.
        return cast("SignedIn", found)

    def watches(self, token: VerifiedToken) -> list[Awaitable[Ending]]:
        """Each comes back when the connection has to end."""
        return [expiry(token)] if self.stateless else [expiry(token), self.shutting_out(token)]

    async def shutting_out(self, token: VerifiedToken) -> Ending:
        while True:
            await lookout.told_or_over((token.identity_issuer, token.subject), self.check_seconds)
            try:
                await asyncio.wait_for(sync_to_async(refuse_if_shut_out)(token), self.check_seconds)
            except InvalidToken as exc:
                return ending_of(await adenied(exc))
            except (DatabaseTrouble, UserTableFailed, TimeoutError):
                logger.warning("A websocket is closed: the database is out of reach.", exc_info=True)
                return OUTAGE


async def expiry(token: VerifiedToken) -> Ending:
    # Clocks are set, and machines sleep; so it is looked at again.
    while (left := token.expires_at.timestamp() - time.time()) > 0:
        await asyncio.sleep(min(left, 60))
    return EXPIRED


def refuse_if_shut_out(token: VerifiedToken) -> None:
    from betterauth_auth.users import refuse_if_shut_out_since

    close_old_connections()
    try:
        refuse_if_shut_out_since(token)
    finally:
        close_old_connections()


def close_old_connections() -> None:
    """As Django does around a request, but for who is inside of a transaction: a TestCase is."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def told_by_subprotocols(offered: Iterable[str]) -> tuple[list[str], str | None]:
    """The subprotocols that are meant for the application, and what stands for the header."""
    others: list[str] = []
    credentials: list[str] = []
    parts = iter(offered)
    for part in parts:
        if part == SUBPROTOCOL:
            credentials.append(next(parts, ""))
        else:
            others.append(part)
    return others, f"Bearer {' '.join(credentials)}" if credentials else None


def ending_of(denied: Denied) -> Ending:
    return Ending(CLOSE_CODES[denied.status], denied.detail)


async def close(send: Send, ending: Ending, is_accepted: bool) -> None:
    if not is_accepted:
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
    await send({"type": "websocket.close", "code": ending.code, "reason": ending.reason})


class Conversation:
    """Stands between the application and the client, until one of them or a watch ends it."""

    def __init__(self, connect: Message, receive: Receive, send: Send, is_accepted: bool) -> None:
        self.connect: Message | None = connect
        self.outer_receive, self.outer_send = receive, send
        self.is_accepted = is_accepted
        self.incoming: asyncio.Future[Message] | None = None
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    async def run(self, app: Application, scope: Message, watches: Iterable[Awaitable[Ending]]) -> None:
        speaking = asyncio.ensure_future(app(scope, self.receive, self.send))
        watching = [asyncio.ensure_future(watch) for watch in watches]
        try:
            await asyncio.wait([speaking, *watching], return_when=asyncio.FIRST_COMPLETED)
            if not speaking.done():
                await self.end(next(watch.result() for watch in watching if watch.done()))
                await asyncio.wait([speaking], timeout=FAREWELL_SECONDS)
            if speaking.done():
                # Raises what the application raised.
                speaking.result()
        finally:
            tasks: list[asyncio.Future[Any]] = [speaking, *watching, *filter(None, [self.incoming])]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=FAREWELL_SECONDS)

    async def end(self, ending: Ending) -> None:
        self.ended.set_result(ending)
        await close(self.outer_send, ending, self.is_accepted)

    async def receive(self) -> Message:
        if self.connect is not None:
            connect, self.connect = self.connect, None
            return connect
        # It is kept when whoever asks is cancelled, or a message would be lost.
        incoming = self.incoming = self.incoming or asyncio.ensure_future(self.outer_receive())
        either: list[asyncio.Future[Any]] = [incoming, self.ended]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self.ended.done():
            ending = self.ended.result()
            return {"type": "websocket.disconnect", "code": ending.code, "reason": ending.reason}
        self.incoming = None
        return incoming.result()

    async def send(self, message: Message) -> None:
        if self.ended.done():
            return
        if message["type"] == "websocket.accept":
            if self.is_accepted:
                return
            self.is_accepted = True
            message = {**message, "subprotocol": message.get("subprotocol") or SUBPROTOCOL}
        await self.outer_send(message)
