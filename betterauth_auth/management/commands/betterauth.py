"""`betterauth doctor` finds out why a token is refused; `betterauth token` makes one for development."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from betterauth_auth import conf, doctor
from betterauth_auth.devkey import development_token


class Command(BaseCommand):
    help = "Examines the connection to Better Auth, or makes a development token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        examine = commands.add_parser("doctor", help="look at settings, key set and, if given, a token")
        examine.add_argument("token", nargs="?", help="a token; `-` reads it from standard input")
        make = commands.add_parser("token", help="print a development token")
        make.add_argument("--sub", required=True, help="the subject, for example alice")
        make.add_argument("--email", default="")
        make.add_argument("--name", default="")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            settings = conf.current()
        except ImproperlyConfigured as exc:
            raise CommandError(str(exc)) from exc
        if options["command"] == "token":
            self.stdout.write(self.token(settings, options["sub"], options["email"], options["name"]))
            return
        token = options["token"]
        if token == "-":  # noqa: S105 - the usual sign for standard input
            token = sys.stdin.read()
        is_well = True
        for finding in doctor.findings(settings, token):
            is_well = is_well and finding.is_well
            self.stdout.write(f"{'ok ' if finding.is_well else 'BAD'}  {finding.text}")
        if not is_well:
            raise CommandError("Something needs attention; see the lines that begin with BAD.")

    def token(self, settings: conf.Settings, sub: str, email: str, name: str) -> str:
        if not settings.is_development:
            raise CommandError(
                "Development tokens need DEBUG, DEV_KEY_FILE in BETTER_AUTH and no Better Auth server beside it:"
                " here they would be trusted by nobody."
            )
        claims = {
            "sub": sub,
            "name": name or sub,
            "email": email or f"{sub}@example.com",
            "emailVerified": False,
        }
        return development_token(Path(settings.dev_key_file), conf.DEVELOPMENT_ISSUER, claims)
