"""What was exported comes back the same, adds nothing twice and changes nothing that is there."""

from __future__ import annotations

import json
import uuid
from typing import Any
from unittest import mock

from django.test import override_settings

from tests.todos.case import Person, TodosTestCase
from tests.todos.raw_rows import rows_of
from tests.todos.test_export import MODELS, everything_of, exported
from todos.changes import arriving_todos
from todos.models import Account, FormerName, Tag, Todo, Tombstone

SERIES = {"series_in": 1, "series_start": "2026-11-27", "occurrence_on": "2026-11-27", "occurrence_number": 1}


def document(**sections: Any) -> dict[str, Any]:
    return {"format": "todos", "version": 1, **sections}


def row(title: str = "new", **values: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "title": title, **values}


def new(report: dict[str, Any]) -> dict[str, int]:
    return {kind: counts["new"] for kind, counts in report.items() if isinstance(counts, dict) and counts["new"]}


class ImportTestCase(TodosTestCase):
    def bring(self, data: Any, person: Person | None = None, query: str = "") -> Any:
        response = (person or self.alice).post(f"/me/import{query}", data)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def erase(self, person: Person) -> None:
        """Erases everything, and comes back with a token of after that."""
        self.assertEqual(person.delete("/me").status_code, 204)
        from betterauth_auth.models import Identity

        Identity.objects.update(tokens_valid_after=None)


