"""What a calendar says of todos, read as a calendar reads it: an address and no token."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client, SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tests.todos.case import TodosTestCase
from tests.todos.test_calendar_address import address_of, read
from todos import clock
from todos.calendar import lines
from todos.models import Todo

# A Friday.
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DUE = {"due_date": "2026-12-01"}
AT_NINE = {**DUE, "due_time": "09:00"}
IN_BERLIN = {**AT_NINE, "time_zone": "Europe/Berlin"}
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029", include_characters="\n\t")
)
# Everything that a program may take for the end of a line.
ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


class CalendarTestCase(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(clock.stopped_at(NOW))
        self.address = address_of(self.alice)

    def written(self, query: str = "") -> str:
        response = read(self.address + query)
        self.assertEqual(response.status_code, 200, response.content if not response.streaming else "")
        return unfolded(response.written)

    def lines_of(self, todo: dict[str, Any], query: str = "") -> list[str]:
        """Those of the todo's component, between its begin and its end."""
        kind = "VEVENT" if "events" in query else "VTODO"
        found = re.findall(rf"BEGIN:{kind}\r\n(.*?)\r\nEND:{kind}\r\n", self.written(query), re.DOTALL)
        return next(each.split("\r\n") for each in found if each.startswith(f"UID:{todo['id']}@"))

    def of(self, query: str = "", **values: Any) -> list[str]:
        return self.lines_of(self.alice.todo(**values), query)

    def assert_has(self, found: list[str], *expected: str) -> None:
        self.assertLessEqual(set(expected), set(found), found)

    def assert_has_none(self, found: list[str], *names: str) -> None:
        self.assertEqual([line for line in found if line.startswith(names)], [])

    def moved(self, todo: dict[str, Any], day: str, query: str = "") -> list[str]:
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", {"due_date": day}).status_code, 200)
        return self.lines_of(todo, query)


def unfolded(text: str) -> str:
    return text.replace("\r\n ", "")


