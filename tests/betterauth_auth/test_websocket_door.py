"""Websockets by the ASGI protocol itself: what the client sees, and what reaches the application."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from betterauth_auth.doors import websocket
from betterauth_auth.doors.websocket import BetterAuthWebSocket
from betterauth_auth.models import Identity
from betterauth_auth.users import cut_off
from tests.betterauth_auth import events
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase, IssuerTransactionCase

Closed = tuple[int, str]
REFUSED = (4401, "A valid Better Auth token is needed.")
CLOSED_PATIENCE_SECONDS = 3


class Echo:
    """Accepts, says who is there, and repeats what it hears."""

    def __init__(self, subprotocol: str | None = None) -> None:
        self.subprotocol = subprotocol
        self.heard: list[str] = []
        self.farewell: dict[str, Any] = {}
        self.scope: dict[str, Any] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        self.heard.append((await receive())["type"])
        await send({"type": "websocket.accept", "subprotocol": self.subprotocol})
        await send({"type": "websocket.send", "text": f"{scope['user'].pk} {scope['better_auth'].subject}"})
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append(message["text"])
            await send({"type": "websocket.send", "text": message["text"]})
        self.farewell = message
        await send({"type": "websocket.send", "text": "too late"})


class Client:
    """One connection; `opened` is what the client learns of the handshake."""

    def __init__(self, app: Any, subprotocols: list[str]) -> None:
        scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b"", "subprotocols": subprotocols}
        self.wire = ApplicationCommunicator(app, scope)

    async def connect(self) -> dict[str, Any]:
        await self.wire.send_input({"type": "websocket.connect"})
        return await self.wire.receive_output(CLOSED_PATIENCE_SECONDS)

    async def say(self, text: str | bytes) -> None:
        kind = "bytes" if isinstance(text, bytes) else "text"
        await self.wire.send_input({"type": "websocket.receive", kind: text})

    async def hear(self) -> str:
        return (await self.wire.receive_output(CLOSED_PATIENCE_SECONDS))["text"]

    async def closed(self) -> Closed:
        message = await self.wire.receive_output(CLOSED_PATIENCE_SECONDS)
        if message["type"] != "websocket.close":
            raise AssertionError(message)
        return message["code"], message["reason"]

    async def silent(self) -> None:
        """Nothing comes after the end, and the application has ended too."""
        await self.wire.wait(CLOSED_PATIENCE_SECONDS)
        if not self.wire.output_queue.empty():
            raise AssertionError(self.wire.output_queue.get_nowait())


class WebSocketCase(IssuerCase):
    def setUp(self) -> None:
        super().setUp()
        self.echo = Echo()

    def talk(self, story: Callable[[Client], Awaitable[Any]], *subprotocols: str, **options: Any) -> Any:
        async def told() -> Any:
            return await story(Client(BetterAuthWebSocket(self.echo, **options), list(subprotocols)))

        return async_to_sync(told)()

    def denied(self, *subprotocols: str, **options: Any) -> Closed:
        """How a connection ends that must not reach the application."""

        async def story(client: Client) -> Closed:
            self.assertEqual((await client.connect())["type"], "websocket.accept")
            ended = await client.closed()
            await client.silent()
            return ended

        ended = self.talk(story, *subprotocols, **options)
        self.assertEqual(self.echo.heard, [])
        return ended


class SigningInTests(WebSocketCase, IssuerDatabaseCase):
    def test_by_subprotocol(self):
        async def story(client: Client) -> tuple[Any, str, str]:
            opened = await client.connect()
            who = await client.hear()
            await client.say("hello")
            return opened["subprotocol"], who, await client.hear()

        subprotocol, who, repeated = self.talk(story, "bearer", self.issuer.token())

        self.assertEqual((subprotocol, repeated), ("bearer", "hello"))
        self.assertEqual(who, f"{Identity.objects.get().user_id} alice")
        self.assertEqual(self.echo.scope["subprotocols"], [])

    def test_the_applications_own_subprotocol_wins_and_it_never_sees_the_token_among_them(self):
        self.echo = Echo("graphql-transport-ws")

        opened = self.talk(
            lambda client: client.connect(), "bearer", self.issuer.token(), "graphql-transport-ws", "graphql-ws"
        )

        self.assertEqual(opened["subprotocol"], "graphql-transport-ws")
        self.assertEqual(self.echo.scope["subprotocols"], ["graphql-transport-ws", "graphql-ws"])

    def test_by_the_first_message_which_the_application_does_not_hear(self):
        async def story(client: Client) -> list[str]:
            await client.connect()
            await client.say(f"Bearer {self.issuer.token()}")
            who = await client.hear()
            await client.say("hello")
            return [who.split()[1], await client.hear()]

        self.assertEqual(self.talk(story), ["alice", "hello"])
        self.assertEqual(self.echo.heard, ["websocket.connect", "hello"])

    def test_whoever_says_nothing_is_not_waited_for(self):
        started = time.perf_counter()

        self.assertEqual(self.denied(first_message_seconds=0.2), REFUSED)
        self.assertGreater(time.perf_counter() - started, 0.19)

    def test_whoever_goes_away_before_saying_anything_is_forgotten(self):
        async def story(client: Client) -> None:
            await client.connect()
            await client.wire.send_input({"type": "websocket.disconnect", "code": 1001})
            await client.silent()

        self.talk(story)
        self.assertEqual(self.echo.heard, [])

    def test_first_messages_that_are_no_token(self):
        token = self.issuer.token()
        for message in ("", "hello", token, "Bearer", f"Bearer {token} {token}", b"\xff", "Bearer \xe9", "{}"):

            async def story(client: Client, message: str | bytes = message) -> Closed:
                await client.connect()
                await client.say(message)
                ended = await client.closed()
                await client.silent()
                return ended

            with self.subTest(message[:10]):
                self.assertEqual(self.talk(story), REFUSED)
                self.assertEqual(self.echo.heard, [])

    def test_subprotocols_that_are_no_token(self):
        token = self.issuer.token()
        for name, offered in {
            "nothing after it": ["bearer"],
            "empty": ["bearer", ""],
            "twice": ["bearer", token, "bearer", token],
            "expired": ["bearer", self.issuer.token(exp=1)],
            "huge": ["bearer", "a" * 1_000_000],
        }.items():
            with self.subTest(name):
                self.assertEqual(self.denied(*offered), REFUSED)

    def test_a_token_in_the_address_is_not_looked_at(self):
        app = BetterAuthWebSocket(self.echo, first_message_seconds=0.1)
        client = Client(app, [])
        client.wire.scope["query_string"] = f"token={self.issuer.token()}&access_token={self.issuer.token()}".encode()

        async def story() -> Closed:
            await client.connect()
            return await client.closed()

        self.assertEqual(async_to_sync(story)(), REFUSED)

    def test_scopes_and_roles(self):
        token = self.issuer.token(scope="read", role="user")
        forbidden = (4403, "The token does not have the scope this needs.")

        self.assertEqual(self.denied("bearer", token, scopes=["write"]), forbidden)
        self.assertEqual(self.denied("bearer", token, roles=["admin"])[0], 4403)

    def test_keys_out_of_reach_are_an_outage(self):
        token = self.issuer.token()
        self.issuer.stop()

        self.assertEqual(self.denied("bearer", token)[0], 1013)

    def test_a_database_out_of_reach_is_an_outage(self):
        def fail(*args: object) -> None:
            raise OperationalError("gone")

        with connection.execute_wrapper(fail):
            self.assertEqual(self.denied("bearer", self.issuer.token())[0], 1013)

    def test_an_error_of_the_application_is_the_servers_to_see(self):
        async def broken(scope: Any, receive: Any, send: Any) -> None:
            raise ZeroDivisionError

        self.echo = broken

        async def story(client: Client) -> None:
            await client.wire.send_input({"type": "websocket.connect"})
            await client.wire.wait(CLOSED_PATIENCE_SECONDS)

        with self.assertRaises(ZeroDivisionError):
            self.talk(story, "bearer", self.issuer.token())

    def test_what_is_no_websocket_passes_through(self):
        seen: list[Any] = []

        async def app(*arguments: Any) -> None:
            seen.append(arguments)

        arguments = ({"type": "http"}, object(), object())
        async_to_sync(BetterAuthWebSocket(app))(*arguments)

        self.assertEqual(seen, [arguments])


class EndingTests(WebSocketCase, IssuerDatabaseCase):
    def ending(self, shut_out: Callable[[], Any] | None = None, exp: float = 900, **options: Any) -> Closed:
        """How a connection ends that was open, once something was done about it."""
        claims = {"iat": int(time.time()) - 60, "exp": time.time() + exp}

        async def story(client: Client) -> Closed:
            await client.connect()
            await client.hear()
            if shut_out is not None:
                await sync_to_async(shut_out)()
            ended = await client.closed()
            await client.silent()
            return ended

        return self.talk(story, "bearer", self.issuer.token(**claims), **options)

    def test_it_ends_when_the_token_expires(self):
        started = time.perf_counter()

        self.assertEqual(self.ending(exp=0.5), (4401, "The token has expired."))
        self.assertLess(time.perf_counter() - started, 1)
        self.assertEqual(self.echo.farewell["code"], 4401)

    def test_also_where_no_database_is_asked(self):
        with self.assertNumQueries(0):
            self.assertEqual(self.ending(exp=0.5, stateless=True)[0], 4401)

    def test_it_ends_soon_after_its_person_was_shut_out(self):
        def all_users() -> Any:
            return get_user_model().objects

        ways = {
            "deactivated": lambda: all_users().update(is_active=False),
            "cut off": lambda: cut_off(all_users().get()),
            "deleted": lambda: all_users().all().delete(),
        }
        for name, way in ways.items():
            with self.subTest(name):
                self.assertEqual(self.ending(way, check_seconds=0.5), REFUSED)
                all_users().all().delete()

    def test_it_ends_about_a_second_after_an_event_cut_its_person_off(self):
        self.configure(EVENTS=["plugin"])
        times: list[float] = []

        def ban() -> None:
            told = events.event(self.issuer, "user.banned")
            self.assert_answers(self.client.post(told.path, told.body, content_type=told.content_type), 204)
            times.append(time.monotonic())

        self.assertEqual(self.ending(ban, check_seconds=30), REFUSED)
        self.assertLess(time.monotonic() - times[0], 2)

    def test_an_event_about_another_session_leaves_it_open(self):
        self.configure(EVENTS=["plugin"])

        async def story(client: Client) -> str:
            await client.connect()
            await client.hear()
            told = events.event(self.issuer, sid="s1")
            await sync_to_async(self.client.post)(told.path, told.body, content_type=told.content_type)
            await asyncio.sleep(1.3)
            await client.say("still here")
            return await client.hear()

        token = self.issuer.token(iat=int(time.time()) - 60, sid="s2")
        self.assertEqual(self.talk(story, "bearer", token, check_seconds=30), "still here")

    def test_it_ends_when_nobody_can_tell_any_more(self):
        def fail(*args: object) -> None:
            raise OperationalError("gone")

        def break_database() -> None:
            self.enterContext(connection.execute_wrapper(fail))

        self.assertEqual(self.ending(break_database, check_seconds=0.1)[0], 1013)

    def test_a_database_that_hangs_does_not_keep_it_open(self):
        def hang(*args: object) -> None:
            time.sleep(0.5)
            raise OperationalError("gone")

        def slow_database() -> None:
            self.enterContext(connection.execute_wrapper(hang))

        self.assertEqual(self.ending(slow_database, check_seconds=0.1)[0], 1013)

    def test_an_application_that_does_not_listen_is_ended_too(self):
        was_cancelled: list[bool] = []

        async def deaf(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": ""})
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                was_cancelled.append(True)
                raise

        self.echo = deaf
        with patch.object(websocket, "FAREWELL_SECONDS", 0.1):
            self.assertEqual(self.ending(exp=0.3)[0], 4401)
        self.assertEqual(was_cancelled, [True])

    def test_a_message_is_not_lost_when_the_application_stops_waiting_for_it(self):
        async def impatient(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            for _ in range(5):
                try:
                    message = await asyncio.wait_for(receive(), 0.05)
                except TimeoutError:
                    continue
                await send({"type": "websocket.send", "text": message["text"]})

        self.echo = impatient

        async def story(client: Client) -> str:
            await client.connect()
            await asyncio.sleep(0.12)
            await client.say("hello")
            return await client.hear()

        self.assertEqual(self.talk(story, "bearer", self.issuer.token()), "hello")


class ConnectionTests(WebSocketCase, IssuerTransactionCase):
    def test_a_database_connection_that_is_too_old_is_not_used_any_more(self):
        if connection.vendor == "sqlite":
            self.skipTest("SQLite in memory has one connection for ever.")
        connection.ensure_connection()
        before, connection.close_at = connection.connection, 0

        opened = self.talk(lambda client: client.connect(), "bearer", self.issuer.token())

        self.assertEqual(opened["subprotocol"], "bearer")
        self.assertIsNot(connection.connection, before)
