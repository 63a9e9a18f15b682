"""The embedded database under eight writers, and on a disk without room."""

import os
import subprocess
import time
from contextlib import suppress
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

    def service(self) -> Service:
        return Service(f"sqlite:///{self.folder}/todo.sqlite3", self.issuer.url)

    def test_eight_writers_at_once_lose_nothing_and_none_is_sent_away(self):
        with self.service() as service, Load(service, self.tokens, "SQLite: 8 writers", readers=0) as figures:
            time.sleep(4)
        kept = (figures.writes_unavailable, figures.errors_500, figures.lost, figures.duplicates, figures.surprises)
        self.assertEqual(kept, (0, 0, 0, 0, []))
        self.assertGreater(figures.writes, 100)

    def test_a_full_disk_is_503_for_writes_while_reads_go_on_and_room_heals_it(self):
        if not small_disk(self.folder):
            self.skipTest("this machine does not allow a small tmpfs")
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder], check=True)
        with self.service() as service:
            token, todo = self.tokens[0], {"title": "x", "notes": "n" * 20_000}
            self.assertEqual(service.request("POST", "/api/v1/todos", token, todo)[0], 201)
            filler = Path(self.folder) / "filler"
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"x" * 4096):
                    pass
            statuses = {service.request("POST", "/api/v1/todos", token, todo)[0] for _ in range(60)}
            self.assertEqual(service.request("GET", "/api/v1/todos", token)[0], 200)
            filler.unlink()
            self.assertEqual(service.request("POST", "/api/v1/todos", token, todo)[0], 201)
        self.assertLessEqual(statuses, {201, 503})
        self.assertIn(503, statuses)
