"""The embedded database under eight writers, and on a disk without room."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase

from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.load import Load
from tests.faults.stage import Service

SMALL = "size=4m"


def small_disk(folder: str) -> bool:
    """Puts a file system of 4 MB there, where the machine allows it."""
    command = ["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", folder]
    return os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


@only_when_asked
class SqliteUnderPressure(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = self.enterContext(TemporaryDirectory())
        self.issuer = self.enterContext(FakeBetterAuth())
        self.tokens = [self.issuer.token(sub=f"user{number}") for number in range(8)]

    def service(self, **variables: str) -> Service:
        return Service(f"sqlite:///{self.folder}/todo.sqlite3", self.issuer.url, **variables)

    def name_of(self, subject: str) -> str:
        with closing(sqlite3.connect(f"{self.folder}/todo.sqlite3")) as database:
            return database.execute(
                "SELECT name FROM betterauth_auth_identity WHERE subject = ?", [subject]
            ).fetchone()[0]

    def test_eight_writers_at_once_lose_nothing_and_none_is_sent_away(self):
        with self.service() as service, Load(service, self.tokens, "SQLite: 8 writers", readers=0) as figures:
            time.sleep(4)
        kept = (figures.writes_unavailable, figures.errors_500, figures.lost, figures.duplicates, figures.surprises)
        self.assertEqual(kept, (0, 0, 0, 0, []))
        self.assertGreater(figures.writes, 100)

    def fill_disk(self) -> Path:
        filler = Path(self.folder) / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        return filler

    def test_on_a_full_disk_a_changed_profile_waits_and_the_read_goes_on(self):
        if not small_disk(self.folder):
            self.skipTest("this machine does not allow a small tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder], check=True)
        with self.service(LOG_LEVEL="WARNING") as service:
            self.assertEqual(service.request("POST", "/api/v1/todos", self.tokens[0], {"title": "x"})[0], 201)
            changed = self.issuer.token(sub="user0", name="Changed", iat=int(time.time()) + 1)
            filler = self.fill_disk()
            # Not even the smallest change finds room any more.
            while service.request("POST", "/api/v1/todos", self.tokens[0], {"title": "x"})[0] == 201:
                pass
            statuses = [service.request("GET", "/api/v1/todos", changed)[0] for _ in range(20)]
            self.assertEqual(set(statuses), {200})
            self.assertEqual(self.name_of("user0"), "User0")
            self.assertIn("Profiles cannot be written now and wait: OperationalError", service.words())
            filler.unlink()
            deadline = time.monotonic() + 60
            while self.name_of("user0") != "Changed" and time.monotonic() < deadline:
                self.assertEqual(service.request("GET", "/api/v1/todos", changed)[0], 200)
                time.sleep(0.5)
            self.assertEqual(self.name_of("user0"), "Changed")

    def test_a_full_disk_is_503_for_writes_while_reads_go_on_and_room_heals_it(self):
        if not small_disk(self.folder):
            self.skipTest("this machine does not allow a small tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder], check=True)
        with self.service() as service:
            token, todo = self.tokens[0], {"title": "x", "notes": "n" * 20_000}
            self.assertEqual(service.request("POST", "/api/v1/todos", token, todo)[0], 201)
            filler = self.fill_disk()
            statuses = {service.request("POST", "/api/v1/todos", token, todo)[0] for _ in range(60)}
            self.assertEqual(service.request("GET", "/api/v1/todos", token)[0], 200)
            filler.unlink()
            self.assertEqual(service.request("POST", "/api/v1/todos", token, todo)[0], 201)
        self.assertLessEqual(statuses, {201, 503})
        self.assertIn(503, statuses)
