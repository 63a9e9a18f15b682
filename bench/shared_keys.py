"""How often several processes fetch one key set: `python -m bench.shared_keys [--workers 6] [--seconds 16] [--life 3]`.

Real processes that verify tokens all the time, each keeping its own key set, and then sharing one through Redis. A set
should be fetched once in each soft life. Exits with 1 when the bar is missed or a token is refused.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.private_postgres import free_port

if TYPE_CHECKING:
    from tests.fake_betterauth import Handler

BAR = 1.3
WORKER = """
import json, sys, time
from django.conf import settings

own, token, seconds, redis = json.loads(sys.argv[1])
backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis}
settings.configure(BETTER_AUTH=own, CACHES={"default": backend}, SECRET_KEY="bench-only", DATABASES={})
from betterauth_auth import tokens

ends = time.monotonic() + seconds
while time.monotonic() < ends:
    tokens.verify(token)
    time.sleep(0.005)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=16)
    parser.add_argument("--life", type=float, default=3)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
    os.environ.setdefault("SECRET_KEY", "bench")
    os.environ.setdefault("DEBUG", "true")
    with redis() as address:
        for title, cache in (("each its own", ""), ("shared", "default")):
            fetches, per_life = measured(options, cache, address)
            print(
                f"{title:12} {options.workers} workers, {options.seconds:.0f} s, soft life {options.life:.0f} s: ",
                end="",
            )
            print(f"{fetches} fetches, {per_life:.2f} a soft life", flush=True)
    return int(per_life > BAR)


def measured(options: argparse.Namespace, cache: str, address: str) -> tuple[int, float]:
    """Fetches in all, and how many there were in a soft life from the first to the last."""
    # Importing the tests needs settings.
    from tests.fake_betterauth import FakeBetterAuth, answer_with_keys

    asked: list[float] = []

    def answer(handler: Handler) -> None:
        asked.append(time.monotonic())
        answer_with_keys(handler)

    with FakeBetterAuth() as issuer:
        issuer.behave(answer)
        own = issuer.settings(SOFT_LIFE_SECONDS=options.life, CACHE=cache)
        argument = json.dumps([own, issuer.token(), options.seconds, address])
        command = [sys.executable, "-c", WORKER, argument]
        workers = [subprocess.Popen(command) for _ in range(options.workers)]
        statuses = [worker.wait() for worker in workers]
        if any(statuses):
            raise SystemExit("A worker ended with an error; nothing is reported.")
    return len(asked), (len(asked) - 1) / ((asked[-1] - asked[0]) / options.life)


@contextmanager
def redis() -> Iterator[str]:
    server = shutil.which("redis-server")
    if not server:
        raise SystemExit("redis-server is not installed.")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen([server, *options], stdout=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
