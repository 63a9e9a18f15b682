"""Everything of a person as one document, and as a table."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from unittest import mock

from django.db import OperationalError, connection
from django.test import SimpleTestCase

from tests.todos.case import Person, TodosTestCase
from todoproject.http import fairness
from todos.models import Completion, FormerName, List, Tag, Todo, Tombstone, View
from todos.transfer import document
from todos.transfer.spreadsheet import harmless

# What follows from other columns, is spelled by its public id, or counts the changes of an account.
FOLLOWING = {
    *("id", "owner", "version", "due_at", "due_sort", "title_sort", "reminds_from", "reminds_until", "search"),
}
REFERENCES = {"list", "parent", "todo", "tag"}
MODELS = {
    "lists": List, "tags": Tag, "former_names": FormerName, "todos": Todo, "completions": Completion,
    "views": View, "deleted": Tombstone,
}  # fmt: skip


def everything_of(person: Person) -> None:
    """Some of whatever a document can have, by way of the API."""
    work = person.make("lists", name="Work", color="#00ff00")
    person.make("lists", name="Later")
    tag = person.make("tags", name="old name", color="#ff0000")
    person.patch(f"/tags/{tag['id']}", {"name": "new name"})
    person.make("views", name="Due", color="#0000ff", query={"tag": ["b"], "due": ["today"], "list": [work["id"]]})
    dated = {"due_date": "2026-11-27", "due_time": "09:30", "time_zone": "Europe/Berlin"}
    parent = person.todo(title="parent", list=work["id"], tags=["new name", "b"], notes="a\nb", meta={"b": 1, "a": []})
    for title in ("first", "second"):
        person.todo(title=title, parent=parent["id"])
    again = person.todo(title="again", rrule="FREQ=DAILY", reminders=[{"minutes_before": 5}], **dated)
    child = person.todo(title="each time", parent=again["id"])
    for uid in (child["id"], again["id"], parent["id"]):
        person.post(f"/todos/{uid}/complete")
    gone, trashed = person.todo(title="gone"), person.todo(title="trashed", priority=3, starts_on="2027-01-01")
    for path in (f"/todos/{gone['id']}", f"/todos/{gone['id']}?permanent=true", f"/todos/{trashed['id']}"):
        person.delete(path)
    person.patch("/me", {"time_zone": "Asia/Tokyo", "week_start": 7, "default_list": work["id"]})


def exported(person: Person) -> Any:
    return json.loads(person.get("/me/export").getvalue())


class TheDocument(TodosTestCase):
    def test_it_has_everything(self):
        everything_of(self.alice)

        found = exported(self.alice)

        self.assertEqual((found["format"], found["version"]), ("todos", 1))
        self.assertEqual(found["settings"]["time_zone"], "Asia/Tokyo")
        self.assertEqual({row["name"] for row in found["lists"]}, {"Inbox", "Work", "Later"})
        self.assertEqual({row["name"] for row in found["tags"]}, {"new name", "b"})
        self.assertEqual([row["name"] for row in found["former_names"]], ["old name"])
        titles = {"parent", "first", "second", "again", "each time", "trashed"}
        self.assertEqual({row["title"] for row in found["todos"]}, titles)
        self.assertEqual([row["occurrence_on"] for row in found["completions"]], ["2026-11-27"])
        self.assertEqual([row["kind"] for row in found["deleted"]], ["todo"])

    def test_a_row_is_as_the_api_shows_it(self):
        everything_of(self.alice)

        for kind in ("lists", "tags", "todos"):
            for row in exported(self.alice)[kind]:
                shown = self.alice.get(f"/{kind}/{row['id']}").json()
                with self.subTest(kind, row=row["id"]):
                    shared = row.keys() & shown.keys()
                    self.assertEqual({name: row[name] for name in shared}, {name: shown[name] for name in shared})
                    self.assertLess({"id", "created_at", "updated_at"}, shared)

    def test_it_is_the_same_twice_and_in_the_order_of_ids(self):
        everything_of(self.alice)

        first, second = (self.alice.get("/me/export").getvalue() for _ in range(2))

        self.assertEqual(first, second)
        ids = [row["id"] for row in json.loads(first)["todos"]]
        self.assertEqual(ids, sorted(ids))

    def test_nobody_else_s_row_is_in_it(self):
        everything_of(self.alice)

        self.assertEqual([len(exported(self.mallory)[name]) for name in MODELS], [1, 0, 0, 0, 0, 0, 0])

    def test_more_rows_than_are_read_at_a_time_are_all_there_once(self):
        uids = {self.alice.todo()["id"] for _ in range(7)}
        for uid in [self.alice.todo()["id"] for _ in range(5)]:
            self.alice.delete(f"/todos/{uid}")
            self.alice.delete(f"/todos/{uid}?permanent=true")
        # The id of one was used, and deleted, more often.
        (again, *_) = Tombstone.objects.filter(owner=self.alice.user)
        for _ in range(5):
            again.pk = None
            again.save()
        for size in (1, 2, 3, 7, 8):
            with self.subTest(size), mock.patch.object(document, "ROWS_AT_A_TIME", size):
                found = exported(self.alice)
                self.assertEqual([len(found["todos"]), len(found["deleted"])], [7, 10])
                self.assertEqual({row["id"] for row in found["todos"]}, uids)

    def test_what_changes_meanwhile_leaves_out_nothing_else(self):
        first, *_, last = sorted(self.alice.todo()["id"] for _ in range(6))
        with mock.patch.object(document, "ROWS_AT_A_TIME", 2):
            pieces = document.pieces(self.alice.user.pk)
            read = b""
            while first.encode() not in read:
                read += next(pieces)
            self.alice.patch(f"/todos/{first}", {"title": "changed"})
            self.alice.patch(f"/todos/{last}", {"title": "changed"})
            read += b"".join(pieces)

        titles = [row["title"] for row in json.loads(read)["todos"]]
        self.assertEqual(titles, ["something"] * 5 + ["changed"])

    def test_it_is_streamed_under_a_name_and_kept_nowhere(self):
        answer = self.alice.get("/me/export")
        answer.getvalue()

        self.assertTrue(answer.streaming)
        self.assertRegex(answer["Content-Disposition"], r'^attachment; filename="todos-\d{4}-\d\d-\d\d\.json"$')
        self.assertEqual(answer["Cache-Control"], "no-store")

    def test_another_form_and_other_parameters_are_refused(self):
        for query, pointer, code in (
            ({"as": "xml"}, "/as", "invalid_choice"),
            ({"as": ""}, "/as", "empty"),
            ({"cursor": "x"}, "/cursor", "unknown_parameter"),
        ):
            with self.subTest(query):
                self.assert_fault(self.alice.get("/me/export", query), pointer, code)

    def test_an_outage_at_its_beginning_is_told(self):
        def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if "week_start" in sql and "default_list" in sql:
                raise OperationalError("gone")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            self.assert_problem(self.alice.get("/me/export"), 503, "unavailable")


class ThePlaceOfAPerson(TodosTestCase):
    def test_it_is_taken_until_the_document_is_through(self):
        answer = self.alice.client.get("/api/v1/me/export")
        working = [share.working for share in fairness._shares.values()]
        answer.getvalue()

        self.assertEqual(working, [1])
        self.assertEqual([share.working for share in fairness._shares.values()], [])

    def test_it_is_free_again_when_nobody_reads_on(self):
        answer = self.alice.client.get("/api/v1/me/export")
        next(iter(answer.streaming_content))
        # Django's client closes the answer with what it has put around it, and leaves the connection open.
        answer._iterator.close()

        self.assertEqual([share.working for share in fairness._shares.values()], [])


class EveryColumnGoesOut(SimpleTestCase):
    def test_none_is_forgotten(self):
        for section in document.SECTIONS:
            model = MODELS[section.name]
            told = {column.removesuffix("_uid") for column in section.columns} | FOLLOWING
            # The key is the name as it is compared.
            told |= {"key"} if model is Tag else set()
            for column in model._meta.concrete_fields:
                with self.subTest(section.name, column=column.name):
                    self.assertIn(column.name, told)


class TheTable(TodosTestCase):
    def rows(self) -> list[dict[str, str]]:
        answer = self.alice.get("/me/export?as=csv")
        self.assertEqual(answer["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn('.csv"', answer["Content-Disposition"])
        whole = answer.getvalue()
        self.assertTrue(whole.startswith(b"\xef\xbb\xbftitle,"))
        return list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"), newline="")))

    def test_every_todo_is_a_row(self):
        everything_of(self.alice)

        rows = {row["title"]: row for row in self.rows()}

        self.assertEqual(len(rows), 6)
        self.assertEqual((rows["parent"]["list"], rows["parent"]["tags"]), ("Work", "b; new name"))
        self.assertEqual((rows["parent"]["notes"], rows["again"]["due_time"]), ("a\nb", "09:30"))
        self.assertEqual(rows["first"]["parent"], rows["parent"]["id"])

    def test_what_a_spreadsheet_would_calculate_is_text(self):
        self.alice.todo(title="=cmd|' /C calc'!A0", notes="a;=1+1", tags=["@SUM"])

        (row,) = self.rows()

        self.assertEqual((row["title"], row["notes"], row["tags"]), ("'=cmd|' /C calc'!A0", "a;'=1+1", "'@SUM"))


class Harmless(SimpleTestCase):
    def test_signs_at_the_beginning_of_a_cell_have_an_apostrophe_before_them(self):
        for text, expected in (
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@A1", "'@A1"),
            ("\uff1d1", "'\uff1d1"),
            (" =1", " '=1"),
            ("\t=1", "\t'=1"),
            ("a;=1", "a;'=1"),
            ('a;"=1', "a;\"'=1"),
            ("a, \n -1", "a, \n '-1"),
            ("=1;=2", "'=1;'=2"),
            ("a = b - c", "a = b - c"),
            ("2026-11-27", "2026-11-27"),
            ("a@b.example", "a@b.example"),
            ("", ""),
        ):
            with self.subTest(text):
                self.assertEqual(harmless(text), expected)
