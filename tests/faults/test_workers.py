"""Processes of the server that are killed, and ones that can't start: the rest goes on, and what is gone comes back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.load import READERS, WRITERS, Figures, Load
from tests.faults.stage import ROOT, Service, ServiceWithoutNginx
from tests.faults.test_server import needs_nginx

KILLS, KILL_EVERY_SECONDS, KILL_FOR_SECONDS = 9, 2, 20
# A killed process counts as gone when its first thread is; the last one closes its sockets.
LAST_THREAD_SECONDS = 0.1
# Settings of a deployment that can be broken while it runs.
BREAKABLE = """
from pathlib import Path

from todoproject.settings import *

if Path(__file__).with_name("broken").exists():
    raise SystemExit("broken")
"""


def living_in_session(session: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, its_session, *_ = (folder / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            if int(its_session) == session and state != "Z":
                found.append(int(folder.name))
    return found


class WorkersCase(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.issuer = self.enterContext(FakeBetterAuth())
        self.tokens = [self.issuer.token(sub=f"user{number}") for number in range(READERS + WRITERS)]

    def start(self, kind: type[Service], **variables: str) -> None:
        url = f"sqlite:///{self.folder}/todo.sqlite3"
        self.service = self.enterContext(kind(url, self.issuer.url, **variables))
        self.wait_for(lambda: len(self.service.workers()) == 2)

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 20) -> float:
        """When it came true."""
        deadline = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), deadline, self.service.words())
            time.sleep(0.01)
        return time.monotonic()

    def kill(self, *workers: int) -> tuple[float, float]:
        """Kills them all at once and sees others come; returns when that was and when the killed were gone."""
        came_up = self.service.words().count("is up again")
        killed_at = time.monotonic()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        gone_at = self.wait_for(lambda: not set(workers) & set(self.service.workers()))
        self.wait_for(lambda: self.service.words().count("is up again") == came_up + len(workers))
        self.assertEqual(len(self.service.workers()), 2)
        return killed_at, gone_at + LAST_THREAD_SECONDS

    def kill_one_after_the_other(self, scenario: str) -> tuple[Figures, list[tuple[float, float]]]:
        kills: list[tuple[float, float]] = []
        with Load(self.service, self.tokens, scenario) as figures:
            began = time.monotonic()
            while time.monotonic() < began + KILL_FOR_SECONDS or len(kills) < KILLS:
                kills.append(self.kill(self.service.workers()[0]))
                # The one that came last tells that it is up a moment before it listens.
                time.sleep(max(0.5, kills[-1][0] + KILL_EVERY_SECONDS - time.monotonic()))
        return figures, kills

    def assert_only_what_was_in_a_killed_worker_failed(
        self, figures: Figures, kills: list[tuple[float, float]]
    ) -> None:
        for started, ended, status in figures.failed:
            was_in_it = any(started <= gone_at and killed_at <= ended for killed_at, gone_at in kills)
            self.assertTrue(was_in_it, (started, ended, status, kills))
        self.assertGreater(len(figures.failed), 0, "no worker was killed while it was busy")
        self.assertGreater(figures.reads, 500)
        self.assertLess(max(after - before for before, after in pairwise(figures.answered_at)), 3)
        self.assertEqual((figures.errors_500, figures.lost, figures.duplicates), (0, 0, 0))
        self.assertIsNone(self.service.process.poll())


@only_when_asked
@needs_nginx
class WorkersAreKilledBehindNginx(WorkersCase):
    def test_only_requests_in_the_killed_worker_fail_and_they_are_told_to_come_again(self):
        self.start(Service)

        figures, kills = self.kill_one_after_the_other("a worker killed every 2 s, nginx")

        self.assert_only_what_was_in_a_killed_worker_failed(figures, kills)
        # What an answer had begun with can't be taken back.
        self.assertEqual([surprise for surprise in figures.surprises if "IncompleteRead" not in surprise], [])

    def test_requests_wait_while_there_is_no_worker_at_all(self):
        self.start(Service)
        workers = self.service.workers()
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        self.wait_for(lambda: not set(workers) & set(self.service.workers()))
        time.sleep(LAST_THREAD_SECONDS)

        started = time.monotonic()
        self.assertEqual(self.service.request("GET", "/api/v1/todos", self.tokens[0])[0], 200)
        self.assertLess(time.monotonic() - started, 10)

    def test_nginx_is_started_again_and_nothing_of_the_old_one_is_left(self):
        self.start(Service)
        old, workers = self.service.nginx(), self.service.workers()

        os.kill(old, signal.SIGKILL)
        self.wait_for(lambda: "nginx is up again" in self.service.words())

        self.assertNotEqual(self.service.nginx(), old)
        self.assertTrue(self.service.is_alive())
        self.assertEqual(self.service.workers(), workers)
        self.assertEqual(living_in_session(old), [])


@only_when_asked
class WorkersAreKilledWithoutNginx(WorkersCase):
    def test_only_connections_of_the_killed_worker_break(self):
        self.start(ServiceWithoutNginx)

        figures, kills = self.kill_one_after_the_other("a worker killed every 2 s, no nginx")

        self.assert_only_what_was_in_a_killed_worker_failed(figures, kills)

    def test_all_at_once_are_back_in_seconds(self):
        self.start(ServiceWithoutNginx)

        killed_at, _ = self.kill(*self.service.workers())

        self.assertLess(self.wait_for(self.service.is_alive) - killed_at, 10)


@only_when_asked
class WorkersCannotStart(WorkersCase):
    def test_a_server_of_which_no_worker_ever_came_up_ends_with_an_error(self):
        command = [sys.executable, "-m", "todoproject.serving.server", "--host=127.0.0.1", "--port=0", "--workers=2"]
        environment = {"PATH": os.environ["PATH"], "DEBUG": "false", "DATABASE_URL": "mysql://no"}
        ended = subprocess.run(
            [*command, "--threads=1"], cwd=ROOT, env=environment, check=False, capture_output=True, timeout=30
        )

        self.assertEqual(ended.returncode, 1)
        self.assertIn(b"The server could not be started.", ended.stdout)
        self.assertIn(b"DATABASE_URL", ended.stderr)

    @needs_nginx
    def test_one_that_was_up_tries_again_ever_more_slowly_and_serves_when_it_can(self):
        (self.folder / "breakable.py").write_text(BREAKABLE, encoding="utf-8")
        self.start(Service, DJANGO_SETTINGS_MODULE="breakable", PYTHONPATH=str(self.folder))
        broken = self.folder / "broken"
        broken.touch()

        for worker in self.service.workers():
            os.kill(worker, signal.SIGKILL)
        time.sleep(9)

        starts = self.service.words().count("another is started in")
        self.assertGreaterEqual(starts, 6)
        self.assertLessEqual(starts, 12)
        self.assertIsNone(self.service.process.poll())
        broken.unlink()
        self.assertEqual(self.service.request("GET", "/api/v1/todos", self.tokens[0])[0], 200)
        self.wait_for(lambda: len(self.service.workers()) == 2)