class WhatWasExportedComesBack(ImportTestCase):
    def setUp(self) -> None:
        super().setUp()
        everything_of(self.alice)
        self.before = self.alice.get("/me/export").getvalue()

    def test_the_next_export_has_the_same_bytes(self):
        self.erase(self.alice)
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 0)

        report = self.bring(json.loads(self.before))

        self.assertEqual(self.alice.get("/me/export").getvalue(), self.before)
        expected = {"settings": 1, "lists": 3, "tags": 2, "todos": 6, "completions": 1, "views": 1, "deleted": 1}
        self.assertEqual(new(report), expected)

    def test_a_view_of_the_inbox_is_one_of_theirs(self):
        view = self.alice.make("views", name="in", query={"list": [self.alice.inbox["id"]]})
        whole = exported(self.alice)

        for outcome in ("new", "same"):
            self.assertEqual(self.bring(whole, self.mallory)["views"][outcome], 2)

        self.assertEqual(self.mallory.get(f"/views/{view['id']}").json()["query"], {"list": [self.mallory.inbox["id"]]})

    def test_a_subtask_of_what_is_done_is_done(self):
        parent = row("parent", completed_at="2026-01-03T00:00:00Z")
        child = row("child", parent=parent["id"])

        self.bring(document(todos=[parent, child]))

        self.assertEqual(self.alice.get(f"/todos/{child['id']}").json()["completed_at"], "2026-01-03T00:00:00Z")

    def test_a_report_names_the_version_that_the_account_has(self):
        theirs = json.loads(self.before)
        for query in ("?dry_run=true", ""):
            report = self.bring(theirs, self.mallory, query)
            self.assertEqual(report["version"], self.mallory.version)

    def test_what_was_deleted_long_ago_is_not_told_again(self):
        gone = {"kind": "todo", "id": row()["id"], "deleted_at": "2020-01-01T00:00:00Z"}

        report = self.bring(document(deleted=[gone]))

        self.assertEqual(report["deleted"]["new"], 0)

    def test_what_came_back_is_found_by_its_words(self):
        self.erase(self.alice)
        self.bring(json.loads(self.before))

        for words in ("parent", "parent new", "b -first"):
            with self.subTest(words):
                found = self.alice.get("/todos", {"q": words, "status": "completed"}).json()["results"]
                self.assertEqual([row["title"] for row in found], ["parent"])

    def test_also_where_the_inbox_is_another_one_by_now(self):
        self.erase(self.alice)
        inbox = self.alice.inbox["id"]
        (old,) = [row["id"] for row in json.loads(self.before)["lists"] if row["is_inbox"]]
        self.assertNotEqual(old, inbox)

        self.bring(json.loads(self.before))

        found, expected = exported(self.alice), json.loads(self.before.replace(old.encode(), inbox.encode()))
        found["lists"].sort(key=lambda row: row["name"])
        expected["lists"].sort(key=lambda row: row["name"])
        self.assertEqual(found, expected)

    def test_a_second_time_adds_nothing(self):
        stored = rows_of(self.alice.user)

        report = self.bring(json.loads(self.before))

        self.assertEqual(new(report), {})
        self.assertEqual((report["todos"]["same"], report["left_alone"], report["displaced"]), (6, [], 0))
        self.assertEqual(rows_of(self.alice.user), stored)

    def test_somebody_else_can_take_it_and_nobody_hears_of_the_other(self):
        hers = rows_of(self.alice.user)

        self.bring(json.loads(self.before), self.mallory)

        mine, theirs = exported(self.mallory), json.loads(self.before)
        self.assertEqual([each["title"] for each in mine["todos"]], [each["title"] for each in theirs["todos"]])
        self.assertEqual(rows_of(self.alice.user), hers)

    def test_what_went_together_comes_back_together(self):
        project = self.alice.make("lists", name="project")
        self.alice.todo(title="inside", list=project["id"])
        self.alice.delete(f"/lists/{project['id']}")
        whole = exported(self.alice)
        self.erase(self.alice)

        self.bring(whole)

        self.alice.post(f"/lists/{project['id']}/restore")
        self.assertIn("inside", self.alice.titles())
        (parent,) = [each["id"] for each in whole["todos"] if each["title"] == "parent"]
        self.alice.post(f"/todos/{parent}/reopen")
        opened = self.alice.titles(status="open", parent=parent)
        self.assertEqual(opened, ["first", "second"])

    def test_a_series_goes_on_where_it_was_and_can_be_taken_back(self):
        self.erase(self.alice)
        self.bring(json.loads(self.before))
        (again,) = [each for each in exported(self.alice)["todos"] if each["title"] == "again"]

        back = self.alice.post(f"/todos/{again['id']}/reopen").json()

        self.assertEqual((again["occurrence_number"] > 1, back["due_date"]), (True, "2026-11-27"))
        self.assertEqual(self.alice.titles(status="completed", parent=again["id"]), ["each time"])

    def test_a_device_hears_of_all_of_it(self):
        self.erase(self.alice)
        since = self.alice.version

        self.bring(json.loads(self.before))

        news = self.alice.get("/changes", {"since": since, "page_size": 200}).json()
        self.assertEqual((len(news["todos"]), len(news["lists"]), len(news["deleted"])), (6, 3, 1))

    def test_what_is_new_afterwards_comes_last(self):
        self.alice.todo(title="last")
        whole = exported(self.alice)
        self.bring(whole, self.mallory)
        # Her counter was far below that of the document.

        self.mallory.todo(title="newest")

        self.assertEqual(self.mallory.titles()[-1], "newest")
        self.assertEqual(Account.objects.get(owner=self.mallory.user).todo_count, 8)