class OneTodo(CalendarTestCase):
    def test_everything_about_it(self):
        todo = self.alice.todo(title="Buy milk", notes="Two litres", priority=3, tags=["Errands", "home"], **DUE)

        self.assertEqual(
            self.lines_of(todo),
            [
                f"UID:{todo['id']}@todos",
                "DTSTAMP:20261127T120000Z",
                "CREATED:20261127T120000Z",
                "LAST-MODIFIED:20261127T120000Z",
                f"SEQUENCE:{todo['version']}",
                "SUMMARY:Buy milk",
                "DESCRIPTION:Two litres",
                "CATEGORIES:Errands,home",
                "PRIORITY:1",
                "STATUS:NEEDS-ACTION",
                "PERCENT-COMPLETE:0",
                "DUE;VALUE=DATE:20261201",
            ],
        )

    def test_the_calendar_has_a_name_and_says_when_to_ask_again(self):
        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})
        found = self.written().split("\r\n")

        self.assertEqual(found[:2], ["BEGIN:VCALENDAR", "VERSION:2.0"])
        self.assert_has(found, "X-WR-CALNAME:Todos", "X-WR-TIMEZONE:Asia/Tokyo")
        self.assert_has(found, "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")
        self.assertEqual(found[-2:], ["END:VCALENDAR", ""])

    def test_priorities_as_others_count_them(self):
        for priority, line in ((3, "PRIORITY:1"), (2, "PRIORITY:5"), (1, "PRIORITY:9")):
            self.assert_has(self.of(priority=priority), line)
        self.assert_has_none(self.of(priority=0), "PRIORITY")

    def test_a_time_has_three_forms(self):
        self.assert_has(self.of(**AT_NINE), "DUE:20261201T090000")
        self.assert_has(self.of(**IN_BERLIN), "DUE;TZID=Europe/Berlin:20261201T090000")
        self.assert_has(self.of(**AT_NINE, time_zone="UTC"), "DUE:20261201T090000Z")
        self.assert_has_none(self.of(), "DUE", "DTSTART")

    def test_the_day_from_which_it_is_shown_has_the_form_of_the_due_date(self):
        start = {"starts_on": "2026-11-29"}
        self.assert_has(self.of(**start), "DTSTART;VALUE=DATE:20261129")
        self.assert_has(self.of(**start, **DUE), "DTSTART;VALUE=DATE:20261129")
        self.assert_has(self.of(**start, **AT_NINE), "DTSTART:20261129T000000")
        self.assert_has(self.of(**start, **IN_BERLIN), "DTSTART;TZID=Europe/Berlin:20261129T000000")

    def test_a_start_that_is_not_before_the_due_date_is_left_out(self):
        self.assert_has_none(self.of(starts_on="2026-12-01", **DUE), "DTSTART")
        self.assert_has_none(self.of(starts_on="2026-12-01", due_date="2026-12-01", due_time="00:00"), "DTSTART")
        self.assert_has(self.of(starts_on="2026-12-01", **AT_NINE), "DTSTART:20261201T000000")

    def test_a_completed_one(self):
        todo = self.alice.todo(**DUE, reminders=[{"minutes_before": 5}])
        self.alice.post(f"/todos/{todo['id']}/complete")

        found = self.lines_of(todo)
        self.assert_has(found, "STATUS:COMPLETED", "COMPLETED:20261127T120000Z", "PERCENT-COMPLETE:100")
        self.assert_has_none(found, "BEGIN:VALARM")

    def test_a_subtask_names_its_parent(self):
        parent = self.alice.todo()

        self.assert_has(self.of(parent=parent["id"]), f"RELATED-TO:{parent['id']}@todos")

    def test_reminders_are_alarms(self):
        reminders = [{"minutes_before": 10}, {"minutes_before": 0}, {"at": "2026-11-30T18:00"}]
        found = self.of(title="Call", **IN_BERLIN, reminders=reminders)

        self.assertEqual(found.count("BEGIN:VALARM"), 3)
        self.assert_has(found, "ACTION:DISPLAY", "DESCRIPTION:Call", "TRIGGER;RELATED=END:-PT10M")
        self.assert_has(found, "TRIGGER;RELATED=END:PT0M", "TRIGGER;VALUE=DATE-TIME:20261130T170000Z")

    def test_alarms_of_a_whole_day_count_from_its_midnight(self):
        found = self.of(**DUE, reminders=[{"minutes_before": 420}, {"minutes_before": -540}])

        self.assert_has(found, "TRIGGER;RELATED=END:-PT420M", "TRIGGER;RELATED=END:PT540M")

    def test_an_alarm_is_silent_while_the_todo_is_hidden(self):
        found = self.of(**DUE, starts_on="2026-11-30", reminders=[{"minutes_before": 1440}, {"minutes_before": 1441}])

        self.assertEqual([line for line in found if line.startswith("TRIGGER")], ["TRIGGER;RELATED=END:-PT1440M"])


