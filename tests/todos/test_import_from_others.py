"""Files as other products' documentation describes them, and broken ones."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock
from uuid import uuid4

from tests.todos.case import API, TodosTestCase
from tests.todos.raw_rows import rows_of
from todos.transfer.foreign import drafts

PLACE = "/value/0/tasks/0/recurrence"
TYPES = {"icalendar": "text/calendar", "todoist": "text/csv", "google": "application/json"}
HEADINGS = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"
TODOIST = f"""{HEADINGS},NEW_COLUMN
section,Kitchen,,,,,,,,,
task,Buy milk @shop,"the oat one, please",1,1,Evan (1),,2026-12-01,en,Europe/Berlin,x
note,"two
lines",,,,,,,,,
task,Cut it,,4,2,Evan (1),,2026-12-01 09:30,en,,
task,Water plants,,3,1,Evan (1),,every day,en,,
"""
GOOGLE: dict[str, Any] = {
    "kind": "tasks#taskLists",
    "items": [
        {
            "kind": "tasks#tasks",
            "id": "L1",
            "title": "Home",
            "updated": "2026-01-02T03:04:05.678Z",
            "items": [
                {"kind": "tasks#task", "id": "T1", "title": "Paint", "notes": "blue", "status": "needsAction",
                 "due": "2026-12-01T00:00:00Z", "updated": "2026-01-02T03:04:05.678Z"},
                {"kind": "tasks#task", "id": "T2", "title": "Buy paint", "status": "completed", "parent": "T1",
                 "completed": "2026-01-03T00:00:00Z", "updated": "2026-01-03T00:00:00Z", "hidden": True},
                {"kind": "tasks#task", "id": "T3", "title": "", "status": "needsAction"},
                {"kind": "tasks#task", "id": "T4", "title": "gone", "deleted": True},
            ],
        }
    ],
}  # fmt: skip
MICROSOFT: dict[str, Any] = {
    "value": [
        {
            "id": "AQ1",
            "displayName": "Tasks",
            "wellknownListName": "defaultList",
            "tasks": [
                {
                    "id": "M1", "title": "Report", "importance": "high", "status": "notStarted",
                    "body": {"content": "by mail", "contentType": "text"}, "categories": ["Work"],
                    "createdDateTime": "2026-01-02T03:04:05.1234567Z",
                    "lastModifiedDateTime": "2026-01-02T03:04:05.1234567Z",
                    "dueDateTime": {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"},
                    "isReminderOn": True,
                    "reminderDateTime": {"dateTime": "2026-11-30T08:00:00.0000000", "timeZone": "UTC"},
                    "recurrence": {"pattern": {"type": "daily", "interval": 1}},
                    "checklistItems": [{"id": "C1", "displayName": "Figures", "isChecked": True}],
                }
            ],
        }
    ]
}  # fmt: skip
ICALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Garden\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
END:VTIMEZONE\r
BEGIN:VTODO\r
UID:one@example.com\r
SUMMARY:Water\\, then\r
  weed\r
DESCRIPTION:a\\nb\\;c\r
DUE;TZID=Europe/Berlin:20261201T093000\r
PRIORITY:1\r
CATEGORIES:out,green\r
RRULE:FREQ=WEEKLY;BYDAY=TU\r
CREATED:20260102T030405Z\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
END:VALARM\r
END:VTODO\r
BEGIN:VTODO\r
UID:two@example.com\r
SUMMARY:Dig\r
DUE;VALUE=DATE:20261202\r
RELATED-TO:one@example.com\r
STATUS:COMPLETED\r
COMPLETED:20260103T000000Z\r
RRULE:FREQ=HOURLY\r
END:VTODO\r
BEGIN:VEVENT\r
SUMMARY:A party\r
END:VEVENT\r
END:VCALENDAR\r
"""