class WhatIsThereStays(ImportTestCase):
    def test_a_row_that_has_changed_since_is_left_alone_and_named(self):
        todo, project, tag = self.alice.todo(title="old"), self.alice.make("lists"), self.alice.make("tags")
        whole = exported(self.alice)
        self.alice.patch(f"/todos/{todo['id']}", {"title": "changed"})
        self.alice.patch(f"/lists/{project['id']}", {"name": "changed"})
        self.alice.patch(f"/tags/{tag['id']}", {"name": "changed"})
        stored = rows_of(self.alice.user)

        report = self.bring(whole)

        self.assertEqual([report[kind]["different"] for kind in ("todos", "lists", "tags")], [1, 1, 1])
        named = {(each["kind"], each["id"]) for each in report["left_alone"]}
        self.assertEqual(named, {("todos", todo["id"]), ("lists", project["id"]), ("tags", tag["id"])})
        self.assertEqual(rows_of(self.alice.user), stored)

    def test_settings_are_taken_only_where_there_are_none(self):
        theirs = document(settings={"time_zone": "Asia/Tokyo", "week_start": 7})
        self.assertEqual(new(self.bring(theirs)), {"settings": 1})
        self.assertEqual(self.alice.get("/me").json()["time_zone"], "Asia/Tokyo")

        other = self.bring(document(settings={"time_zone": "Europe/Berlin", "week_start": 1}))

        self.assertEqual(other["settings"]["different"], 1)
        self.assertEqual(self.alice.get("/me").json()["time_zone"], "Asia/Tokyo")

    def test_what_was_deleted_for_good_comes_back(self):
        todo = self.alice.todo(title="back")
        whole = exported(self.alice)
        self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{todo['id']}?permanent=true")
        since = self.alice.version

        self.bring(whole)

        self.assertEqual(self.alice.titles(), ["back"])
        self.assertEqual(Tombstone.objects.filter(owner=self.alice.user).count(), 0)
        self.assertEqual([row["id"] for row in self.alice.get(f"/changes?since={since}").json()["todos"]], [todo["id"]])

    def test_history_is_taken_only_where_there_is_none(self):
        todo = self.alice.todo(rrule="FREQ=DAILY", due_date="2026-11-20")
        self.alice.post(f"/todos/{todo['id']}/complete")
        whole = exported(self.alice)
        (done,) = whole["completions"]

        report = self.bring(document(completions=[{**done, "id": row()["id"]}, done]))

        self.assertEqual([report["completions"][name] for name in ("new", "same", "different")], [0, 1, 1])
        self.assertEqual(exported(self.alice), whole)

    def test_tags_are_the_same_by_their_names(self):
        tag = self.alice.make("tags", name="Shop")
        other = {"id": str(uuid.uuid4()), "name": "shop"}

        self.bring(document(tags=[other], todos=[row(tags=["SHOP", "New"])]))

        (todo,) = self.alice.get("/todos").json()["results"]
        self.assertEqual(todo["tags"], ["New", "Shop"])
        self.assertEqual(Tag.objects.filter(owner=self.alice.user).count(), 2)
        self.assertTrue(Tag.objects.filter(uid=tag["id"]).exists())

    def test_a_tag_is_the_same_by_its_id_whatever_it_is_called_by_now(self):
        tag = self.alice.make("tags", name="shop")
        self.alice.patch(f"/tags/{tag['id']}", {"name": "store"})
        FormerName.objects.all().delete()
        other = self.alice.make("tags", name="Shop")

        report = self.bring(document(tags=[{"id": tag["id"], "name": "shop"}], todos=[row(tags=["Shop", "x"])]))

        (todo,) = self.alice.get("/todos").json()["results"]
        self.assertEqual(todo["tags"], ["store", "x"])
        self.assertEqual(report["tags"], {"new": 1, "same": 0, "different": 1})
        self.assertEqual(self.names_of_tags(), ["Shop", "store", "x"])
        self.assertEqual(self.alice.get(f"/tags/{other['id']}").json()["open_count"], 0)

    def test_a_todo_that_is_left_alone_adds_no_tags(self):
        todo = self.alice.todo(title="mine")

        report = self.bring(document(todos=[row("mine", id=todo["id"], tags=["x"])]))

        self.assertEqual((report["todos"]["different"], report["tags"]["new"], self.names_of_tags()), (1, 0, []))

    def test_a_todo_is_the_same_by_a_name_that_its_tag_had(self):
        todo, tag = row(tags=["old"]), self.alice.make("tags", name="old")
        self.bring(document(todos=[todo]))
        self.alice.patch(f"/tags/{tag['id']}", {"name": "new"})

        self.assertEqual(self.bring(document(todos=[todo]))["todos"]["same"], 1)

    def names_of_tags(self) -> list[str]:
        return sorted(tag["name"] for tag in self.alice.get("/tags").json()["results"])


