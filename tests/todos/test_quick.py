"""POST /todos/quick: a todo in one line."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from tests.todos.case import TodosTestCase
from todos import clock
from todos.models import List, Tag, Todo

# A Friday; in Tokyo it is Saturday already, in Los Angeles Friday morning.
NOW = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
SENTENCE = "Pay rent every month on the 1st #home +Household !3 at 9:00"


class QuickAdd(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(clock.stopped_at(NOW))

    def add(self, text, **more):
        return self.alice.post("/todos/quick", {"text": text, **more})

    def draft(self, text, **more):
        response = self.add(text, dry_run=True, **more)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def test_makes_the_todo_that_the_line_says(self):
        household = self.alice.make("lists", name="Household")

        response = self.add(SENTENCE)

        self.assertEqual(response.status_code, 201, response.content)
        todo = response.json()["todo"]
        self.assertEqual(todo["title"], "Pay rent")
        self.assertEqual((todo["due_date"], todo["due_time"], todo["time_zone"]), ("2026-12-01", "09:00", None))
        self.assertEqual(todo["rrule"], "FREQ=MONTHLY;BYMONTHDAY=1")
        self.assertEqual((todo["tags"], todo["list"], todo["priority"]), (["home"], household["id"], 3))
        self.assertEqual(todo.pop("also"), [])
        self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)
        self.assertEqual(response["ETag"], f'"{todo["version"]}"')
        self.assertEqual(self.alice.get(response["Location"]).json(), todo)

    def test_tells_where_it_understood_what(self):
        household = self.alice.make("lists", name="Household")

        answer = self.add(f"🏠 {SENTENCE}").json()

        spans = [(span["start"], span["end"], span["kind"], span["value"]) for span in answer["spans"]]
        expected = [
            (12, 34, "rule", "FREQ=MONTHLY;BYMONTHDAY=1"),
            (35, 40, "tag", "home"),
            (41, 51, "list", household["id"]),
            (52, 54, "priority", 3),
            (55, 62, "time", "09:00"),
        ]
        self.assertEqual(spans, expected)
        self.assertIs(answer["dry_run"], False)
        self.assertEqual(answer["sentence"], "every month on the 1st")
        self.assertEqual(answer["notes"], [])

    def test_a_reminder_is_minutes_before(self):
        todo = self.add("Call Bob tomorrow at 9am remind me 10 minutes before").json()["todo"]

        self.assertEqual(todo["reminders"], [{"minutes_before": 10}])
        self.assertEqual(todo["next_reminder_at"], "2026-11-28T08:50:00Z")

    def test_says_that_every_31st_is_the_last_day(self):
        answer = self.add("Pay rent every month on the 31st").json()

        self.assertEqual(answer["todo"]["rrule"], "FREQ=MONTHLY;BYMONTHDAY=-1")
        self.assertEqual(answer["sentence"], "every month on the last day")
        self.assertEqual([note["code"] for note in answer["notes"]], ["last_day"])
        self.assertIn("31st", answer["notes"][0]["detail"])

    def test_what_is_ambiguous_stays_in_the_title(self):
        answer = self.add("Call Bob Monday or Tuesday").json()

        self.assertEqual(answer["todo"]["title"], "Call Bob Monday or Tuesday")
        self.assertIsNone(answer["todo"]["due_date"])
        self.assertEqual(answer["spans"], [])

    def test_today_is_that_of_the_account_or_of_tz(self):
        self.assertEqual(self.draft("x today")["todo"]["due_date"], "2026-11-27")
        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})

        self.assertEqual(self.draft("x today")["todo"]["due_date"], "2026-11-28")
        self.assertEqual(self.draft("x today", tz="America/Los_Angeles")["todo"]["due_date"], "2026-11-27")
        # In Los Angeles it is half past ten.
        self.assertEqual(self.draft("x at 11am", tz="America/Los_Angeles")["todo"]["due_date"], "2026-11-27")
        self.assertEqual(self.draft("x at 10am", tz="America/Los_Angeles")["todo"]["due_date"], "2026-11-28")

    def test_the_document_has_every_member_of_both_answers(self):
        schemas = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]

        for name, draft, answer in (
            ("QuickTodo", "ChangedTodo", self.add(f"{SENTENCE} x").json()),
            ("QuickDraft", "QuickValues", self.draft("x every 31st")),
        ):
            with self.subTest(name):
                self.assertEqual(set(schemas[name]["required"]), set(answer))
                self.assertEqual(set(schemas[draft]["required"]), set(answer["todo"]))
        self.assertEqual(set(schemas["QuickSpan"]["required"]), set(answer["spans"][0]))
        self.assertEqual(set(schemas["QuickNote"]["required"]), set(answer["notes"][0]))

    def test_a_dry_run_makes_nothing(self):
        self.alice.make("lists", name="Household")
        version = self.alice.version

        answer = self.draft(SENTENCE)

        self.assertEqual(self.alice.version, version)
        self.assertFalse(Todo.objects.filter(owner=self.alice.user).exists())
        self.assertFalse(Tag.objects.filter(owner=self.alice.user).exists())
        self.assertIs(answer["dry_run"], True)
        self.assertEqual([span["kind"] for span in answer["spans"]], ["rule", "tag", "list", "priority", "time"])

    def test_what_a_dry_run_tells_makes_the_same_todo(self):
        self.alice.make("lists", name="Household")
        draft = self.draft(f"{SENTENCE} remind me 1 hour before")["todo"]

        made = self.alice.todo(**draft)
        quick = self.add(f"{SENTENCE} remind me 1 hour before").json()["todo"]

        self.assertEqual({name: quick[name] for name in draft}, {name: made[name] for name in draft})

    def test_a_dry_run_tells_of_a_line_without_a_title(self):
        self.assertEqual(self.draft("tomorrow")["todo"]["title"], "")

    def test_without_a_title_none_is_made(self):
        for text in ("tomorrow at 9am #home !1", "#home", "\u200b tomorrow"):
            with self.subTest(text):
                self.assert_fault(self.add(text), "/text", "no_title")
        self.assertFalse(Todo.objects.filter(owner=self.alice.user).exists())

    def test_a_title_that_is_too_long_is_refused_as_such(self):
        self.assert_fault(self.add("x" * 501 + " tomorrow"), "/text", "title_too_long")
        self.assertEqual(self.add("x" * 500 + " tomorrow").status_code, 201)

    def test_a_text_is_one_of_at_most_a_thousand_characters(self):
        for text, code in (("x" * 1001, "max_length"), ("", "blank"), (" \t", "blank"), (7, "invalid"), (None, "null")):
            with self.subTest(text):
                self.assert_fault(self.add(text, dry_run=True), "/text", code)
        self.assert_fault(self.alice.post("/todos/quick", {}), "/text", "required")
        self.assert_fault(self.add("a\x00b"), "/text", "control_character")
        self.assertEqual(self.draft("x" * 1000)["spans"], [])

    def test_other_members_are_checked_as_everywhere(self):
        for member, value, code in (
            ("dry_run", "yes", "invalid"),
            ("tz", "Mars/Olympus", "unknown_zone"),
            ("id", "1", "invalid"),
            ("list", "x", "unknown_field"),
        ):
            with self.subTest(member):
                self.assert_fault(self.add("x", **{member: value}), f"/{member}", code)

    def test_blanks_around_a_text_are_counted(self):
        (span,) = self.draft("  x  tomorrow ")["spans"]

        self.assertEqual((span["start"], span["end"]), (5, 13))

    # Lists

    def test_a_list_is_found_without_case(self):
        made = self.alice.make("lists", name="Überblick Straße")

        for text in ('x +"überblick straße"', 'x +"ÜBERBLICK STRASSE"', 'x +"U\u0308berblick Straße"'):
            with self.subTest(text):
                self.assertEqual(self.draft(text)["todo"]["list"], made["id"])

    def test_a_list_that_is_not_there_stays_in_the_title(self):
        archived, trashed = self.alice.make("lists", name="Archived"), self.alice.make("lists", name="Trashed")
        self.alice.patch(f"/lists/{archived['id']}", {"archived": True})
        self.alice.delete(f"/lists/{trashed['id']}")
        self.alice.make("lists", name="Twice")
        self.alice.make("lists", name="twice")
        self.mallory.make("lists", name="Hers")

        for name in ("Nowhere", "Archived", "Trashed", "Twice", "Hers"):
            with self.subTest(name):
                todo = self.add(f"x +{name}").json()["todo"]
                self.assertEqual((todo["title"], todo["list"]), (f"x +{name}", self.alice.inbox["id"]))
        self.assertEqual(self.draft("x +Inbox")["todo"]["list"], self.alice.inbox["id"])

    def test_without_a_list_it_goes_to_the_default_one(self):
        project = self.alice.make("lists")
        self.alice.patch("/me", {"default_list": project["id"]})

        self.assertIsNone(self.draft("x")["todo"]["list"])
        self.assertEqual(self.add("x").json()["todo"]["list"], project["id"])

    def test_after_an_erasure_there_is_an_inbox_again(self):
        List.objects.filter(owner=self.alice.user).delete()

        todo = self.add("x +Inbox").json()["todo"]

        self.assertEqual((todo["title"], todo["list"]), ("x", self.alice.inbox["id"]))

    # Retries

    def test_the_same_id_and_line_give_the_same_todo(self):
        known = str(uuid.uuid4())
        first, second = self.add(SENTENCE, id=known), self.add(SENTENCE, id=known)

        self.assertEqual((first.status_code, second.status_code), (201, 200))
        self.assertEqual(first.json(), second.json())
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 1)
        other = self.add("something else", id=known)
        self.assert_fault(other, "/id", "id_conflict", 409)

    def test_a_key_gives_the_first_answer_also_on_the_next_day(self):
        headers = {"Idempotency-Key": "one"}
        first = self.alice.post("/todos/quick", {"text": "x tomorrow"}, **headers)
        with clock.stopped_at(NOW.replace(day=28, hour=12)):
            again = self.alice.post("/todos/quick", {"text": "x tomorrow"}, **headers)

        self.assertEqual((again.status_code, again.content), (201, first.content))
        self.assertEqual(again["Location"], first["Location"])
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 1)

    def test_the_longest_answer_can_be_repeated(self):
        tags = " ".join(f"#{number:03}{'é' * 12}" for number in range(50))
        headers = {"Idempotency-Key": "one"}
        answers = [self.alice.post("/todos/quick", {"text": f"x {tags}"}, **headers) for _ in range(2)]

        self.assertEqual(len(answers[0].json()["todo"]["tags"]), 50)
        self.assertEqual(answers[0].content, answers[1].content)

    # Quotas, rights, costs

    @override_settings(QUOTA_TODOS=1, QUOTA_TAGS=1)
    def test_quotas_hold(self):
        self.assert_problem(self.add("x #one #two"), 409, "too_many_tags")
        self.assert_fault(self.add("x #one #two"), "/text", "too_many_tags", 409)
        self.assertEqual(self.add("x #one").status_code, 201)
        self.assert_problem(self.add("x"), 409, "too_many_todos")
        self.assertEqual(self.draft("x #one #two")["todo"]["tags"], ["one", "two"])

    @override_settings(RATE_LIMIT_USER=2)
    def test_dry_runs_count_against_the_rate(self):
        statuses = [self.add("x", dry_run=True).status_code for _ in range(3)]

        self.assertEqual(statuses, [200, 200, 429])

    def test_it_costs_one_statement_more_than_the_same_todo(self):
        household = self.alice.make("lists", name="Household")
        for number in range(20):
            self.alice.make("lists", name=f"List {number}")
        plain = {"title": "x", "list": household["id"], "tags": ["a"], "due_date": "2026-12-01", "rrule": "FREQ=DAILY"}

        by_fields = self.statements("/todos", plain)

        for text in ("x +Household #a every day from 1 Dec", "y +Nowhere +household #a !3 every day"):
            with self.subTest(text):
                self.assertEqual(self.statements("/todos/quick", {"text": text}), by_fields + 1)
        for text in ("x", "x +Household #a every day"):
            with self.subTest(text, dry_run=True):
                self.assertEqual(self.statements("/todos/quick", {"text": text, "dry_run": True}), 1)

    def statements(self, path, body):
        # What is asked by the first request of a shape is not asked again.
        self.alice.post(path, body)
        with CaptureQueriesContext(connection) as queries:
            response = self.alice.post(path, body)
        self.assertLess(response.status_code, 300, response.content)
        return len([query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))])
