"""The image runs as compose.yaml has it: with its own command, as its own user, and nowhere to write but /tmp."""

import json
import os
import signal
import socket
import tempfile
import time
from pathlib import Path
from unittest import skipUnless

from django.test import SimpleTestCase

from scripts.podman import Podman
from tests.image.container import FOLDER, composed
from tests.image.stage import HEADERS, LIVE_PORT, PORT, VARIABLES, Stage
from tests.todoproject.live import next_version

with_image = skipUnless(os.environ.get("IMAGE"), "needs an image; run it with make image")
WRITE = "import sys; open(sys.argv[1] + '/written', 'w').close()"
CLOSED = ("/", "/etc", "/run", "/srv/todo", "/srv/venv", "/var/lib/nginx", "/var/log/nginx", "/var/tmp")


@with_image
class TheImageAsComposeStartsIt(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.stage = cls.enterClassContext(Stage())

    def setUp(self) -> None:
        self.container = self.stage.api()

    def test_what_is_made_is_read_again(self):
        made = self.stage.ask("POST", "/api/v1/todos", {"title": "Milk"})
        self.assertEqual(made.status, 201)

        read = json.load(self.stage.ask("GET", made.headers["Location"]))
        self.assertEqual(read["title"], "Milk")

    def test_its_processes_have_no_rights(self):
        processes = self.container.processes()

        names = [process["Name"] for process in processes]
        self.assertEqual((names.count("nginx") > 3, len(names) - names.count("nginx") > 1), (True, True), names)
        for process in processes:
            with self.subTest(process["Name"]):
                self.assertEqual(process["Uid"].split(), ["10001"] * 4)
                self.assertEqual({int(process[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")}, {0})
                self.assertEqual(process["NoNewPrivs"], "1")

    def test_nothing_is_written_but_in_tmp(self):
        for place in CLOSED:
            with self.subTest(place):
                self.assertIn("Read-only file system", self.container.execute("python", "-c", WRITE, place).stderr)
        self.assertEqual(self.container.execute("python", "-c", WRITE, "/tmp").returncode, 0)

    def test_it_holds_what_is_needed_and_no_more(self):
        listed = self.container.execute("ls", "-A", "/srv/todo").stdout.split()

        self.assertEqual(
            set(listed) - {"__pycache__"}, {"betterauth_auth", "deploy", "manage.py", "todoproject", "todos"}
        )
        self.assertIn("No module named pip", self.container.execute("python", "-m", "pip").stderr)

    def test_what_hangs_is_found_to_be_unhealthy(self):
        self.assertTrue(self.container.is_healthy())
        self.addCleanup(self.container.end)

        for process in self.container.processes():
            if process["Name"] == "nginx":
                os.kill(int(process["Pid"]), signal.SIGSTOP)
        self.assertFalse(self.container.is_healthy())
        # The check has given up by itself, before its own 12 s were over and it would have been ended.
        self.assertIn("Traceback", self.container.last_health())

    def test_a_stop_waits_for_the_request_that_is_on_its_way(self):
        body = json.dumps({"title": "On its way"}).encode()
        head = {**HEADERS, "Authorization": f"Bearer {self.stage.issuer.token()}", "Content-Length": len(body)}
        lines = ["POST /api/v1/todos HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with socket.create_connection(("127.0.0.1", PORT), timeout=30) as wire:
            wire.sendall("\r\n".join(lines).encode() + body[:5])
            time.sleep(0.5)

            stop = self.container.stop()
            time.sleep(1)
            self.assertIsNone(self.container.process.poll())
            wire.sendall(body[5:])
            self.assertEqual(wire.recv(65536).split()[1], b"201")
        answered = time.monotonic()

        self.assertEqual((self.container.process.wait(timeout=30), stop.wait()), (0, 0), self.container.words())
        self.assertLess(time.monotonic() - answered, 5)

    def test_a_change_is_heard_from_the_container_for_streams(self):
        with self.stage.live() as live:
            self.stage.wait_until_ready(live, "/livez", LIVE_PORT)
            stream = self.stage.ask("GET", "/api/v1/live")
            before = next_version(stream)

            self.stage.ask("POST", "/api/v1/todos", {"title": "Bread"})
            self.assertEqual(next_version(stream), before + 1)


@with_image
class WhatElseIsBuilt(SimpleTestCase):
    def test_compose_asks_for_the_databases_password(self):
        variables = {name: value for name, value in VARIABLES.items() if name != "POSTGRES_PASSWORD"}
        with tempfile.TemporaryDirectory() as folder:
            said = composed(variables, Path(folder))

        self.assertNotEqual(said.returncode, 0)
        self.assertIn("POSTGRES_PASSWORD", said.stderr)

    def test_with_the_other_lock_file_it_has_opentelemetry_and_sentry(self):
        load = ("/srv/venv/bin/python", "-c", "import opentelemetry.sdk.trace, sentry_sdk")
        run = ("run", "--rm", "--network=none")
        log = FOLDER / "observability.log"

        found = [
            Podman(FOLDER).start(*run, image, *load, log=log).wait() for image in ("todo-api-observability", "todo-api")
        ]
        self.assertEqual(found, [0, 1], log.read_text(encoding="utf-8"))