class ADryRun(ImportTestCase):
    def test_says_the_same_and_changes_nothing(self):
        everything_of(self.alice)
        whole = exported(self.alice)
        stored = rows_of(self.mallory.user)

        foreseen = self.bring(whole, self.mallory, "?dry_run=true")

        self.assertEqual(rows_of(self.mallory.user), stored)
        self.assertEqual((foreseen.pop("dry_run"), len(foreseen["sample"])), (True, 5))
        report = self.bring(whole, self.mallory)
        self.assertFalse(report.pop("dry_run"))
        self.assertLess(foreseen.pop("version"), report.pop("version"))
        self.assertEqual(foreseen, report)

    def test_says_the_same_of_a_todo_that_is_also_told_to_be_gone(self):
        todo = row()
        gone = {"kind": "todo", "id": todo["id"], "deleted_at": self.alice.todo()["created_at"]}

        foreseen, report = (self.bring(document(todos=[todo], deleted=[gone]), query=q) for q in ("?dry_run=true", ""))

        self.assertEqual(foreseen["deleted"], report["deleted"])
        self.assertEqual((report["todos"]["new"], report["deleted"]), (1, {"new": 0, "same": 1, "different": 0}))
        self.assertEqual(Tombstone.objects.count(), 0)


class TodosThatNameNoList(ImportTestCase):
    def test_go_where_those_of_the_document_went(self):
        project = {"id": str(uuid.uuid4()), "name": "project"}
        mine = self.alice.make("lists")
        self.alice.patch("/me", {"default_list": mine["id"]})

        self.bring(document(settings={"default_list": project["id"]}, lists=[project], todos=[row("a")]))
        self.bring(document(settings={"default_list": project["id"]}, todos=[row("b")]))

        self.assertEqual(self.alice.titles(list=project["id"]), ["a", "b"])
        self.assertEqual(self.alice.get("/me").json()["default_list"], mine["id"])

    def test_go_where_others_of_the_account_go_if_that_list_takes_none(self):
        mine, trashed, archived = (self.alice.make("lists") for _ in range(3))
        self.alice.patch("/me", {"default_list": mine["id"]})
        self.alice.delete(f"/lists/{trashed['id']}")
        self.alice.patch(f"/lists/{archived['id']}", {"archived": True})
        hers = self.mallory.make("lists")

        for each in (trashed, archived, hers, {"id": str(uuid.uuid4())}, {"id": None}):
            self.bring(document(settings={"default_list": each["id"]}, todos=[row()]))

        self.assertEqual(len(self.alice.titles(list=mine["id"])), 5)


class MinutesBeforeNothing(ImportTestCase):
    def test_are_left_out_and_noted(self):
        minutes, clock = {"minutes_before": 5}, {"at": "2026-12-01T09:00"}
        todos = [row("a", reminders=[clock, minutes]), row("b", reminders=[minutes], due_date="2026-12-01")]

        reports = [self.bring(document(todos=todos)) for _ in range(2)]

        stored = {todo["title"]: todo["reminders"] for todo in self.alice.get("/todos").json()["results"]}
        self.assertEqual(stored, {"a": [clock], "b": [minutes]})
        self.assertEqual([each["code"] for each in reports[0]["notes"]], ["reminder_needs_date"])
        self.assertEqual((reports[0]["notes"][0]["place"], reports[1]["todos"]["same"]), ("/todos/0/reminders", 2))