class Repeating(CalendarTestCase):
    def test_the_rule_goes_on_from_the_due_date(self):
        found = self.of(**IN_BERLIN, rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU")

        due = ";TZID=Europe/Berlin:20261201T090000"
        self.assert_has(found, "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", f"DTSTART{due}", f"DUE{due}")

    def test_the_end_has_the_form_that_the_due_date_asks_for(self):
        rule = {"rrule": "FREQ=DAILY;UNTIL=20261224"}
        self.assert_has(self.of(**DUE, **rule), "RRULE:FREQ=DAILY;UNTIL=20261224")
        self.assert_has(self.of(**AT_NINE, **rule), "RRULE:FREQ=DAILY;UNTIL=20261224T090000")
        self.assert_has(self.of(**IN_BERLIN, **rule), "RRULE:FREQ=DAILY;UNTIL=20261224T080000Z")
        self.assert_has(self.of(**AT_NINE, time_zone="UTC", **rule), "RRULE:FREQ=DAILY;UNTIL=20261224T090000Z")

    def test_a_count_is_of_what_is_left(self):
        todo = self.alice.todo(**DUE, rrule="FREQ=DAILY;COUNT=3")
        self.assert_has(self.lines_of(todo), "RRULE:FREQ=DAILY;COUNT=3")

        self.alice.post(f"/todos/{todo['id']}/complete")
        self.assert_has(self.lines_of(todo), "DUE;VALUE=DATE:20261202", "RRULE:FREQ=DAILY;COUNT=2")

        self.alice.post(f"/todos/{todo['id']}/complete")
        self.assert_has(self.lines_of(todo), "DUE;VALUE=DATE:20261203")
        self.assert_has_none(self.lines_of(todo), "RRULE", "DTSTART")

    def test_nothing_follows_the_last_day(self):
        todo = self.alice.todo(**DUE, rrule="FREQ=DAILY;UNTIL=20261202")
        self.alice.post(f"/todos/{todo['id']}/complete")

        self.assert_has_none(self.lines_of(todo), "RRULE")

    def test_a_postponed_occurrence_keeps_the_days_of_its_series(self):
        todo = self.alice.todo(**DUE, rrule="FREQ=MONTHLY")

        found = self.moved(todo, "2026-12-05")
        self.assert_has(found, "DUE;VALUE=DATE:20261205", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1")

    def test_an_occurrence_that_was_brought_forward_does_not_come_again(self):
        todo = self.alice.todo(due_date="2026-12-15", rrule="FREQ=WEEKLY")

        found = self.moved(todo, "2026-12-14")
        self.assert_has(found, "RRULE:FREQ=WEEKLY;BYDAY=TU", "EXDATE;VALUE=DATE:20261215")

    def test_a_moved_occurrence_is_not_counted_in_two_ways(self):
        todo = self.alice.todo(**DUE, rrule="FREQ=WEEKLY;COUNT=3")

        self.assert_has(self.moved(todo, "2026-12-03"), "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261215")

    def test_a_first_day_that_the_rule_does_not_name_is_not_counted_in_two_ways(self):
        for repeat_from in ("due", "completion"):
            with self.subTest(repeat_from):
                found = self.of(**DUE, rrule="FREQ=WEEKLY;BYDAY=FR;COUNT=3", repeat_from=repeat_from)

                self.assert_has(found, "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20261211")

    def test_a_rule_that_nobody_would_understand_is_left_out(self):
        """Every second week, but from another one on; or with more days to leave out than the occurrence's own."""
        for rule, day in (
            ("FREQ=WEEKLY;INTERVAL=2", "2026-12-08"),
            ("FREQ=DAILY", "2026-11-28"),
            ("FREQ=DAILY;UNTIL=20261203", "2026-12-04"),
            ("FREQ=DAILY;COUNT=2", "2026-12-02"),
        ):
            todo = self.alice.todo(**DUE, rrule=rule)
            with self.subTest(rule):
                found = self.moved(todo, day)
                self.assert_has(found, f"DUE;VALUE=DATE:{day.replace('-', '')}")
                self.assert_has_none(found, "RRULE", "EXDATE")

    def test_what_counts_from_its_completion_goes_on_from_wherever_it_was_moved(self):
        todo = self.alice.todo(**DUE, rrule="FREQ=WEEKLY;INTERVAL=2", repeat_from="completion")

        self.assert_has(self.moved(todo, "2026-12-10"), "RRULE:FREQ=WEEKLY;INTERVAL=2")


class NothingFollows(CalendarTestCase):
    def test_the_last_of_the_calendar_moved_is_written(self):
        todo = self.alice.todo(rrule="FREQ=YEARLY;COUNT=5", due_date="9997-06-01")
        self.assertEqual(self.alice.post(f"/todos/{todo['id']}/skip").status_code, 200)

        self.assert_has_none(self.moved(todo, "9998-05-20"), "RRULE")

    def test_minutes_without_a_date_are_silent(self):
        todo = self.alice.todo(due_date="2026-12-01", starts_on="2026-01-01", reminders=[{"minutes_before": 10}])
        Todo.objects.filter(uid=todo["id"]).update(due_date=None)

        self.assert_has_none(self.lines_of(todo), "BEGIN:VALARM", "TRIGGER")


class AsEvents(CalendarTestCase):
    def test_a_day_and_a_moment(self):
        day, moment = self.of("?as=events", **DUE), self.of("?as=events", title="Call", priority=2, **IN_BERLIN)

        self.assert_has(day, "DTSTART;VALUE=DATE:20261201", "DURATION:P1D", "TRANSP:TRANSPARENT")
        self.assert_has(moment, "DTSTART;TZID=Europe/Berlin:20261201T090000", "DURATION:PT15M", "SUMMARY:Call")
        self.assert_has(moment, "TRANSP:TRANSPARENT", "PRIORITY:5")
        self.assert_has_none(day + moment, "DUE", "STATUS", "PERCENT-COMPLETE", "COMPLETED")

    def test_what_repeats_and_reminds(self):
        found = self.of("?as=events", **DUE, rrule="FREQ=DAILY", reminders=[{"minutes_before": 60}])

        self.assert_has(found, "RRULE:FREQ=DAILY", "TRIGGER:-PT60M")

    def test_what_has_no_date_or_is_done_is_no_event(self):
        done = self.alice.todo(**DUE)
        self.alice.todo()
        self.alice.post(f"/todos/{done['id']}/complete")

        self.assertNotIn("VEVENT", self.written("?as=events"))

    def test_other_forms_are_refused_by_name(self):
        for query, code in (("as=tasks", "invalid_choice"), ("as=", "empty"), ("nocache=1", "unknown_parameter")):
            with self.subTest(query):
                response = Client().get(f"{self.address}?{query}")
                self.assert_fault(response, f"/{query.partition('=')[0]}", code)


class WhichTodos(CalendarTestCase):
    def assert_titles(self, *titles: str) -> None:
        self.assertEqual(sorted(re.findall(r"\r\nSUMMARY:(.*)\r\n", self.written())), sorted(titles))

    def test_neither_those_in_the_trash_nor_those_of_archived_lists(self):
        shelved = self.alice.make("lists")
        self.alice.todo(title="shelved", list=shelved["id"])
        trashed = self.alice.todo(title="trashed")
        self.alice.todo(title="here")
        self.alice.patch(f"/lists/{shelved['id']}", {"archived": True})
        self.alice.delete(f"/todos/{trashed['id']}")

        self.assert_titles("here")

    def test_completed_ones_for_ninety_days(self):
        for title, days in (("lately", 90), ("long ago", 91)):
            todo = self.alice.todo(title=title)
            with clock.stopped_at(NOW - timedelta(days=days)):
                self.alice.post(f"/todos/{todo['id']}/complete")

        self.assert_titles("lately")

    def test_nobody_elses(self):
        self.mallory.todo(title="Mallory's", tags=["hers"])
        self.alice.todo(title="Alice's")

        self.assert_titles("Alice's")

    def test_each_once_however_many_there_are(self):
        titles = [f"number {number}" for number in range(450)]
        first = Todo.objects.get(uid=self.alice.todo(title=titles[0])["id"])
        copies = [Todo.objects.get(pk=first.pk) for _ in titles[1:]]
        for copy, title in zip(copies, titles[1:], strict=True):
            copy.pk, copy.uid, copy.title = None, Todo._meta.get_field("uid").default(), title
        Todo.objects.bulk_create(copies)

        self.assert_titles(*titles)

    def test_those_that_begin_later_are_there_with_their_start(self):
        self.alice.todo(title="later", starts_on="2027-01-01")

        self.assert_titles("later")


class Unchanged(CalendarTestCase):
    def test_what_has_not_changed_is_a_304_without_a_look_at_the_todos(self):
        self.alice.todo()
        tag = read(self.address)["ETag"]

        with self.assertNumQueries(1):
            response = read(self.address, **{"If-None-Match": tag})

        self.assertEqual((response.status_code, response.content, response["ETag"]), (304, b"", tag))

    def test_a_change_is_not(self):
        tags = [read(self.address)["ETag"]]
        todo = self.alice.todo()
        tags.append(read(self.address)["ETag"])
        self.alice.post(f"/todos/{todo['id']}/complete")
        tags.append(read(self.address)["ETag"])
        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})
        tags += [read(self.address)["ETag"], read(f"{self.address}?as=events")["ETag"]]

        self.assertEqual(len(set(tags)), 5)
        for tag in tags[:-2]:
            self.assertEqual(read(self.address, **{"If-None-Match": tag}).status_code, 200)

    def test_on_the_next_day_it_is_read_anew(self):
        tag = read(self.address)["ETag"]

        with clock.stopped_at(NOW + timedelta(days=1)):
            self.assertEqual(read(self.address, **{"If-None-Match": tag}).status_code, 200)

    def test_what_has_not_changed_is_the_same_to_the_byte(self):
        self.alice.todo(**IN_BERLIN)
        first = read(self.address).written

        with clock.stopped_at(NOW + timedelta(days=1)):
            self.assertEqual(read(self.address).written, first)

    def test_headers(self):
        response = read(self.address)

        self.assertEqual(response["Cache-Control"], "private, no-cache")
        self.assertEqual(response["Referrer-Policy"], "no-referrer")
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        self.assertNotIn("Content-Length", response)

    def test_head_has_the_headers_and_reads_no_todo(self):
        expected = dict(read(self.address, **{"X-Request-ID": "same"}).headers)

        with self.assertNumQueries(1):
            response = Client().head(self.address, headers={"X-Request-ID": "same"})

        self.assertEqual((response.getvalue(), dict(response.headers)), (b"", expected))

    def test_whatever_a_program_would_rather_have_it_gets_a_calendar(self):
        for accept in ("text/calendar", "text/html", "application/xml;q=0.1", "nonsense"):
            response = read(self.address, Accept=accept)
            self.assertEqual(response["Content-Type"], "text/calendar; charset=utf-8")


