import shutil
import socket
import subprocess
import time
from tempfile import gettempdir
from unittest import skipUnless

from django.core.cache import cache
from django.test import SimpleTestCase, override_settings

from scripts.private_postgres import free_port
from tests.fake_betterauth import FakeBetterAuth
from tests.todoproject.test_settings import PRODUCTION, manage
from todoproject.http import throttling

SERVER = shutil.which("redis-server")
SPEND = "from todoproject.http.throttling import spend; print(spend('user', 10, 'alice').remaining)"
VERIFY = "import sys; from betterauth_auth import tokens; print(tokens.verify('{}').subject)"


def redis_at(port: int) -> subprocess.Popen[bytes]:
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", gettempdir()]
    server = subprocess.Popen([str(SERVER), *options], stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    return server


def start_redis(test: SimpleTestCase) -> str:
    """The URL of one that lasts as long as the test."""
    port = free_port()
    server = redis_at(port)
    test.addCleanup(server.wait)
    test.addCleanup(server.terminate)
    return f"redis://127.0.0.1:{port}/0"


@skipUnless(SERVER, "redis-server is not installed")
class RedisIsSharedByAllProcesses(SimpleTestCase):
    def setUp(self) -> None:
        self.variables = {**PRODUCTION, "DATABASE_URL": "", "REDIS_URL": start_redis(self)}

    def run_process(self, script: str, **variables: str) -> str:
        result = manage("shell", "--no-imports", "-c", script, **{**self.variables, **variables})
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.split()[-1]

    def test_requests_to_two_processes_are_counted_together(self):
        # Two calls within one window of a minute; a third settles it when a window ended in between.
        counts = [int(self.run_process(SPEND)) for _ in range(3)]

        self.assertTrue(counts[1] == counts[0] - 1 or counts[2] == counts[1] - 1, counts)

    def test_keys_that_one_process_fetched_serve_the_next_while_the_issuer_is_down(self):
        with FakeBetterAuth() as issuer:
            token, variables = issuer.token(sub="alice"), {"BETTER_AUTH_API_URL": issuer.url}
            self.assertEqual(self.run_process(VERIFY.format(token), **variables), "alice")
        self.assertEqual(self.run_process(VERIFY.format(token), **variables), "alice")


class ACacheThatIsGoneStopsNobody(SimpleTestCase):
    def test_each_process_counts_for_itself_without_waiting_long(self):
        options = {"socket_connect_timeout": 1, "socket_timeout": 1}
        backend = "django.core.cache.backends.redis.RedisCache"
        gone = {
            "default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": options},
            "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "redis-test"},
        }
        throttling._shared_again_at, started = 0.0, time.monotonic()
        with override_settings(CACHES=gone), self.assertLogs("todoproject.http.throttling", "WARNING"):
            budgets = [throttling.spend("user", 10, "alice") for _ in range(2)]

        self.assertEqual([budget.remaining for budget in budgets if budget], [9, 8])
        self.assertLess(time.monotonic() - started, 2)
        throttling._shared_again_at = 0.0
        cache.clear()

    def test_a_url_of_something_else_is_named(self):
        result = manage("check", **{**PRODUCTION, "REDIS_URL": "http://cache.example.com"})

        self.assertIn("REDIS_URL: it is not a Redis URL", result.stderr)
