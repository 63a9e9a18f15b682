"""Four libraries read the same calendar and understand the same; `make calendars` asks four more programs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import ics
import vobject
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from tests.thoroughness import IS_THOROUGH
from tests.todos.calendars.sample import BODIES, Said, bodies, plain, understood
from tests.todos.test_calendar import CalendarTestCase
from tests.todos.test_calendar_address import read
from todos import zones
from todos.calendar.document import Kind, pieces
from todos.calendar.rows import Row
from todos.calendar.timezones import timezone
from todos.models.owned import uuid7

YEAR = 2026


def by_icalendar(text: str) -> Iterator[Said]:
    for todo in Calendar.from_ical(text).walk("VTODO"):
        due, rule = todo.get("DUE"), todo.get("RRULE")
        yield {
            "uid": str(todo["UID"]),
            "summary": str(todo["SUMMARY"]),
            "description": str(todo.get("DESCRIPTION", "")),
            "due": plain(due and due.dt),
            "priority": todo.get("PRIORITY", 0),
            "categories": sorted(map(str, todo["CATEGORIES"].cats)) if "CATEGORIES" in todo else [],
            "completed": "COMPLETED" in todo,
            "alarms": len(todo.walk("VALARM")),
            "parent": str(todo["RELATED-TO"]) if "RELATED-TO" in todo else None,
            "next": second(rule and rule.to_ical().decode(), due and due.dt),
        }


def by_vobject(text: str) -> Iterator[Said]:
    for todo in vobject.readOne(text).vtodo_list:
        has = todo.contents
        starts = todo.getrruleset() if "rrule" in has else None
        yield {
            "uid": todo.uid.value,
            "summary": todo.summary.value,
            "description": todo.description.value if "description" in has else "",
            "due": plain(todo.due.value) if "due" in has else None,
            "priority": int(todo.priority.value) if "priority" in has else 0,
            "categories": sorted(todo.categories.value) if "categories" in has else [],
            "completed": "completed" in has,
            "alarms": len(has.get("valarm", ())),
            "parent": has["related-to"][0].value if "related-to" in has else None,
            "next": like(todo.due.value, [*islice(starts, 2)][1]) if starts else None,
        }


def by_ical(text: str) -> Iterator[Said]:
    (calendar,) = IcsCalendarStream.from_ics(text).calendars
    for todo in calendar.todos:
        yield {
            "uid": todo.uid,
            "summary": todo.summary,
            "description": todo.description or "",
            "due": plain(todo.due),
            "priority": todo.priority or 0,
            "categories": sorted(todo.categories),
            "completed": todo.completed is not None,
            "parent": todo.related_to[0].uid if todo.related_to else None,
        }


def second(rule: str | None, due: Any) -> str | None:
    """When a rule that begins there is due for the second time, by dateutil."""
    if not rule:
        return None
    start = due if isinstance(due, datetime) else datetime.combine(due, datetime.min.time())
    # Its own first day may be later.
    return like(due, next(each for each in rrulestr(rule, dtstart=start) if each > start))


def like(due: Any, moment: datetime) -> str | None:
    return plain(moment if isinstance(due, datetime) else moment.date())


class EverybodyUnderstandsTheSame(CalendarTestCase):
    maxDiff = None

    def setUp(self) -> None:
        super().setUp()
        self.todos = bodies([str(uuid7()) for _ in BODIES])
        operations = [{"op": "create", **body} for body in self.todos]
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations}).status_code, 200)

    def assert_understood(self, said: Callable[[str], Iterator[Said]], without: tuple[str, ...] = ()) -> None:
        found = {each["uid"]: each for each in said(read(self.address).written)}
        self.assertEqual(len(found), len(BODIES))
        for todo in map(understood, self.todos):
            with self.subTest(todo["summary"][:20]):
                expected = {name: value for name, value in todo.items() if name not in without}
                self.assertEqual({name: found[todo["uid"]][name] for name in expected}, expected)

    def test_by_icalendar(self):
        self.assert_understood(by_icalendar)

    def test_by_vobject(self):
        self.assert_understood(by_vobject)

    def test_by_ical_of_home_assistant(self):
        """Which has no alarms of todos, lets what repeats begin a day early, and splits categories at every comma."""
        self.todos = [todo for todo in self.todos if todo["title"] != "separators"]
        self.assert_understood(by_ical, without=("alarms", "next"))

    def test_by_ics(self):
        """Which knows neither rules nor categories of todos, and takes a time of no zone for one of UTC."""
        found = {todo.uid: todo for todo in ics.Calendar(read(self.address).written).todos}
        self.assertEqual(len(found), len(self.todos))
        for todo in map(understood, self.todos):
            with self.subTest(todo["summary"][:20]):
                said = found[todo["uid"]]
                self.assertEqual((said.name, said.description or ""), (todo["summary"], todo["description"]))
                self.assertEqual((said.priority or 0, len(said.alarms)), (todo["priority"], todo["alarms"]))
                self.assertEqual(said.status, "COMPLETED" if todo["completed"] else "NEEDS-ACTION")
                self.assertEqual(str(said.due and said.due.to("utc"))[:10], str(todo["due"])[:10])

    def test_as_events(self):
        text = read(f"{self.address}?as=events").written
        dated = [todo for todo in self.todos if todo.get("due_date") and not todo.get("completed")]
        titles = sorted(todo["title"] for todo in dated)

        events = Calendar.from_ical(text).walk("VEVENT")
        self.assertEqual(sorted(str(event["SUMMARY"]) for event in events), titles)
        (calendar,) = IcsCalendarStream.from_ics(text).calendars
        self.assertEqual(sorted(event.summary for event in calendar.events), titles)
        self.assertEqual(sorted(event.summary.value for event in vobject.readOne(text).vevent_list), titles)
        self.assertEqual(sorted(event.name for event in ics.Calendar(text).events), titles)
        for todo, event in ((todo, event) for todo in dated for event in events if event["SUMMARY"] == todo["title"]):
            self.assertEqual(plain(event["DTSTART"].dt), understood(todo)["due"])


class ClocksOfZones(SimpleTestCase):
    """What is said of a zone is what its clocks show, by a reader that knows nothing else of it."""

    named = ("Europe/Berlin", "America/New_York", "Africa/Casablanca", "Europe/Dublin", "Australia/Lord_Howe")
    others = ("Asia/Kathmandu", "Asia/Gaza", "America/Santiago", "Pacific/Chatham", "Antarctica/Troll", "Etc/GMT+5")

    def test_in_all_the_years(self):
        for zone in sorted(zones.known_zones() - {"UTC"}) if IS_THOROUGH else (*self.named, *self.others):
            with self.subTest(zone):
                self.assert_like_its_clocks(zone)

    def assert_like_its_clocks(self, zone: str) -> None:
        said = tzical(io.StringIO(timezone(zone, YEAR).decode().replace("\r\n", "\n"))).get()
        moment, step = datetime.fromisoformat(f"{YEAR - 5}-01-01"), timedelta(hours=41)
        while moment.year <= YEAR + 10:
            offsets = {moment.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)}
            # An hour that comes twice, or not at all, is left to each reader.
            if len(offsets) == 1:
                self.assertEqual({moment.replace(tzinfo=said).utcoffset()}, offsets, moment)
            moment += step


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"), min_size=1)
TIMES = st.times().map(lambda at: at.replace(microsecond=0, second=0, tzinfo=None))
RULES = st.sampled_from(
    (
        *("", "FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=9"),
        *("FREQ=YEARLY;UNTIL=20301231", "FREQ=MONTHLY;BYDAY=2TU"),
    )
)


@st.composite
def rows(draw: Any) -> Row:
    due = draw(st.none() | st.dates(date(1970, 1, 1), date(9998, 12, 31)))
    at = draw(st.none() | TIMES) if due else None
    rule = draw(RULES) if due else ""
    moment = datetime(YEAR, 1, 1, tzinfo=UTC)
    return Row(
        uid=uuid7(),
        version=draw(st.integers(1, 2**40)),
        title=draw(TEXTS),
        notes=draw(TEXTS),
        priority=draw(st.integers(0, 3)),
        completed_at=draw(st.none() | st.just(moment)),
        starts_on=draw(st.none() | st.dates(date(1970, 1, 1))),
        due_date=due,
        due_time=at,
        time_zone=draw(st.just("") | st.sampled_from(sorted(zones.known_zones()))) if at else "",
        rrule=rule,
        repeat_from=draw(st.sampled_from(("due", "completion"))),
        series_start=due if rule else None,
        occurrence_on=draw(st.just(due) | st.dates(due, min(due + timedelta(days=40), date.max))) if rule else None,
        occurrence_number=draw(st.integers(1, 8)) if rule else None,
        reminders=draw(st.sampled_from(("", '[{"minutes_before":10},{"at":"2026-11-30T18:00"}]'))) if due else "",
        created_at=moment,
        updated_at=moment,
        parent_uid=draw(st.none() | st.just(uuid7())),
        tag_names=draw(st.lists(TEXTS, max_size=3)),
    )


class AnyTodo(SimpleTestCase):
    @given(st.lists(rows(), min_size=1, max_size=4), st.sampled_from(["UTC", "America/Caracas"]))
    @settings(max_examples=2_000 if IS_THOROUGH else 100, deadline=None, derandomize=True)
    def test_comes_back(self, todos: list[Row], reader_zone: str) -> None:
        text = b"".join(pieces([todos], Kind.TODOS, reader_zone, date(YEAR, 11, 27)))

        self.assertLessEqual(max(map(len, text.split(b"\r\n"))), 75)
        for row, said in zip(todos, by_icalendar(text.decode()), strict=True):
            self.assertEqual((said["uid"], said["summary"]), (f"{row.uid}@todos", row.title))
            self.assertEqual((said["description"], said["categories"]), (row.notes, sorted(row.tag_names)))
            self.assertEqual(said["due"], due_of(row))


def due_of(row: Row) -> str | None:
    if row.due_date is None or row.due_time is None or not row.time_zone:
        return plain(row.due_date if row.due_time is None else datetime.combine(row.due_date, row.due_time))
    return plain(zones.instant(row.due_date, row.due_time, row.time_zone))