class FromOthers(TodosTestCase):
    def send(self, name: str, body: Any, query: str = "", content_type: str = "") -> Any:
        body = body if isinstance(body, str | bytes) else json.dumps(body)
        content_type = content_type or TYPES.get(name, "application/json")
        return self.alice.client.generic("POST", f"{API}/me/import?from={name}{query}", body, content_type)

    def bring(self, name: str, body: Any) -> dict[str, Any]:
        """What is there afterwards, by title; a second time adds nothing."""
        response = self.send(name, body)
        self.assertEqual(response.status_code, 200, response.content)
        self.report = response.json()
        stored = rows_of(self.alice.user)
        again = self.send(name, body).json()
        self.assertEqual((again["todos"]["new"], again["lists"]["new"]), (0, 0))
        self.assertEqual(rows_of(self.alice.user), stored)
        return {todo["title"]: todo for todo in self.alice.get("/todos").json()["results"]}

    def assert_has(self, todo: dict[str, Any], **values: Any) -> None:
        self.assertEqual({name: todo[name] for name in values}, values)

    def codes(self) -> list[tuple[str, str]]:
        return [(note["place"], note["code"]) for note in self.report["notes"]]

    def test_todoist(self):
        todos = self.bring("todoist", TODOIST)

        milk = todos["Buy milk"]
        (kitchen,) = [each for each in self.alice.get("/lists").json()["results"] if each["name"] == "Kitchen"]
        self.assert_has(milk, priority=3, due_date="2026-12-01", tags=["shop"], list=kitchen["id"])
        self.assertEqual(milk["notes"], "the oat one, please\n\ntwo\nlines")
        self.assert_has(todos["Cut it"], parent=milk["id"], due_time="09:30", priority=0)
        self.assert_has(todos["Water plants"], due_date=None, notes="Due: every day", priority=1)
        self.assertEqual(self.codes(), [("line 7", "date_in_words")])

    def test_todoist_by_the_section_and_the_zone(self):
        columns = "TYPE,CONTENT,INDENT,DATE,TIMEZONE"
        rows = (
            "task,before,1,2026-12-01 09:30,Europe/Berlin",
            "section,Kitchen,,,",
            "task,there,2,2026-12-01T09:30:00Z,Europe/Berlin",
            "task,below,2,2026-12-01 09:30 Asia/Tokyo,Europe/Berlin",
            "section,Garden,,,",
            "task,far,1,2026-12-01T23:30+09:00,",
            "task,nowhere,1,2026-12-01 09:30,Atlantis",
            "task,day,1,2026-12-01,Europe/Berlin",
            "task,end,1,9999-12-31T23:59-12:00,",
            "section,,,,",
            "task,after,1,,",
        )

        todos = self.bring("todoist", "\n".join((columns, *rows)))

        lists = {each["id"]: each["name"] for each in self.alice.get("/lists").json()["results"]}
        names = {title: lists[todo["list"]] for title, todo in todos.items()}
        where = {"before": "Inbox", "there": "Kitchen", "below": "Kitchen", "far": "Garden", "after": "Inbox"}
        self.assertEqual({title: names[title] for title in where}, where)
        self.assertEqual((todos["there"]["parent"], todos["below"]["parent"]), (None, todos["there"]["id"]))
        shown = {title: (todo["due_date"], todo["due_time"], todo["time_zone"]) for title, todo in todos.items()}
        self.assertEqual(shown["before"], ("2026-12-01", "09:30", "Europe/Berlin"))
        self.assertEqual(shown["there"], ("2026-12-01", "10:30", "Europe/Berlin"))
        self.assertEqual(shown["below"], ("2026-12-01", "09:30", "Asia/Tokyo"))
        self.assertEqual(shown["far"], ("2026-12-01", "14:30", "UTC"))
        self.assertEqual(shown["nowhere"], ("2026-12-01", "09:30", None))
        self.assertEqual(shown["day"], ("2026-12-01", None, None))
        self.assertEqual((shown["end"][0], self.codes()), (None, [("line 10", "date_in_words")]))

    def test_todoist_as_excel_saves_it_as_unicode(self):
        for encoding in ("utf-16-le", "utf-16-be"):
            with self.subTest(encoding):
                text = f"\ufeffTYPE\tCONTENT\tPRIORITY\r\ntask\tKäse, {encoding}; viel\t1\r\n"

                self.assert_has(self.bring("todoist", text.encode(encoding))[f"Käse, {encoding}; viel"], priority=3)

    def test_todoist_with_semicolons_a_byte_order_mark_and_crlf(self):
        rows = TODOIST.replace(",please", "").replace(", please", "").replace(",", ";").replace("\n", "\r\n")

        self.assertIn("Buy milk", self.bring("todoist", b"\xef\xbb\xbf" + rows.encode()))

    def test_google(self):
        todos = self.bring("google", GOOGLE)

        (home,) = [each for each in self.alice.get("/lists").json()["results"] if each["name"] == "Home"]
        self.assert_has(todos["Paint"], due_date="2026-12-01", notes="blue", list=home["id"])
        self.assert_has(todos["Buy paint"], parent=todos["Paint"]["id"], completed_at="2026-01-03T00:00:00Z")
        self.assertEqual((len(todos), self.codes()), (2, [("/items/0/items/2", "no_title")]))

    def test_microsoft(self):
        todos = self.bring("microsoft", MICROSOFT)

        report = todos["Report"]
        self.assert_has(report, priority=3, notes="by mail", due_date="2026-12-01", tags=["Work"])
        self.assert_has(report, reminders=[{"at": "2026-11-30T08:00"}], created_at="2026-01-02T03:04:05.123456Z")
        self.assert_has(todos["Figures"], parent=report["id"], completed=True)
        self.assert_has(report, rrule="FREQ=DAILY")
        self.assertEqual(self.codes(), [])

    def test_microsoft_as_it_repeats(self):
        weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        for pattern, span, expected in (
            ({"type": "daily", "interval": 3}, {"type": "noEnd"}, "FREQ=DAILY;INTERVAL=3"),
            ({"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}, None, "FREQ=WEEKLY;BYDAY=TU"),
            ({"type": "weekly", "interval": 2, "daysOfWeek": ["Monday", "friday"], "firstDayOfWeek": "monday"}, None,
             "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"),
            ({"type": "weekly", "interval": 2, "daysOfWeek": ["monday"], "firstDayOfWeek": "sunday"}, None,
             "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU"),
            ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, None, "FREQ=MONTHLY;BYMONTHDAY=31"),
            ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "last"}, None,
             "FREQ=MONTHLY;BYDAY=-1TU"),
            ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": weekdays, "index": "first"}, None,
             "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"),
            ({"type": "absoluteYearly", "interval": 1, "month": 12, "dayOfMonth": 24}, None,
             "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24"),
            ({"type": "relativeYearly", "interval": 1, "month": 3, "daysOfWeek": ["sunday"], "index": "second"}, None,
             "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
            ({"type": "daily", "interval": 1}, {"type": "endDate", "endDate": "2026-12-31"},
             "FREQ=DAILY;UNTIL=20261231"),
            ({"type": "daily", "interval": 1},
             {"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 5}, "FREQ=DAILY;COUNT=5"),
        ):  # fmt: skip
            with self.subTest(pattern, span=span):
                self.assertEqual(self.repeating({"pattern": pattern, "range": span}), (expected, []))

    def test_microsoft_as_nothing_here_repeats(self):
        daily = {"type": "daily", "interval": 1}
        for recurrence, code in (
            ({"pattern": {"type": "hourly", "interval": 1}}, "not_repeating"),
            ({"pattern": {"type": "daily", "interval": "1"}}, "not_repeating"),
            ({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": []}}, "not_repeating"),
            ({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["someday"]}}, "not_repeating"),
            ({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"] * 99}}, "not_repeating"),
            ({"pattern": daily, "range": {"type": "numbered", "startDate": "2026-11-01", "numberOfOccurrences": 5}},
             "not_repeating"),
            ({"pattern": daily, "range": [1]}, "not_repeating"),
            ("daily", "not_repeating"),
            ({"pattern": {"type": "daily", "interval": 10**18}}, "rrule_interval"),
            ({"pattern": {"type": "daily", "interval": -1}}, "rrule_interval"),
            ({"pattern": daily, "range": {"type": "endDate", "endDate": "2026-13-31"}}, "rrule_until"),
            ({"pattern": daily, "range": {"type": "endDate", "endDate": "1" * 500}}, "rrule_too_long"),
            ({"pattern": daily, "range": {"type": "endDate", "endDate": "2026-12-01"}}, "rrule_empty"),
            ({"pattern": {"type": "relativeYearly", "interval": 1, "month": 3, "daysOfWeek": ["sunday", "monday"]}},
             "rrule_bysetpos"),
        ):  # fmt: skip
            with self.subTest(recurrence):
                self.assertEqual(self.repeating(recurrence), (None, [(PLACE, code)]))

    def test_microsoft_without_a_day_and_done(self):
        recurrence = {"pattern": {"type": "daily", "interval": 1}}

        self.assertEqual(self.repeating(recurrence, dueDateTime=None)[1], [(PLACE, "rrule_needs_date")])
        self.assertEqual(self.repeating(recurrence, status="completed"), (None, []))

    def repeating(self, recurrence: Any, **values: Any) -> tuple[str | None, list[tuple[str, str]]]:
        due = {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}
        task = {"id": str(uuid4()), "title": str(uuid4()), "dueDateTime": due, "recurrence": recurrence, **values}
        todos = self.bring("microsoft", {"value": [{"id": "L", "displayName": "l", "tasks": [task]}]})
        return todos[task["title"]]["rrule"], self.codes()

    def test_icalendar(self):
        todos = self.bring("icalendar", ICALENDAR)

        water = todos["Water, then weed"]
        self.assert_has(water, notes="a\nb;c", due_date="2026-12-01", due_time="09:30", time_zone="Europe/Berlin")
        self.assert_has(water, rrule="FREQ=WEEKLY;BYDAY=TU", priority=3, tags=["green", "out"])
        self.assert_has(water, reminders=[{"minutes_before": 15}], created_at="2026-01-02T03:04:05Z")
        self.assert_has(todos["Dig"], parent=water["id"], due_date="2026-12-02", completed=True, rrule=None)
        self.assertEqual((len(todos), self.codes()), (2, [("line 29", "rrule_freq")]))

    def test_icalendar_without_the_parts_that_are_wrong(self):
        todos = self.bring(
            "icalendar",
            "\n".join(
                (
                    "BEGIN:VCALENDAR",
                    "X-WR-CALNAME:\u200b\u2060",
                    *("BEGIN:VTODO", "UID:1", "SUMMARY:once", "DUE:20261201", "RRULE:FREQ=DAILY;COUNT=1", "END:VTODO"),
                    *(
                        "BEGIN:VTODO",
                        "UID:2",
                        "SUMMARY:never",
                        "DUE:20261201",
                        "RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2",
                    ),
                    "END:VTODO",
                    *("BEGIN:VTODO", "UID:3", "SUMMARY:meeting", "CATEGORIES:a,\u200b"),
                    'ATTENDEE;MEMBER="mailto:a@example.com","mailto:b@example.com";CN=x,"y:z":mailto:c@example.com',
                    *("BEGIN:VALARM", "TRIGGER:-PT15M", "END:VALARM", "END:VTODO", "END:VCALENDAR"),
                )
            ),
        )

        (garden,) = [each for each in self.alice.get("/lists").json()["results"] if not each["is_inbox"]]
        self.assertEqual((garden["name"], {each["list"] for each in todos.values()}), ("icalendar", {garden["id"]}))
        self.assertEqual([todos[title]["rrule"] for title in ("once", "never")], [None, None])
        self.assert_has(todos["meeting"], tags=["a"], reminders=[])
        expected = ["no_name", "rrule_empty", "rrule_empty", "reminder_needs_date", "no_tag_name"]
        self.assertEqual([code for _, code in self.codes()], expected)

    def test_lists_whose_names_show_nothing_are_called_by_the_product(self):
        for name, body in (
            ("google", {"items": [{"id": "L", "title": "\u200b", "items": [{"id": "T", "title": "x"}]}]}),
            ("microsoft", {"value": [{"id": "L", "displayName": "\u200b", "tasks": [{"id": "T", "title": "y"}]}]}),
        ):
            with self.subTest(name):
                self.bring(name, body)
                self.assertEqual([code for _, code in self.codes()], ["no_name"])
                self.assertIn(name, [each["name"] for each in self.alice.get("/lists").json()["results"]])

    def test_more_series_than_can_begin_at_once_are_noted(self):
        tasks = (
            f"BEGIN:VTODO\nUID:{number}\nSUMMARY:{number}\nDUE:20261201\nRRULE:FREQ=DAILY;INTERVAL={number}\nEND:VTODO"
            for number in (1, 2, 3)
        )
        with mock.patch.object(drafts, "MOST_BEGUN", 2):
            todos = self.bring("icalendar", "\n".join(("BEGIN:VCALENDAR", *tasks, "END:VCALENDAR")))

        self.assertEqual((todos["2"]["rrule"], todos["3"]["rrule"]), ("FREQ=DAILY;INTERVAL=2", None))
        self.assertEqual([code for _, code in self.codes()], ["too_many_rules"])

    def test_a_tag_of_joined_signs_is_one(self):
        family = "\U0001f469\u200d\U0001f467"
        task = {"id": "T", "title": "x", "categories": [family]}

        self.assert_has(self.bring("microsoft", {"value": [{"id": "L", "tasks": [task]}]})["x"], tags=[family])

    def test_a_dry_run_changes_nothing(self):
        stored = rows_of(self.alice.user)

        report = self.send("todoist", TODOIST, "&dry_run=true").json()

        self.assertEqual((report["todos"]["new"], report["note_count"]), (3, 1))
        self.assertEqual(report["sample"], ["Buy milk", "Water plants", "Cut it"])
        self.assertEqual(rows_of(self.alice.user), stored)

    def test_broken_files_are_refused_and_change_nothing(self):
        stored = rows_of(self.alice.user)
        for name, body in (
            ("todoist", ""),
            ("todoist", "a,b\n1,2"),
            ("todoist", f'{HEADINGS}\ntask,"never closed'),
            ("todoist", f"{HEADINGS}\ntask,{'x' * 140_000}"),
            ("todoist", f"{HEADINGS}\ntask,caf\xe9".encode("latin-1")),
            ("todoist", HEADINGS.encode("utf-16-le")),
            ("todoist", f"{HEADINGS}\ntask,x".encode("utf-16")[:-1]),
            ("todoist", b"\xff\xfe" + "\ud800".encode("utf-16-le", "surrogatepass")),
            ("todoist", b"PK\x03\x04" + b"\0" * 100),
            ("todoist", f"{HEADINGS}\n" + "task,x\n" * 10_001),
            ("todoist", f"{HEADINGS}\n" + "section,x\n" * 50_002),
            ("icalendar", "BEGIN:VCALENDAR\n" + "A:\n" * 400_000 + "END:VCALENDAR"),
            ("google", b"\x1f\x8b\x08" + b"\0" * 100),
            ("google", "{"),
            ("google", []),
            ("google", {"items": 1}),
            ("google", {"items": [1]}),
            ("google", {"items": [{"items": {}}]}),
            ("google", "[" * 100_000),
            ("google", '{"items":' * 40 + "1" + "}" * 40),
            ("google", "[" + "{}," * 400_000 + "{}]"),
            ("microsoft", {"value": None}),
            ("microsoft", {"value": [{"tasks": [{"title": "x", "checklistItems": 5}]}]}),
            ("icalendar", ""),
            ("icalendar", "BEGIN:VCALENDAR"),
            ("icalendar", "BEGIN:VCALENDAR\nEND:VTODO"),
            ("icalendar", "BEGIN:VCALENDAR\nno colon\nEND:VCALENDAR"),
            ("icalendar", f"BEGIN:VCALENDAR\nX:{'x' * 200_000}\nEND:VCALENDAR"),
            ("icalendar", ICALENDAR.encode("utf-16-be")),
            ("todos", ICALENDAR),
            ("todoist", 'TYPE,"CONTENT"x\ntask,a'),
            ("todoist", f"TYPE,CONTENT,{'x' * 140_000}\ntask,a"),
            ("todoist", f"TYPE,CONTENT{',x' * 500_000}\n" + "task,a\n" * 5_000),
            ("icalendar", "BEGIN:VCALENDAR\n" + "BEGIN:X\n" * 50_000 + "A:\n" * 50_000),
        ):
            with self.subTest(name, body=body[:40] if isinstance(body, str | bytes) else body):
                self.assertEqual(self.send(name, body).status_code, 400)
                self.assertEqual(rows_of(self.alice.user), stored)

    def test_odd_values_are_left_out_and_never_an_error(self):
        for name, values in (
            ("google", {"title": "x", "due": 5, "updated": "soon", "parent": 7, "id": None, "notes": [1]}),
            ("google", {"title": "x\0\x1b" + "y" * 600, "notes": "z" * 30_000, "due": "0001-01-01T00:00:00Z"}),
            ("google", {"title": "f", "updated": "9999-12-31T23:59:59+00:00", "completed": "2999-01-01T00:00:00Z"}),
            ("google", {"title": "s", "status": "completed", "parent": "s", "id": "s"}),
        ):
            with self.subTest(name, values=str(values)[:60]):
                body = {"items": [{"id": str(values), "title": {}, "items": [{"id": str(values), **values}]}]}
                response = self.send(name, body)
                self.assertEqual(response.status_code, 200, response.content)
                self.assertEqual(response.json()["todos"]["new"], 1)

    def test_a_reminder_that_is_none_is_left_out(self):
        for reminder in ({"timeZone": []}, {"timeZone": "UTC", "dateTime": "2026-12-01T99:99:00"}):
            with self.subTest(reminder=reminder):
                task = {"id": str(reminder), "title": "x", "isReminderOn": True, "reminderDateTime": reminder}
                response = self.send("microsoft", {"value": [{"displayName": "l", "tasks": [task]}]})
                self.assertEqual(response.status_code, 200, response.content)
                self.assertEqual(response.json()["todos"]["new"], 1)

    def test_comments_without_end_are_cut(self):
        todos = self.bring("todoist", f"{HEADINGS}\ntask,a\n" + f"note,{'y' * 15_000}\n" * 3)

        self.assertEqual(len(todos["a"]["notes"]), 20_000)

    def test_subtasks_of_what_is_done_are_done_and_a_second_row_of_an_id_is_noted(self):
        tasks = [
            {"id": "a", "title": "done", "status": "completed", "updated": "2026-01-03T00:00:00Z"},
            {"id": "b", "title": "below", "status": "needsAction", "parent": "a"},
            {"id": "b", "title": "again"},
        ]

        todos = self.bring("google", {"items": [{"id": "L", "title": "list", "items": tasks}]})

        self.assert_has(todos["below"], completed_at="2026-01-03T00:00:00Z", parent=todos["done"]["id"])
        self.assertEqual((len(todos), self.codes()), (2, [("/items/0/items/2", "duplicate")]))

    def test_another_source_and_another_type_are_refused(self):
        self.assert_fault(self.send("excel", "{}"), "/from", "invalid_choice")
        self.assert_problem(self.send("todoist", "{}", content_type="application/json"), 415, "unsupported_media_type")
        self.assert_problem(self.send("google", "{}", content_type="application/zip"), 415, "unsupported_media_type")
