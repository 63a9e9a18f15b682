"""`manage.py live`: streams that tell of changes, in a process beside those of `manage.py serve`."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from todoproject.management.commands.serve import become, refuse_busy_port


class Command(BaseCommand):
    help = "Serves /api/v1/live with granian."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8001)

    def handle(self, *, host: str, port: int, **options: object) -> None:
        refuse_busy_port(host, port)
        self.check(fail_level=40)
        # Those of `manage.py serve` are in a folder that it empties. The server removes this one when it ends.
        metrics = tempfile.mkdtemp(prefix="todo-live-metrics-")
        os.putenv("METRICS_DIRECTORY", metrics)
        arguments = [f"--host={host}", f"--port={port}", f"--streams={settings.LIVE_STREAMS}", f"--metrics={metrics}"]
        become("todoproject.serving.live", arguments)
