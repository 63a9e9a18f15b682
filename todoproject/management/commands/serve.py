"""`manage.py serve`: the production server with this project's options, the same in development and in the image."""

from __future__ import annotations

import errno
import os
import socket
import sys
from argparse import ArgumentParser
from typing import NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from betterauth_auth import conf
from todoproject.monitoring.metrics import fresh_folder
from todoproject.operators.development import development_operator

WELCOME = """
  API     {base}/api/v1
  Docs    {base}/docs
  Admin   {base}/{admin}/
"""


class Command(BaseCommand):
    help = "Serves the API with granian."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--migrate", action="store_true", help="migrate the database first")
        parser.add_argument(
            "--behind-nginx", action="store_true", help="with a buffering proxy in front, for production"
        )

    def handle(self, *, host: str, port: int, migrate: bool, behind_nginx: bool, **options: object) -> None:
        refuse_busy_port(host, port)
        self.check(fail_level=40)
        if migrate:
            call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(WELCOME.format(base=f"http://{host}:{port}", admin=settings.ADMIN_PATH))
        if settings.DEBUG:
            self.write_development_logins()
        self.stdout.flush()
        os.putenv("METRICS_DIRECTORY", fresh_folder())
        arguments = [
            *(f"--host={host}", f"--port={port}"),
            *(f"--workers={settings.WEB_WORKERS}", f"--threads={settings.WEB_THREADS}"),
        ]
        if behind_nginx:
            # nginx is a proxy of ours; without it counted, every caller would have its address.
            os.putenv("TRUSTED_PROXIES", str(settings.TRUSTED_PROXIES or 1))
            arguments.append(f"--nginx-max-body-bytes={settings.MAX_BODY_BYTES}")
            arguments.append(f"--nginx-max-import-bytes={settings.MAX_IMPORT_BYTES}")
            if settings.LIVE_UPSTREAM:
                arguments.append(f"--nginx-live-upstream={settings.LIVE_UPSTREAM}")
                arguments.append(f"--nginx-max-streams={settings.LIVE_STREAMS}")
        become("todoproject.serving.server", arguments)

    def write_development_logins(self) -> None:
        if conf.current().is_development:
            self.stdout.write("  A token:     .venv/bin/python manage.py betterauth token --sub alice")
        if login := development_operator():
            self.stdout.write(f"  An operator: {login}")
        self.stdout.write("")


def become(module: str, arguments: list[str]) -> NoReturn:
    # The server finds the project as this process does, wherever the command was called from.
    os.putenv("PYTHONPATH", os.pathsep.join(sys.path))
    # Replacing this process lets signals reach the server itself.
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - no shell is wanted


def refuse_busy_port(host: str, port: int) -> None:
    try:
        # The server may share a port with another of its kind (SO_REUSEPORT), so binding alone would not tell.
        with socket.create_server((host, port)):
            pass
    except OverflowError as exc:
        raise CommandError(f"{port} is no port; choose one from 1 to 65535") from exc
    except OSError as exc:
        reason = "is in use" if exc.errno == errno.EADDRINUSE else f"can't be used: {exc.strerror}"
        raise CommandError(f"{host}:{port} {reason}; choose another port, for example make run PORT=8001") from exc