class PlacesThatAreNone(ImportTestCase):
    def test_their_todos_are_put_where_a_restored_one_would_be(self):
        trashed = self.alice.make("lists")
        self.alice.delete(f"/lists/{trashed['id']}")
        child, own = self.alice.todo(title="own"), row("self")
        nested = self.alice.todo(parent=child["id"])
        hers = self.mallory.make("lists")
        own["parent"] = own["id"]
        rows = [
            row("no such list", list=str(uuid.uuid4())),
            row("hers", list=hers["id"]),
            row("trashed", list=trashed["id"]),
            row("no such parent", parent=str(uuid.uuid4())),
            row("a parent that is a subtask", parent=nested["id"]),
            row("her parent", parent=self.mallory.todo()["id"]),
            own,
        ]

        report = self.bring(document(todos=rows))

        self.assertEqual((report["displaced"], report["todos"]["new"]), (7, 7))
        found = {todo["title"]: todo for todo in self.alice.get("/todos?list=inbox").json()["results"]}
        self.assertEqual([found[each["title"]]["parent"] for each in rows], [None] * 7)

    def test_a_subtask_may_come_before_its_parent_and_follows_its_list(self):
        project = {"id": str(uuid.uuid4()), "name": "project"}
        parent = row("parent", list=project["id"])
        self.bring(document(todos=[row("child", parent=parent["id"]), parent], lists=[project]))

        (child,) = self.alice.get("/todos", {"parent": parent["id"]}).json()["results"]
        self.assertEqual(child["list"], project["id"])

    def test_an_id_and_a_name_are_enough(self):
        lists, tags = ([{"id": str(uuid.uuid4()), "name": "x"}] for _ in range(2))
        todo = row("bare")
        done = {"id": row()["id"], "todo": todo["id"], "occurrence_on": "2026-11-20", "occurrence_number": 1}
        done |= {"series_in": 1, "due_date": "2026-11-20", "completed_at": "2026-11-21T00:00:00Z"}
        deleted = [{"kind": "todo", "id": row()["id"], "deleted_at": "2026-11-21T00:00:00Z"}]
        views = [{"id": str(uuid.uuid4()), "name": "x", "query": {}}]
        rows = {"todos": [row(), todo], "completions": [done], "views": views, "deleted": deleted}

        self.bring(document(lists=lists, tags=tags, **rows))

        self.assertEqual([len(exported(self.alice)[name]) for name in MODELS], [2, 1, 0, 2, 1, 1, 1])

    def test_a_document_can_be_sent_in_parts(self):
        everything_of(self.alice)
        whole = exported(self.alice)
        self.erase(self.alice)
        todos = whole.pop("todos")

        completions, deleted = whole.pop("completions"), whole.pop("deleted")
        for part in (
            whole,
            document(todos=[each for each in todos if not each["parent"]]),
            document(todos=[each for each in todos if each["parent"]]),
            document(completions=completions, deleted=deleted),
        ):
            self.assertEqual(self.bring(part)["displaced"], 0)

        self.assertEqual(exported(self.alice)["todos"], todos)
        self.assertEqual(exported(self.alice)["completions"], completions)


