"""What an event loop feels of a token: nothing, whatever the issuer does. Each loop is real, with a clock in it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.test import AsyncClient, override_settings

from betterauth_auth import conf
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.identify import load_ahead
from betterauth_auth.jwks import keyset
from betterauth_auth.tokens import VerifiedToken, averify, cache
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import SigningKey, hang, slowly

# A loop that waits for the network stands still for the half second of `JUNK_WAIT_SECONDS` or longer. Less is what a
# busy machine does.
# `bench/event_loop.py` measures the gap itself.
STANDSTILL_SECONDS = 0.4


async def tick(gaps: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        gaps.append(time.perf_counter() - before)


async def outcome(token: str) -> str:
    """`good`, or why not."""
    try:
        await averify(token)
    except (InvalidToken, KeysUnavailable) as exc:
        return exc.reason
    return "good"


class EventLoopCase(IssuerCase):
    def setUp(self) -> None:
        super().setUp()
        # As every door does when it is made.
        load_ahead()

    def in_loop(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """What the work comes to; fails if the loop stood still meanwhile."""
        gaps: list[float] = []

        async def beside_a_clock() -> Any:
            clock = asyncio.create_task(tick(gaps))
            try:
                return await work()
            finally:
                clock.cancel()

        result = asyncio.run(beside_a_clock())
        self.assertLess(max(gaps, default=0), STANDSTILL_SECONDS, "the loop stood still")
        return result

    def junk(self, kid: str) -> str:
        """Well-formed and signed by nobody whom the issuer knows."""
        return self.issuer.token(key=SigningKey.make(kid=kid))


class VerifyingTests(EventLoopCase):
    def test_a_good_token_and_a_bad_one(self):
        good, bad = self.issuer.token(), self.issuer.token(exp=1)

        token = self.in_loop(lambda: averify(good))

        self.assertIsInstance(token, VerifiedToken)
        self.assertEqual(self.in_loop(lambda: outcome(bad)), "expired")

    def test_a_remembered_token_needs_no_thread(self):
        token = self.issuer.token()
        self.in_loop(lambda: averify(token))

        def refuse(*args: object) -> None:
            raise AssertionError("a thread was started")

        async def again() -> VerifiedToken:
            before = threading.active_count()
            asyncio.get_running_loop().run_in_executor = refuse
            found = await averify(token)
            self.assertEqual(threading.active_count(), before)
            return found

        self.assertEqual(asyncio.run(again()).subject, "alice")

    def test_three_junk_tokens_and_a_hanging_issuer_hold_no_one_up(self):
        self.configure(FETCH_SECONDS=1)
        good = self.issuer.token()
        self.in_loop(lambda: averify(good))
        fresh, junk = self.issuer.token(sub="bob"), [self.junk(f"junk{number}") for number in range(3)]
        self.issuer.behave(hang)

        async def all_at_once() -> tuple[list[str], float, float]:
            started = time.perf_counter()
            waiting = [asyncio.create_task(outcome(token)) for token in junk]
            while self.issuer.requests < 2:
                await asyncio.sleep(0.001)
            asked = time.perf_counter()
            self.assertEqual([await outcome(good), await outcome(fresh)], ["good", "good"])
            served = time.perf_counter() - asked
            return await asyncio.gather(*waiting), served, time.perf_counter() - started

        outcomes, served_seconds, seconds = self.in_loop(all_at_once)

        # The first waits for the whole fetch, the others for a moment.
        self.assertEqual(sorted(outcomes), ["timeout", "timeout", "timeout"])
        self.assertGreater(seconds, 0.9, "the issuer did not hang")
        self.assertLess(served_seconds, STANDSTILL_SECONDS)

    @override_settings(ROOT_URLCONF="tests.betterauth_auth.test_django_door")
    def test_nor_at_the_door_of_an_async_view(self):
        self.configure(FETCH_SECONDS=1)
        good, junk = self.issuer.token(), [self.junk(f"junk{number}") for number in range(3)]

        async def status_of(token: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (await AsyncClient().get("/stateless-async", headers=headers)).status_code

        # The first request loads addresses and middleware, which is none of our doing.
        self.assertEqual(asyncio.run(status_of(good)), 200)
        self.issuer.behave(hang)

        async def all_at_once() -> tuple[list[int], int, float]:
            started = time.perf_counter()
            waiting = [asyncio.create_task(status_of(token)) for token in junk]
            while self.issuer.requests < 2:
                await asyncio.sleep(0.001)
            status = await status_of(good)
            return await asyncio.gather(*waiting), status, time.perf_counter() - started

        statuses, status, seconds = self.in_loop(all_at_once)

        self.assertEqual((statuses, status), ([503] * 3, 200))
        self.assertGreater(seconds, 0.9, "the issuer did not hang")

    def test_without_any_key_a_hundred_wait_together_and_take_no_thread_each(self):
        self.issuer.behave(slowly(0.3))
        tokens = [self.issuer.token(sub=f"user{number}") for number in range(100)]

        async def all_at_once() -> list[str]:
            waiting = [asyncio.create_task(outcome(token)) for token in tokens]
            await asyncio.sleep(0.15)
            return [str(threading.active_count()), *await asyncio.gather(*waiting)]

        before = threading.active_count()
        threads, *outcomes = asyncio.run(all_at_once())

        self.assertEqual(set(outcomes), {"good"})
        self.assertEqual(self.issuer.requests, 1)
        # The fetch, its deadline, and the fake issuer's own for the connection.
        self.assertLessEqual(int(threads) - before, 3)

    def test_a_new_kid_is_fetched_and_accepted_at_once(self):
        self.in_loop(lambda: averify(self.issuer.token()))
        self.issuer.rotate()

        self.assertEqual(self.in_loop(lambda: outcome(self.issuer.token())), "good")
        self.assertEqual(self.issuer.requests, 2)

    def test_a_key_that_was_replaced_under_its_kid_is_fetched(self):
        self.issuer.keys = [SigningKey.make(kid="1")]
        self.in_loop(lambda: averify(self.issuer.token()))
        self.issuer.keys = [SigningKey.make(kid="1")]

        self.assertEqual(self.in_loop(lambda: outcome(self.issuer.token())), "good")

    def test_whoever_is_cancelled_leaves_the_fetch_to_the_others(self):
        self.issuer.behave(slowly(0.3))
        token = self.issuer.token()

        async def one_gives_up() -> str:
            gives_up, stays = asyncio.create_task(outcome(token)), asyncio.create_task(outcome(token))
            while self.issuer.requests < 1:
                await asyncio.sleep(0.001)
            gives_up.cancel()
            result = await stays
            self.assertTrue(gives_up.cancelled())
            return result

        self.assertEqual(self.in_loop(one_gives_up), "good")
        self.assertEqual(self.issuer.requests, 1)

    def test_a_cancelled_first_waiter_makes_room_for_the_next(self):
        self.in_loop(lambda: averify(self.issuer.token()))
        self.issuer.behave(slowly(1))
        room = keyset.of(conf.current().policies[0].source).waiting_room

        async def gives_up() -> None:
            waiting = asyncio.create_task(outcome(self.junk("junk")))
            while self.issuer.requests < 2:
                await asyncio.sleep(0.001)
            self.assertTrue(room.first_waiter.locked())
            waiting.cancel()
            await asyncio.wait([waiting])

        self.in_loop(gives_up)

        self.assertFalse(room.first_waiter.locked())

    def test_a_loop_that_ends_while_the_issuer_is_asked_leaves_the_set_whole(self):
        self.issuer.behave(slowly(0.3))
        token = self.issuer.token()

        async def ends_early() -> None:
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(averify(token), 0.1)

        asyncio.run(ends_early())
        cache.clear()

        self.assertEqual(self.in_loop(lambda: outcome(token)), "good")
        self.assertEqual(self.issuer.requests, 1)
