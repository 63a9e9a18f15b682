"""Deploying, upgrading and going back as docs/deploying.md says, with people at work meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres
from tests.deployed import only_when_asked, page, versions
from tests.deployed.machine import Machine
from tests.deployed.traffic import NAME, Device, Door, Traffic
from tests.fake_betterauth import FakeBetterAuth

OLD, NEW = "8000", "8002"
REPOSITORY = "/usr/src/todo.git"
CERTIFICATES = f"etc/letsencrypt/live/{NAME}"
SIDE_BY_SIDE_SECONDS = int(os.environ.get("SECONDS") or 20)


@only_when_asked
class Deploying(SimpleTestCase):
    """One machine on which the new version has followed the previous one; each test leaves it like that."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        began = time.monotonic()
        enter = cls.enterClassContext
        folder = Path(enter(tempfile.TemporaryDirectory(prefix="deployed-")))
        cls.issuer = enter(FakeBetterAuth())
        cls.issuer.rotate()
        cls.database = enter(PrivatePostgres())
        cls.machine = enter(Machine())
        versions.repository(cls.machine.root / REPOSITORY.lstrip("/"), v1_2_2=versions.previous(), v1_2_3="HEAD")
        cls.install()
        cls.door = Door(cls.certify(folder))
        cls.follow(page.steps("Behind an nginx of your own", REPOSITORY))
        cls.upgrade, cls.switch = (step.text for step in page.steps("The next version, and back", REPOSITORY))
        print(f"The page was done to the letter after {time.monotonic() - began:.0f} s.", flush=True)
        with cls.traffic() as cls.upgraded:
            cls.machine.run(cls.upgrade + cls.switch)

    @classmethod
    def install(cls) -> None:
        first, *others = page.steps("A machine of your own", REPOSITORY)
        cls.follow([first])
        variables = {
            "SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": NAME,
            "DATABASE_URL": cls.database,
            "BETTER_AUTH_API_URL": cls.issuer.url,
            "TRUSTED_PROXIES": "1",
            "RATE_LIMIT_USER": "0",
            "RATE_LIMIT_ADDRESS": "0",
        }
        # Into the file that is there, because who may read it is the page's doing.
        cls.machine.write("/etc/todo.env", "".join(f"{name}={value}\n" for name, value in variables.items()))
        cls.follow(others)

    @classmethod
    def follow(cls, steps: list[page.Step]) -> None:
        for step in steps:
            if step.path:
                cls.machine.write(step.path, step.text)
            else:
                cls.machine.run(step.text)

    @classmethod
    def certify(cls, folder: Path) -> Path:
        """The certificate of an authority of our own, where Let's Encrypt's would be."""
        place = cls.machine.root / CERTIFICATES
        place.mkdir(parents=True)
        key, authority = place / "privkey.pem", folder / "authority.pem"
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        signer = ["-subj", "/CN=An authority of our own", "-keyout", f"{folder}/authority.key", "-out", str(authority)]
        subprocess.run([*made, *signer], check=True, capture_output=True)
        named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        signed = ["-CA", str(authority), "-CAkey", f"{folder}/authority.key", "-addext", "basicConstraints=CA:FALSE"]
        files = ["-keyout", str(key), "-out", str(place / "fullchain.pem")]
        subprocess.run([*made, *named, *signed, *files], check=True, capture_output=True)
        return authority

    @classmethod
    @contextmanager
    def traffic(cls) -> Iterator[Traffic]:
        tokens = [cls.issuer.token(sub=f"person-{number}-{time.monotonic()}") for number in range(4)]
        with Traffic(cls.door, tokens) as traffic:
            yield traffic

    @classmethod
    def exchange(cls, old: str, new: str) -> None:
        """The page's switch with these ports."""
        cls.machine.run(f"old={old} new={new}\n{cls.switch}")

    def log_of(self, port: str) -> set[str]:
        """The ids of the requests that a version has answered."""
        lines = self.machine.run(f"journalctl --unit todo@{port} --output cat --no-pager")
        return set(re.findall(r'"request_id":"([^"]+)"', lines))

    def in_use(self) -> list[str]:
        states = self.machine.run("systemctl is-active todo@8000 todo@8002 || true").split()
        return [port for port, state in zip((OLD, NEW), states, strict=True) if state == "active"]

    def assert_both_answered_all(self, traffic: Traffic) -> None:
        figures = traffic.figures
        answered = {port: len(figures.request_ids & self.log_of(port)) for port in (OLD, NEW)}
        print(f"\n{self.id()}: {dict(figures.answers)}, by version {answered}, slowest {figures.slowest:.2f} s")
        self.assertEqual(figures.failed, [])
        self.assertGreater(min(answered.values()), 50)
        for person in traffic.people:
            self.assert_nothing_is_lost(person)

    def assert_nothing_is_lost(self, devices: list[Device]) -> None:
        written = [each for device in devices for each in device.written]
        newest: dict[str, int] = {}
        for todo, version in written:
            newest[todo] = max(version, newest.get(todo, 0))
        # Every write has a number of its own.
        self.assertEqual(len({version for _, version in written}), len(written))
        for device in devices:
            numbers = [version for _, version in device.written]
            self.assertEqual(numbers, sorted(numbers))
            device.synchronise()
            self.assertEqual(device.told_otherwise, [])
            self.assertEqual(device.copy, newest)

    def test_an_upgrade_fails_no_request(self):
        self.assertEqual(self.in_use(), [NEW])
        self.assert_both_answered_all(self.upgraded)
        stopped = self.machine.run("systemctl show todo@8000 --property Result,ExecMainStatus")
        self.assertEqual(stopped.split(), ["Result=success", "ExecMainStatus=0"])

    def test_going_back_fails_no_request(self):
        with self.traffic() as traffic:
            self.exchange(old=NEW, new=OLD)
            self.assertEqual(self.in_use(), [OLD])
        self.exchange(old=OLD, new=NEW)

        self.assert_both_answered_all(traffic)

    def test_two_versions_serve_the_same_people(self):
        start, _, _ = self.switch.partition("echo ")
        self.machine.run(f"new={OLD}\n{start}")
        both = f"server 127.0.0.1:{OLD};\nserver 127.0.0.1:{NEW};\n"
        self.machine.write("/etc/nginx/todo-in-use", both)
        self.machine.run("systemctl reload nginx")
        with self.traffic() as traffic:
            time.sleep(SIDE_BY_SIDE_SECONDS)
        self.exchange(old=OLD, new=NEW)

        self.assert_both_answered_all(traffic)
        old, new = self.log_of(OLD), self.log_of(NEW)
        crossed = [pair for pair in traffic.figures.retries if {*pair} & old and {*pair} & new]
        print(f"{len(crossed)} of {len(traffic.figures.retries)} retries went to the other version.")
        self.assertGreater(len(crossed), 20)

    def test_a_todo_is_made_over_https_alone(self):
        token = self.issuer.token(sub="alice")
        made = self.door.ask("POST", "/api/v1/todos", token, {"title": "Buy milk"})
        refused = self.door.ask("POST", "/api/v1/todos", token, {"title": "Buy milk"}, is_plain=True)
        page_of_operators = self.door.ask("GET", "/admin/", is_plain=True)

        self.assertEqual(made.status, 201)
        self.assertEqual((refused.status, refused.body["code"]), (403, "https_required"))
        self.assertEqual(page_of_operators.status, 301)
        self.assertEqual(page_of_operators.headers["Location"], f"https://{NAME}/admin/")
        hsts = self.door.ask("GET", "/docs").headers["Strict-Transport-Security"]
        self.assertEqual(hsts, "max-age=31536000; includeSubDomains; preload")

    def test_the_units_are_sound_and_leave_the_service_no_rights(self):
        unit = (self.machine.root / "etc/systemd/system/todo@.service").read_text(encoding="utf-8")
        streams = re.sub(r"ExecStart=.*\n", page.lines_in_the_place_of_exec_start(), unit).replace("%i", "current")
        self.machine.write("/etc/systemd/system/todo-live.service", streams)
        self.machine.run(
            f"systemd-analyze verify todo@{NEW}.service todo-live.service todo-purge.service todo-purge.timer"
        )

        server = self.machine.run(f"cat /proc/$(systemctl show --property MainPID --value todo@{NEW})/status")
        of_todo = self.machine.run("id --user todo").strip()
        self.assertRegex(server, rf"Uid:\s{of_todo}\s{of_todo}\s")
        self.assertRegex(server, r"NoNewPrivs:\s1\n")
        self.assertRegex(server, r"CapBnd:\s0+\n")

    def test_the_daily_purge_runs(self):
        self.machine.run("systemctl start todo-purge")

        self.assertIn("todos: ", self.machine.run("journalctl --unit todo-purge --output cat --no-pager"))
        self.assertIn("todo-purge.timer", self.machine.run("systemctl list-timers --no-pager"))