class TextsStayTexts(CalendarTestCase):
    def test_lines_have_75_octets_at_most_and_no_character_is_cut(self):
        title = "Käse für die Fondue-Pärty 🧀 " * 15
        self.alice.todo(title=title.strip(), notes="🧀" * 300)

        octets = read(self.address).written.encode()
        self.assertLessEqual(max(map(len, octets.split(b"\r\n"))), 75)
        for line in octets.split(b"\r\n"):
            line.decode()
        self.assertIn(f"SUMMARY:{title.strip()}", unfolded(octets.decode()))

    def test_nothing_in_a_text_is_a_line(self):
        evil = "x{end}END:VTODO{end}BEGIN:VTODO{end}SUMMARY:injected"
        for number, end in enumerate(ENDS):
            # Past the API, which refuses most of these.
            todo = Todo.objects.get(uid=self.alice.todo(title=f"{number}", tags=["a"])["id"])
            Todo.objects.filter(pk=todo.pk).update(title=evil.format(end=end), notes=evil.format(end=end + "\n"))

        written = read(self.address).written
        self.assertEqual(written.splitlines().count("BEGIN:VTODO"), len(ENDS))
        self.assertEqual([line for line in written.splitlines() if line.startswith("SUMMARY:injected")], [])
        self.assertEqual(len(Calendar.from_ical(written).walk("VTODO")), len(ENDS))

    def test_separators_and_backslashes_are_kept(self):
        title, tags = r"a;b,c\d\n:e", ["x,y", "a;b", "c\\d"]
        self.alice.todo(title=title, notes=f"{title}\n{title}", tags=tags)

        (found,) = Calendar.from_ical(read(self.address).written).walk("VTODO")
        self.assertEqual(str(found["SUMMARY"]), title)
        self.assertEqual(str(found["DESCRIPTION"]), f"{title}\n{title}")
        self.assertEqual(sorted(map(str, found["CATEGORIES"].cats)), sorted(tags))


class AnyText(SimpleTestCase):
    @given(TEXTS)
    @settings(max_examples=300, deadline=None, derandomize=True)
    def test_comes_back(self, text):
        written = lines.component("VTODO", [f"DESCRIPTION:{lines.text(text)}"])

        self.assertLessEqual(max(map(len, written.split(b"\r\n"))), 75)
        self.assertEqual(str(Calendar.from_ical(written)["DESCRIPTION"]), text)