class WhatIsRefused(ImportTestCase):
    def assert_refused(self, data: Any, pointer: str, code: str, status: int = 400) -> None:
        stored = rows_of(self.alice.user)
        self.assert_fault(self.alice.post("/me/import", data), pointer, code, status)
        self.assertEqual(rows_of(self.alice.user), stored)

    def test_values_by_their_place(self):
        future = "2999-01-01T00:00:00Z"
        for values, name, code in (
            ({"title": ""}, "title", "blank"),
            ({"title": None}, "title", "null"),
            ({"color": 1}, "color", "unknown_field"),
            ({"version": 1}, "version", "unknown_field"),
            ({"created_at": future}, "created_at", "in_future"),
            ({"completed_at": future}, "completed_at", "in_future"),
            ({"created_at": "1969-12-31T23:59:59Z"}, "created_at", "invalid"),
            ({"created_at": "2026-02-30T00:00:00Z"}, "created_at", "invalid"),
            ({"created_at": "2026-11-27T09:30:00"}, "created_at", "invalid"),
            ({"created_at": 5}, "created_at", "invalid"),
            ({"position": "zzz"}, "position", "invalid"),
            ({"position": "A"}, "position", "invalid"),
            ({"position": "k10"}, "position", "invalid"),
            ({"trashed_in": 2**60}, "trashed_in", "max_value"),
            ({"completed_in": -1}, "completed_in", "min_value"),
            ({"due_time": "09:00"}, "due_time", "time_needs_date"),
            ({"rrule": "FREQ=DAILY"}, "rrule", "rrule_needs_date"),
            ({"rrule": "FREQ=HOURLY", "due_date": "2026-11-27"}, "rrule", "rrule_freq"),
            ({"rrule": "FREQ=DAILY;COUNT=1", "due_date": "2026-11-27"}, "rrule", "rrule_empty"),
            ({"list": "inbox"}, "list", "invalid"),
        ):
            with self.subTest(values):
                self.assert_refused(document(todos=[row(), row(**values)]), f"/todos/1/{name}", code)

    def test_rows_without_an_id_and_two_with_one(self):
        twin = row()
        self.assert_refused(document(todos=[{"title": "x"}]), "/todos/0/id", "required")
        self.assert_refused(document(todos=[twin, twin]), "/todos/1/id", "duplicate")

    def test_documents_of_another_form(self):
        for data, pointer, code in (
            ({"format": "other", "version": 1}, "/format", "invalid_choice"),
            ({"format": "todos", "version": 2}, "/version", "max_value"),
            ({"version": 1}, "/format", "required"),
            (document(stuff=[]), "/stuff", "unknown_field"),
            (document(todos={}), "/todos", "invalid"),
            ([], "", "invalid"),
        ):
            with self.subTest(data):
                self.assert_refused(data, pointer, code)

    def test_more_rows_than_fit(self):
        self.assert_refused(document(todos=[1] * 6_000, tags=[1] * 4_001), "", "too_many_rows")

    def test_more_deletions_than_there_is_room_for(self):
        gone = [{"kind": "tag", "id": row()["id"], "deleted_at": self.alice.todo()["created_at"]} for _ in range(3)]
        with override_settings(QUOTA_TODOS=2):
            self.bring(document(deleted=gone[:1]))
            self.assert_refused(document(deleted=gone), "/deleted", "too_many_deleted")
            self.bring(document(deleted=gone[:2]))
            self.assertEqual(self.bring(document(deleted=gone[:2]))["deleted"]["same"], 2)

    def test_more_series_than_can_begin_at_once(self):
        repeating = [row(rrule=f"FREQ=DAILY;INTERVAL={number}", due_date="2026-11-27") for number in (1, 2, 3)]
        with mock.patch.object(arriving_todos, "MOST_BEGUN", 2):
            self.bring(document(todos=[*repeating[:2], row(rrule="FREQ=DAILY", due_date="2026-11-27")]))
            self.bring(document(todos=[{**each, **SERIES} for each in repeating]))
            beginning = [{**each, "id": row()["id"]} for each in repeating]
            self.assert_refused(document(todos=beginning), "/todos/2/rrule", "too_many_rules")

    def test_more_than_there_is_room_for(self):
        parent = row("parent")
        for name, sections in (
            ("todos", {"todos": [row() for _ in range(4)]}),
            ("lists", {"lists": [{"id": str(uuid.uuid4()), "name": "x"} for _ in range(4)]}),
            ("tags", {"todos": [row(tags=["a", "b", "c", "d"])]}),
            ("tags", {"tags": [{"id": row()["id"], "name": "a"}], "todos": [row(tags=["A", "b", "c", "d"])]}),
            ("subtasks", {"todos": [parent, *(row(parent=parent["id"]) for _ in range(4))]}),
        ):
            with self.subTest(name), override_settings(**{f"QUOTA_{name.upper()}": 3}):
                stored = rows_of(self.alice.user)
                response = self.alice.post("/me/import", document(**sections))
                self.assert_problem(response, 409, f"too_many_{name}")
                self.assertEqual(rows_of(self.alice.user), stored)

    def test_a_body_that_is_too_large_is_not_read(self):
        with override_settings(MAX_IMPORT_BYTES=1_000):
            self.assert_problem(self.alice.post("/me/import", document(todos=[row("x" * 1_000)])), 413, "too_large")

    def test_an_import_may_be_larger_than_any_other_body(self):
        with override_settings(MAX_BODY_BYTES=1_000):
            self.bring(document(todos=[row(notes="x" * 2_000)]))
            self.assert_problem(self.alice.post("/todos", {"title": "x", "notes": "x" * 2_000}), 413, "too_large")
