"""What tokens do to an event loop: `python bench/event_loop.py`. Exits with 1 when a bar is missed.

A task ticks every millisecond; printed is by how much its worst tick came late while three junk tokens wait for a key
server that hangs, with `averify` and, for comparison, with `verify` in the loop. The median of several rounds counts,
because a busy machine makes a tick late as well: the bar is for what is above the same clock with nothing beside it.
"""

import asyncio
import logging
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("DEBUG", "true")

import django

ROUNDS = 7
CACHED = 20_000
GAP_BAR_MS, CACHED_BAR_US = 5, 20


async def worst_tick(work):
    late = 0.0

    async def tick():
        nonlocal late
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            late = max(late, time.perf_counter() - before - 0.001)

    clock = asyncio.create_task(tick())
    # A moment before and after, so that a loop that stands still all the while shows in a tick.
    await asyncio.sleep(0.005)
    await work
    await asyncio.sleep(0.005)
    clock.cancel()
    return late * 1000


def main():
    django.setup()
    logging.disable()
    # Only now can modules be imported that need the settings.
    from django.test import override_settings

    from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
    from betterauth_auth.tokens import averify, verify
    from tests.fake_betterauth import FakeBetterAuth, SigningKey, hang

    async def refused(call, token):
        try:
            result = call(token)
            if asyncio.iscoroutine(result):
                await result
        except (InvalidToken, KeysUnavailable):
            return
        sys.exit("A junk token was accepted.")

    async def all_refused(call, tokens):
        await asyncio.gather(*(refused(call, token) for token in tokens))

    async def one_round(call, is_hanging=True):
        with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH=issuer.settings(FETCH_SECONDS=1)):
            await averify(issuer.token())
            issuer.behave(hang)
            junk = [issuer.token(key=SigningKey.make(kid=f"junk{number}")) for number in range(3)]
            started = time.perf_counter()
            late = await worst_tick(all_refused(call, junk) if is_hanging else asyncio.sleep(1))
            if is_hanging and (issuer.requests < 2 or time.perf_counter() - started < 0.9):
                sys.exit("The key server did not hang.")
            return late

    async def cached_us():
        with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH=issuer.settings()):
            token = issuer.token()
            await averify(token)
            started = time.perf_counter()
            for _ in range(CACHED):
                await averify(token)
            return (time.perf_counter() - started) / CACHED * 1e6

    def median(call, **options):
        return statistics.median(asyncio.run(one_round(call, **options)) for _ in range(ROUNDS))

    idle, late = median(averify, is_hanging=False), median(averify)
    cached = statistics.median(asyncio.run(cached_us()) for _ in range(ROUNDS))
    print(f"worst tick, nothing beside it      {idle:8.2f} ms late")
    print(f"worst tick, averify                {late:8.2f} ms late  (bar {GAP_BAR_MS})")
    print(f"worst tick, verify in the loop     {asyncio.run(one_round(verify)):8.2f} ms late")
    print(f"averify of a remembered token      {cached:8.2f} us       (bar {CACHED_BAR_US})")
    sys.exit(late - idle > GAP_BAR_MS or cached > CACHED_BAR_US)


main()
