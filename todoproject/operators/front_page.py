"""What the front page of the admin says: a few bounded queries, and the key sets from memory."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import django
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, pgettext

from betterauth_auth import counters, status
from betterauth_auth.models import Identity
from todoproject import VERSION
from todos.bounded import count_up_to
from todos.models import List, Todo

EXACT_UP_TO = 100_000
DAYS = 30
CHART_HEIGHT = 100
BAR_WIDTH, BAR_GAP = 14, 6


@dataclass(frozen=True)
class Figure:
    name: str
    text: str
    page: str = ""
    query: str = ""


@dataclass(frozen=True)
class Bar:
    day: date
    count: int
    x: int
    y: int
    height: int


def figures() -> dict[str, object]:
    # A worker that has just started knows no keys yet; the next look at this page will show them.
    status.warm_up()
    key_sets = status.key_sets()
    per_day, is_cut = completions()
    trash = Todo.objects.trashed()
    return {
        "is_fetched": all(key_set.last_outcome != "never" for key_set in key_sets),
        "worries": [worry for key_set in key_sets for worry in worries(key_set)],
        "figures": [
            Figure(gettext("people"), size(Identity, Identity.objects.all()), "admin:auth_user_changelist"),
            Figure(pgettext("people", "deactivated"), size(None, User.objects.filter(is_active=False)), *DEACTIVATED),
            Figure(gettext("todos"), size(Todo, Todo.objects.all()), "admin:todos_todo_changelist"),
            Figure(gettext("lists"), size(List, List.objects.all()), "admin:todos_list_changelist"),
            Figure(gettext("todos in the trash"), size(None, trash), "admin:todos_todo_changelist", "?state=trashed"),
        ],
        "bars": bars(per_day),
        "completed_count": grouped(sum(per_day.values())),
        "busiest_count": grouped(max(per_day.values())),
        "is_chart_cut": is_cut,
        "exact_up_to": grouped(EXACT_UP_TO),
        "chart_width": DAYS * (BAR_WIDTH + BAR_GAP),
        "key_sets": key_sets,
        "refused_tokens": sorted(counters.refused_tokens().items(), key=lambda item: -item[1])[:8],
        "system": system(),
    }


DEACTIVATED = ("admin:auth_user_changelist", "?is_active__exact=0")


def grouped(number: float, decimals: int = 0) -> str:
    """In the reader's language."""
    return number_format(number, decimals, use_l10n=True, force_grouping=True)


def worries(key_set: status.KeySetStatus) -> list[str]:
    if not key_set.is_usable:
        if key_set.last_outcome == "never":
            return []
        text = gettext("No usable signing keys from %(source)s: %(outcome)s. Nobody can sign in.")
        return [text % {"source": key_set.source, "outcome": key_set.last_outcome}]
    text = gettext("A key of %(source)s is left out: %(reason)s.")
    found = [text % {"source": key_set.source, "reason": reason} for reason in key_set.left_out]
    if key_set.last_outcome not in {"never", "ok"}:
        text = gettext("The last fetch from %(source)s failed: %(outcome)s. Known keys still serve.")
        found.append(text % {"source": key_set.source, "outcome": key_set.last_outcome})
    return found


def size(model: type[Model] | None, rows: QuerySet[Model]) -> str:
    """How many rows there are; beyond a bound what PostgreSQL's statistics say of the whole table."""
    count = count_up_to(rows, EXACT_UP_TO)
    if count <= EXACT_UP_TO:
        return grouped(count)
    estimate = estimated_rows(model) if model else 0
    return f"≈ {grouped(estimate)}" if estimate > EXACT_UP_TO else f"{grouped(EXACT_UP_TO)}+"


def estimated_rows(model: type[Model]) -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return cursor.fetchone()[0]


def completions() -> tuple[dict[date, int], bool]:
    """Completed todos of each of the last days, and whether there were too many to count them all.

    The index todo_all_completed yields them newest first, and no more than a bound are read.
    """
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start = timezone.make_aware(datetime.combine(days[0], time()))
    recent = Todo.objects.filter(completed_at__gte=start).order_by("-completed_at")
    sql, parameters = recent.values(day=TruncDate("completed_at"))[:EXACT_UP_TO].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT day, COUNT(*) FROM ({sql}) AS recent GROUP BY day", parameters)  # noqa: S608 - Django's SQL
        found = {as_date(day): count for day, count in cursor.fetchall()}
    return {day: found.get(day, 0) for day in days}, sum(found.values()) >= EXACT_UP_TO


def as_date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def bars(per_day: dict[date, int]) -> list[Bar]:
    top = max(1, *per_day.values())
    found = []
    for index, (day, count) in enumerate(per_day.items()):
        # Whole numbers: a template would write a fraction in the reader's language.
        height = max(round(CHART_HEIGHT * count / top), 2 if count else 0)
        found.append(Bar(day, count, index * (BAR_WIDTH + BAR_GAP) + BAR_GAP // 2, CHART_HEIGHT - height, height))
    return found


def system() -> list[tuple[str, str]]:
    version = ".".join(str(part) for part in connection.get_database_version())
    return [
        (gettext("Service"), VERSION),
        (gettext("Database"), f"{connection.display_name} {version}, {database_size()}"),
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
    ]


def database_size() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return f"{grouped(cursor.fetchone()[0] / 1e6, 1)} MB"
