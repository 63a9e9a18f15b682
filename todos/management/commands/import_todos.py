from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from todos import changes
from todos.api.importing import KINDS, OUTCOMES, SOURCES
from todos.api.records import records_in
from todos.changes import Report
from todos.exceptions import Refused
from todos.notes import Notes
from todos.transfer import json_text

STEPS = ("reading", "checking", "writing", "done")
WIDTH = 30
BY_ENDING = {".json": "todos", ".ics": "icalendar", ".csv": "todoist"}


class Command(BaseCommand):
    help = (
        "Brings a file to a user, as POST /me/import does: what /me/export gave, or what another product exports. All "
        "of it or nothing; what is there already stays as it is, and a second time adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("file", type=existing)
        parser.add_argument("--from", dest="source", choices=[*SOURCES], help="By the file's ending unless it is said.")
        parser.add_argument("--dry-run", action="store_true", help="Only tell what would happen.")

    def handle(self, *, username: str, file: Path, source: str | None, dry_run: bool, **options: object) -> None:
        owner = owner_named(username)
        name = source or BY_ENDING.get(file.suffix.lower())
        if name is None:
            raise CommandError(f"Say --from one of {', '.join(SOURCES)}: {file.name} does not tell by its ending.")
        try:
            report = self.bring(owner, file.read_bytes(), name, is_dry_run=dry_run)
        except Refused as exc:
            raise CommandError(f"Nothing was taken. {exc.pointer or file.name}: {exc.detail}") from exc
        except ValidationError as exc:
            pointer, fault = next(faults_in(exc.detail))
            raise CommandError(f"Nothing was taken. {pointer or file.name}: {fault}") from exc
        self.tell(report)

    def bring(self, owner: int, body: bytes, source: str, *, is_dry_run: bool) -> Report:
        self.show(0)
        read = SOURCES[source].read
        drafts = read(body) if read else None
        document, notes = (drafts.document(), drafts.notes) if drafts else (json_text.load(body), Notes())
        self.show(1)
        records = records_in(document)
        self.show(2)
        report = changes.bring_in(owner, records, notes, is_dry_run=is_dry_run)
        self.show(3)
        return report

    def show(self, step: int) -> None:
        """The bar, where somebody looks."""
        if self.stderr.isatty():
            done = WIDTH * step // (len(STEPS) - 1)
            end = "\n" if step == len(STEPS) - 1 else ""
            self.stderr.write(f"\r[{'#' * done:<{WIDTH}}] {STEPS[step]:<8}", ending=end)

    def tell(self, report: Report) -> None:
        for kind in KINDS:
            counts = [f"{report.counts[kind][name]:,} {name}" for name in OUTCOMES if report.counts[kind][name]]
            if counts:
                self.stdout.write(f"{kind}: {', '.join(counts)}")
        for note in report.notes.first:
            self.stdout.write(f"{note.place}: {note.detail}")
        if more := report.notes.count - len(report.notes.first):
            self.stdout.write(f"and {more:,} more such notes")


def existing(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"there is no file {text}")
    return path


def owner_named(username: str) -> int:
    users = get_user_model()
    try:
        key: int = users.objects.get(**{users.USERNAME_FIELD: username}).pk
    except users.DoesNotExist:
        raise CommandError(f"There is no user {username}.") from None
    return key


def faults_in(detail: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, str):
        yield pointer, detail
    elif isinstance(detail, dict):
        for name, part in detail.items():
            yield from faults_in(part, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    else:
        for part in detail:
            yield from faults_in(part, pointer)
