import http.client
import time
from tempfile import TemporaryDirectory
from unittest import skipUnless

from django.test import SimpleTestCase

from scripts.private_postgres import free_port
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import ServiceWithoutNginx
from tests.todoproject.test_redis import SERVER, start_redis


class Live:
    """`manage.py live` beside a service."""

    def __init__(self, service: ServiceWithoutNginx) -> None:
        self.service, self.port = service, free_port()

    def __enter__(self) -> "Live":
        self.process = self.service.manage("live", f"--port={self.port}")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.get("/livez", "").status == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(self.service.words())

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def get(self, path: str, token: str) -> http.client.HTTPResponse:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        wire.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        return wire.getresponse()


def next_version(stream: http.client.HTTPResponse) -> int:
    while not (line := stream.readline()).startswith(b"data: "):
        if not line:
            raise EOFError
    return int(line.removeprefix(b"data: "))


@skipUnless(SERVER, "redis-server is not installed")
class WhoListensHearsOfChanges(SimpleTestCase):
    def setUp(self) -> None:
        redis = start_redis(self)
        self.issuer = self.enterContext(FakeBetterAuth())
        url = f"sqlite:///{self.enterContext(TemporaryDirectory())}/live.sqlite3"
        options = {"REDIS_URL": redis, "LIVE_STREAMS_PER_USER": "2"}
        self.service = self.enterContext(ServiceWithoutNginx(url, self.issuer.url, **options))
        self.live = self.enterContext(Live(self.service))

    def test_a_commit_by_another_request_is_heard_by_its_owner_alone(self):
        alice, mallory = self.issuer.token(sub="alice"), self.issuer.token(sub="mallory")
        hers, others = self.live.get("/api/v1/live", alice), self.live.get("/api/v1/live", mallory)
        self.assertEqual((hers.status, hers.headers["Content-Type"]), (200, "text/event-stream"))
        before, theirs = next_version(hers), next_version(others)
        started = time.monotonic()
        status, _ = self.service.request("POST", "/api/v1/todos", alice, {"title": "Milk"})

        self.assertEqual((status, next_version(hers)), (201, before + 1))
        self.assertLess(time.monotonic() - started, 1)
        self.service.request("POST", "/api/v1/todos", mallory, {"title": "Mine"})
        self.assertEqual(next_version(others), theirs + 1)

    def test_one_person_has_only_so_many_streams(self):
        alice = self.issuer.token(sub="alice")
        open_ones = [self.live.get("/api/v1/live", alice) for _ in range(2)]
        self.assertEqual([each.status for each in open_ones], [200, 200])

        self.assertEqual(self.live.get("/api/v1/live", alice).status, 429)

    def test_nobody_hears_anything_without_a_token(self):
        self.assertEqual(self.live.get("/api/v1/live", "").status, 401)
        self.assertEqual(self.live.get("/api/v1/todos", self.issuer.token(sub="alice")).status, 404)

    def test_the_service_itself_says_to_poll(self):
        status, problem = self.service.request("GET", "/api/v1/live", self.issuer.token(sub="alice"))

        self.assertEqual((status, problem["code"]), (503, "not_live"))
