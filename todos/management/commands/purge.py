from __future__ import annotations

from django.core.management.base import BaseCommand

from todos import clock
from todos.changes.purge import purge


class Command(BaseCommand):
    help = (
        "Deletes what has been in the trash for 30 days, tombstones and former names of tags of that age, and answers "
        "kept for retries for 24 hours. Run it daily; running it twice, or stopping it half-way, does no harm."
    )

    def handle(self, *args: object, **options: object) -> None:
        for name, count in purge(clock.now()).items():
            self.stdout.write(f"{name}: {count}")
