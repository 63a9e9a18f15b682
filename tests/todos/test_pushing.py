"""POST /changes: what a device has changed while it was alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID, uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.thoroughness import IS_THOROUGH
from tests.todos.case import TodosTestCase
from todos import clock

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SEEDS = 60 if IS_THOROUGH else 4
NOT_COMPARED = frozenset(
    {"version", "created_at", "updated_at", "position", "completed_at", "deleted_at", "id", "also"}
)


def edit(kind, row, **values):
    return {"kind": kind, "id": row if isinstance(row, str) else row["id"], **values}


class PushCase(TodosTestCase):
    def push(self, *edits, status=200, **more):
        response = self.alice.post("/changes", {"changes": [*edits], **more})
        self.assertEqual(response.status_code, status, response.content)
        return response.json()

    def results(self, *edits):
        return self.push(*edits)["results"]

    def statuses(self, *edits):
        return [result["status"] for result in self.results(*edits)]

    def row(self, kind, row):
        """As the list of rows has it."""
        return self.alice.get(f"/{kind}/{row['id']}").json()


class Edits(PushCase):
    def test_a_list_then_the_todos_in_it_in_one_change(self):
        project, todo, child = (str(uuid4()) for _ in range(3))
        before = self.alice.version

        answer = self.push(
            edit("list", project, name="project"),
            edit("todo", todo, title="first", list=project, tags=["new"]),
            edit("todo", child, title="second", parent=todo),
        )

        about = [(result["status"], result["version"]) for result in answer["results"]]
        self.assertEqual(about, [("applied", before + 1)] * 3)
        self.assertEqual((answer["version"], answer["news"]), (before + 1, None))
        self.assertEqual(self.alice.get(f"/todos/{child}").json()["list"], project)

    def test_a_conflict_holds_nothing_up_and_brings_its_row(self):
        first, second = self.alice.todo(title="first"), self.alice.todo(title="second")
        self.alice.patch(f"/todos/{first['id']}", {"title": "theirs"})
        theirs = self.row("todos", first)

        conflict, applied = self.results(
            edit("todo", first, title="mine", base_version=first["version"]),
            edit("todo", second, title="mine", base_version=second["version"]),
        )

        self.assertEqual((conflict["status"], conflict["code"], conflict["current"]), ("conflict", "stale", theirs))
        self.assertEqual((applied["status"], applied["version"]), ("applied", self.alice.version))
        self.assertEqual([self.row("todos", row)["title"] for row in (first, second)], ["theirs", "mine"])

    def test_edits_of_one_row_are_compared_with_what_was_before_the_push(self):
        todo = self.alice.todo()
        version = todo["version"]
        self.alice.delete(f"/todos/{todo['id']}")
        trashed = self.row("todos", todo)["version"]

        results = self.results(
            edit("todo", todo, op="restore", base_version=trashed),
            edit("todo", todo, title="edited", base_version=trashed),
            edit("todo", todo, op="complete", base_version=trashed),
            edit("todo", todo, title="late", base_version=version),
        )

        self.assertEqual([result["status"] for result in results], ["applied"] * 3 + ["conflict"])
        row = self.row("todos", todo)
        self.assertEqual((row["title"], row["completed"], row["deleted_at"]), ("edited", True, None))
        self.assertEqual(results[0]["version"], row["version"])
        # What came of it is no conflict with the next edit.
        self.assertEqual(self.statuses(edit("todo", todo, title="next", base_version=row["version"])), ["applied"])

    def test_what_was_lost_on_the_way_is_sent_again_without_harm(self):
        todo, gone, project = self.alice.todo(), self.alice.todo(), self.alice.make("lists")
        tag, view = self.alice.make("tags", name="blue"), self.alice.make("views", name="all", query={})
        dropped = self.alice.make("lists")
        edits = (
            edit("todo", str(uuid4()), title="new", tags=["green"]),
            edit("todo", todo, title="edited", base_version=todo["version"]),
            edit("todo", gone, op="delete", base_version=gone["version"]),
            edit("list", project, name="renamed", base_version=project["version"]),
            edit("list", str(uuid4()), name="new"),
            edit("list", dropped, op="delete", base_version=dropped["version"]),
            edit("tag", tag, op="delete", base_version=tag["version"]),
            edit("view", view, color="#112233", base_version=view["version"]),
            {"kind": "settings", "week_start": 7},
        )
        first = self.push(*edits)
        self.assertEqual({result["status"] for result in first["results"]}, {"applied"})

        again = self.push(*edits)

        self.assertEqual(again["results"], first["results"])
        self.assertEqual(again["version"], first["version"])
        self.assertEqual(self.alice.version, first["version"])

    def test_a_refused_edit_leaves_nothing_behind(self):
        todo, other, tag = self.alice.todo(title="title"), self.alice.todo(), str(uuid4())
        before = self.everything()
        version = self.alice.version

        results = self.results(
            edit("todo", todo, title="other", tags=["red"], parent=str(uuid4())),
            edit("todo", str(uuid4()), title="new", tags=["green"], list=str(uuid4())),
            edit("todo", str(uuid4()), title="new", parent=other["id"], tags=["blue"], due_time="10:00"),
            edit("todo", todo, title="other", priority=4),
            edit("tag", tag, name=""),
        )

        self.assertEqual([result["status"] for result in results], ["rejected"] * 5)
        pointers = [result["errors"][0]["pointer"] for result in results]
        self.assertEqual(pointers, ["/parent", "/list", "/due_time", "/priority", "/name"])
        self.assertEqual((self.everything(), self.alice.version), (before, version))
        self.assertEqual(self.alice.get("/tags").json()["results"], [])

    def everything(self, person=None):
        return (person or self.alice).get("/changes?page_size=200").json()

    def test_others_go_on_after_what_a_refused_one_had_begun(self):
        todo, parent = self.alice.todo(title="title"), self.alice.todo()
        child = self.alice.todo(parent=parent["id"])

        results = self.results(
            edit("todo", child, parent=None, tags=["red"], due_time="10:00"),
            edit("todo", child, title="renamed", tags_add=["red"]),
            edit("todo", todo, parent=parent["id"]),
        )

        self.assertEqual([result["status"] for result in results], ["rejected", "applied", "applied"])
        row = self.row("todos", child)
        self.assertEqual((row["title"], row["parent"], row["tags"]), ("renamed", parent["id"], ["red"]))
        self.assertEqual(len(self.alice.titles(parent=parent["id"])), 2)

    def test_what_one_edit_does_together_is_taken_back_without_the_others(self):
        project, parent = self.alice.make("lists"), self.alice.todo()
        single, child = self.alice.todo(list=project["id"]), self.alice.todo(parent=parent["id"])
        done = self.alice.todo(parent=parent["id"])
        repeating = self.alice.todo(title="r", rrule="FREQ=DAILY", due_date="2026-11-20")

        results = self.results(
            edit("todo", done, op="complete"),
            edit("todo", parent, completed=True),
            edit("todo", parent, op="reopen"),
            edit("todo", single, op="delete"),
            edit("list", project, op="delete"),
            edit("list", project, op="restore"),
            edit("todo", child, op="delete"),
            edit("todo", parent, op="delete"),
            edit("todo", parent, op="restore"),
            edit("todo", repeating, rrule="FREQ=DAILY", due_date="2026-11-21"),
            edit("todo", repeating, op="complete"),
            edit("todo", repeating, rrule="FREQ=WEEKLY", due_date="2027-01-01"),
            edit("todo", repeating, op="reopen"),
        )

        self.assertEqual({result["status"] for result in results}, {"applied"})
        self.assertTrue(self.row("todos", done)["completed"])
        for row in (single, child):
            self.assertIsNotNone(self.row("todos", row)["deleted_at"])
        for row in (parent, done):
            self.assertIsNone(self.row("todos", row)["deleted_at"])
        self.assertEqual(self.row("todos", repeating)["due_date"], "2027-01-01")
        # What comes next has a number of its own.
        self.assertEqual({result["version"] for result in results} - {self.alice.version}, set())
        self.alice.delete(f"/todos/{parent['id']}")
        self.alice.post(f"/todos/{parent['id']}/restore")
        self.assertIsNotNone(self.row("todos", child)["deleted_at"])

    def test_an_occurrence_stays_done_that_another_edit_completed(self):
        parent = self.alice.todo()
        child = self.alice.todo(parent=parent["id"], rrule="FREQ=DAILY", due_date="2100-01-01")

        self.results(
            edit("todo", child, op="complete"), edit("todo", parent, op="complete"), edit("todo", child, op="reopen")
        )

        row = self.row("todos", child)
        self.assertEqual((row["due_date"], row["completed"]), ("2100-01-02", False))
        self.assertEqual(len(self.alice.get(f"/todos/{child['id']}/completions").json()["results"]), 1)

    def test_what_is_gone_or_in_the_trash(self):
        trashed, erased = self.alice.todo(), self.alice.todo()
        for todo in (trashed, erased):
            self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{erased['id']}?permanent=true")
        hers = self.mallory.todo()

        results = self.results(
            edit("todo", trashed, title="edited"),
            edit("todo", erased, title="edited"),
            edit("todo", erased, op="update", title="edited"),
            edit("todo", erased, op="delete"),
            edit("todo", trashed, op="delete"),
            edit("todo", hers, op="update", title="mine"),
            edit("todo", hers, op="complete"),
            edit("list", str(uuid4()), op="restore"),
        )

        codes = [(result["status"], result.get("code")) for result in results]
        self.assertEqual(
            codes,
            [
                ("conflict", "trashed"),
                ("conflict", "erased"),
                ("conflict", "not_found"),
                ("applied", None),
                ("applied", None),
                ("conflict", "not_found"),
                ("conflict", "not_found"),
                ("conflict", "not_found"),
            ],
        )
        self.assertEqual(results[0]["current"]["id"], trashed["id"])
        self.assertEqual([result["current"] for result in results[1:3]], [None, None])
        self.assertIsNone(results[3]["version"])
        self.assertEqual(self.mallory.get(f"/todos/{hers['id']}").json(), hers)

    def test_an_id_of_somebody_elses_is_free(self):
        hers = self.mallory.todo(title="hers")

        self.assertEqual(self.statuses(edit("todo", hers, title="mine")), ["applied"])
        self.assertEqual(self.row("todos", hers)["title"], "mine")
        self.assertEqual(self.mallory.get(f"/todos/{hers['id']}").json()["title"], "hers")

    def test_lists_tags_views_and_settings(self):
        project, todo = self.alice.make("lists", name="project"), self.alice.todo(tags=["blue"])
        in_project = self.alice.todo(list=project["id"])
        (tag,) = self.alice.get("/tags").json()["results"]
        self.alice.patch(f"/lists/{project['id']}", {"color": "#112233"})
        view, other = str(uuid4()), str(uuid4())

        results = self.results(
            edit("list", project, name="renamed", base_version=project["version"]),
            edit("list", project, op="delete"),
            edit("todo", in_project, title="edited"),
            edit("tag", tag, name="green"),
            edit("todo", todo, tags_add=["blue", "red"]),
            edit("tag", str(uuid4()), name="green"),
            edit("view", view, name="all", query={"tag": ["green"]}),
            edit("view", other, name="red", query={"tag": ["red"]}),
            edit("view", other, op="move", after=None),
            edit("list", self.alice.get("/me").json()["inbox"], op="delete"),
            {"kind": "settings", "time_zone": "Asia/Tokyo"},
        )

        codes = [result.get("code", result["status"]) for result in results]
        self.assertEqual(
            codes,
            [
                "stale",
                "applied",
                "trashed",
                "applied",
                "applied",
                "name_taken",
                *["applied"] * 3,
                "inbox_stays",
                "applied",
            ],
        )
        self.assertEqual(results[0]["current"]["color"], "#112233")
        self.assertEqual(results[5]["current"]["id"], tag["id"])
        self.assertEqual(self.row("todos", todo)["tags"], ["green", "red"])
        self.assertEqual([row["id"] for row in self.alice.get("/views").json()["results"]], [other, view])
        self.assertEqual(self.alice.get("/me").json()["time_zone"], "Asia/Tokyo")

    def test_what_a_push_makes_of_the_default_list_counts_for_what_comes_after(self):
        project, first, second = self.alice.make("lists"), str(uuid4()), str(uuid4())

        self.results(
            {"kind": "settings", "default_list": project["id"]},
            edit("todo", first, title="in it"),
            edit("list", project, op="delete"),
            edit("todo", second, title="not in it"),
        )

        self.assertEqual(self.alice.get(f"/todos/{first}").json()["list"], project["id"])
        self.assertEqual(self.alice.get(f"/todos/{second}").json()["list"], self.alice.get("/me").json()["inbox"])

    def test_settings_that_were_changed_meanwhile(self):
        (first,) = self.results({"kind": "settings", "week_start": 7})
        self.alice.patch("/me", {"week_start": 6})

        by_version, by_base, wanted, merged = self.results(
            {"kind": "settings", "week_start": 5, "base_version": first["version"]},
            {"kind": "settings", "week_start": 5, "base": {"week_start": 7}},
            {"kind": "settings", "week_start": 6, "base_version": first["version"]},
            {"kind": "settings", "time_zone": "Asia/Tokyo", "base": {"time_zone": "UTC"}},
        )

        for refused in (by_version, by_base):
            # As the push has left them.
            now = {"version": self.alice.version, "time_zone": "Asia/Tokyo", "week_start": 6, "default_list": None}
            self.assertEqual((refused["status"], refused["code"], refused["current"]), ("conflict", "stale", now))
        self.assertEqual([wanted["status"], merged["status"]], ["applied", "applied"])

    def test_nothing_taken_leaves_the_version_as_it_was(self):
        tag, other = self.alice.make("tags", name="blue"), self.alice.make("tags", name="red")
        version = self.alice.version

        answer = self.push(
            edit("tag", str(uuid4()), name="Blue"),
            edit("tag", other, name="blue"),
            edit("list", self.alice.inbox, op="delete"),
            edit("list", str(uuid4()), op="move"),
            {"kind": "settings", "default_list": str(uuid4())},
        )

        self.assertNotIn("applied", [result["status"] for result in answer["results"]])
        self.assertEqual(answer["results"][0]["current"]["id"], tag["id"])
        self.assertEqual((answer["version"], self.alice.version), (version, version))

    def test_signs_that_come_and_go_leave_the_words(self):
        todo = self.alice.todo(title="coop")

        # With a soft hyphen, of which PostgreSQL's own way of writing words out knows nothing.
        self.results(*(edit("todo", todo, title=title) for title in ("co\u00adop", "co\u00adop!")))

        self.assertEqual(self.alice.titles(q="coop"), ["co\u00adop!"])

    def test_a_todo_that_repeats_is_completed_once_by_two_devices(self):
        todo = self.alice.todo(rrule="FREQ=DAILY", due_date="2026-11-27")
        twice = [edit("todo", todo, op="complete", base_version=todo["version"])] * 2

        self.assertEqual(self.statuses(*twice), ["applied", "applied"])
        self.assertEqual(self.statuses(*twice), ["conflict", "conflict"])
        self.assertEqual(len(self.alice.get(f"/todos/{todo['id']}/completions").json()["results"]), 2)

    def test_requests_that_no_client_means(self):
        todo = self.alice.todo()
        for changes in (
            [],
            [edit("todo", todo)] * 201,
            ["todo"],
            [{"kind": "nothing", "id": todo["id"]}],
            [{"kind": "todo", "title": "x"}],
            [{"kind": "todo", "id": "x"}],
        ):
            with self.subTest(changes=changes[:1]):
                response = self.alice.post("/changes", {"changes": changes})
                self.assertEqual(response.status_code, 400, response.content)

    def test_members_that_do_not_go_together(self):
        todo = self.alice.todo()
        for more in (
            {"op": "complete", "title": "x"},
            {"op": "move", "title": "x"},
            {"after": None},
            {"version": 3},
            {"op": "erase"},
            {"base": {"tags_add": []}},
            {"base": {"title": 3}},
            {"base_version": "3"},
        ):
            with self.subTest(more):
                (result,) = self.results(edit("todo", todo, **more))
                self.assertEqual(result["status"], "rejected", result)
                self.assertTrue(result["errors"][0]["pointer"])

    def test_a_key_makes_a_push_count_once(self):
        todo = self.alice.todo(rrule="FREQ=DAILY", due_date="2026-11-27")
        body, headers = {"changes": [edit("todo", todo, op="complete")]}, {"Idempotency-Key": "push"}

        first = self.alice.post("/changes", body, **headers)
        again = self.alice.post("/changes", body, **headers)

        self.assertEqual((first.status_code, first.content), (200, again.content))
        self.assertEqual(len(self.alice.get(f"/todos/{todo['id']}/completions").json()["results"]), 1)

    def test_of_a_long_answer_the_outcomes_are_kept(self):
        todos = [self.alice.todo(notes="n" * 9_000) for _ in range(8)]
        project = self.alice.make("lists")
        edits = [edit("todo", todo, title="mine", base_version=1) for todo in todos]
        edits += [edit("todo", str(uuid4()), title=""), edit("list", project, name="mine", base_version=1)]
        self.alice.make("tags", name="blue")
        edits += [edit("tag", str(uuid4()), name="Blue"), edit("view", str(uuid4()), op="update", name="x")]
        edits += [{"kind": "settings", "week_start": 7, "base_version": 9}]
        body, headers = {"changes": edits, "since": self.alice.version}, {"Idempotency-Key": "long"}

        first = self.alice.post("/changes", body, **headers)
        self.alice.patch(f"/todos/{todos[0]['id']}", {"title": "theirs"})
        again = self.alice.post("/changes", body, **headers).json()

        self.assertGreater(len(first.content), 65_536)
        told = ["conflict"] * 8 + ["rejected"] + ["conflict"] * 4
        self.assertEqual([each["status"] for each in again["results"]], told)
        self.assertEqual(again["results"][1:], first.json()["results"][1:])
        self.assertEqual(again["results"][0]["current"]["title"], "theirs")
        self.assertEqual([row["id"] for row in again["news"]["todos"]], [todos[0]["id"]])

    def test_a_view_needs_a_query(self):
        (result,) = self.results(edit("view", str(uuid4()), name="all"))
        self.assertEqual([each["pointer"] for each in result["errors"]], ["/query"])

    def test_what_has_many_faults_is_told_of_some(self):
        faulty = {str(number): 1 for number in range(30)}
        results = self.results(*(edit("todo", str(uuid4()), **faulty) for _ in range(200)))
        told = [len(result["errors"]) for result in results]
        self.assertEqual((told[0], min(told), sum(told) < 280), (20, 1, True))


class Bases(PushCase):
    def test_a_base_without_a_value_is_what_a_row_without_one_has(self):
        todo, project = self.alice.todo(), self.alice.make("lists", name="project")
        view = self.alice.make("views", name="view", query={})

        statuses = self.statuses(
            edit("todo", todo, due_date="2026-12-01", rrule="FREQ=DAILY", base={"due_date": None, "rrule": None}),
            edit("list", project, color="#112233", base={"color": None}),
            edit("view", view, color="#112233", base={"color": None}),
        )

        self.assertEqual(statuses, ["applied"] * 3)

    def merged(self, theirs, mine, base, kind="todos", **first):
        """What becomes of an edit of mine that started from `base`, while they have changed the row."""
        row = self.alice.make(kind, **first)
        if theirs:
            self.alice.patch(f"/{kind}/{row['id']}", theirs)
        (result,) = self.results(edit(kind.removesuffix("s"), row, **mine, base=base))
        return result["status"], self.row(kind, row)

    def test_other_fields_do_not_conflict(self):
        status, row = self.merged({"notes": "theirs"}, {"title": "mine"}, {"title": "old"}, title="old")
        self.assertEqual((status, row["title"], row["notes"]), ("applied", "mine", "theirs"))

    def test_the_same_field_does(self):
        status, row = self.merged({"title": "theirs"}, {"title": "mine"}, {"title": "old"}, title="old")
        self.assertEqual((status, row["title"]), ("conflict", "theirs"))

    def test_the_same_value_does_not(self):
        status, row = self.merged({"title": "same"}, {"title": "same"}, {"title": "old"}, title="old")
        self.assertEqual((status, row["title"]), ("applied", "same"))

    def test_fields_of_every_kind(self):
        for name, old, theirs, mine in (
            ("tags", ["a", "b"], ["a"], ["c"]),
            ("meta", {"a": 1}, {"a": 2}, {"a": 3}),
            ("due_date", "2026-11-27", "2026-11-28", None),
            ("reminders", [{"at": "2026-11-27T09:00"}], [], [{"at": "2026-11-28T09:00"}]),
            ("completed", False, True, False),
            ("priority", 0, 1, 2),
        ):
            with self.subTest(name):
                wanted = {name: mine}
                self.assertEqual(self.merged({}, wanted, {name: old}, title="t", **{name: old})[0], "applied")
                if name != "completed":
                    self.assertEqual(
                        self.merged({name: theirs}, wanted, {name: old}, title="t", **{name: old})[0], "conflict"
                    )

    def test_a_place(self):
        projects = [self.alice.make("lists", name=name)["id"] for name in "abc"]
        old, theirs, mine = ({"list": uid} for uid in projects)
        self.assertEqual(self.merged({}, mine, old, title="t", **old)[0], "applied")
        self.assertEqual(self.merged(theirs, mine, old, title="t", **old)[0], "conflict")

    def test_lists_tags_and_views(self):
        self.assertEqual(self.merged({"name": "b"}, {"name": "c"}, {"name": "a"}, "lists", name="a")[0], "conflict")
        self.assertEqual(
            self.merged({"color": "#112233"}, {"name": "e"}, {"name": "d"}, "tags", name="d")[0], "applied"
        )
        status, row = self.merged({"name": "h"}, {"query": {"q": "x"}}, {"query": {}}, "views", name="g", query={})
        self.assertEqual((status, row["name"]), ("applied", "h"))

    def test_an_occurrence_is_told_by_what_was_seen_of_it(self):
        todo = self.alice.todo(rrule="FREQ=DAILY", due_date="2100-01-01")
        self.alice.patch(f"/todos/{todo['id']}", {"title": "theirs"})
        done = edit("todo", todo, op="complete", base={"due_date": "2100-01-01"})

        self.assertEqual([self.statuses(done), self.statuses(done)], [["applied"], ["conflict"]])
        self.assertEqual(self.row("todos", todo)["due_date"], "2100-01-02")

    def test_what_has_no_base_is_held_to_the_version(self):
        todo = self.alice.todo(title="old", notes="old")
        self.alice.patch(f"/todos/{todo['id']}", {"priority": 2})
        mine = {"title": "mine", "notes": "mine", "base": {"title": "old"}}

        stale, sound = edit("todo", todo, **mine, base_version=todo["version"]), edit("todo", todo, **mine)
        self.assertEqual(self.statuses(stale), ["conflict"])
        self.assertEqual(self.statuses(sound), ["applied"])


class TruthTable(PushCase):
    """As docs/integrating.md has it: what is edited here, what happened there meanwhile, and what becomes of both."""

    def outcomes(self, mine, base, meanwhile, told, **first):
        """By a version, by a base and by neither."""
        found = []
        for started_from in ("base_version", "base", ""):
            row = self.alice.todo(**{"title": "old", **first})
            meanwhile(row)
            more = {"base_version": {"base_version": row["version"]}, "base": {"base": base}}.get(started_from, {})
            (result,) = self.results(edit("todo", row, **mine, **more))
            code = result.get("code") or next((each["code"] for each in result.get("errors", [])), "applied")
            now = self.alice.get(f"/todos/{row['id']}")
            found.append((code, told(now.json()) if now.status_code == 200 else None))
        return found

    def patched(self, **values):
        return lambda row: self.alice.patch(f"/todos/{row['id']}", values)

    def test_fields(self):
        texts, base = itemgetter("title", "notes"), {"title": "old"}
        self.assertEqual(
            self.outcomes({"title": "mine"}, base, self.patched(notes="theirs"), texts),
            [("stale", ("old", "theirs")), *[("applied", ("mine", "theirs"))] * 2],
        )
        self.assertEqual(
            self.outcomes({"title": "mine"}, base, self.patched(title="theirs"), texts),
            [*[("stale", ("theirs", ""))] * 2, ("applied", ("mine", ""))],
        )
        self.assertEqual(
            self.outcomes({"title": "same"}, base, self.patched(title="same"), texts), [("applied", ("same", ""))] * 3
        )

    def test_places(self):
        old, mine, theirs = (self.alice.make("lists", name=name)["id"] for name in "abc")
        where = itemgetter("list")
        self.assertEqual(
            self.outcomes({"list": mine}, {"list": old}, self.patched(list=theirs), where, list=old),
            [*[("stale", theirs)] * 2, ("applied", mine)],
        )
        self.alice.delete(f"/lists/{mine}")
        self.assertEqual(
            self.outcomes({"list": mine}, {"list": old}, lambda row: None, where, list=old), [("trashed", old)] * 3
        )

    def test_the_trash(self):

        def is_gone(row):
            return row["deleted_at"] is not None

        def trash(row):
            self.alice.delete(f"/todos/{row['id']}")

        def erase(row):
            trash(row)
            self.alice.delete(f"/todos/{row['id']}?permanent=true")

        mine, base = {"title": "mine"}, {"title": "old"}
        self.assertEqual(self.outcomes(mine, base, trash, is_gone), [("trashed", True)] * 3)
        self.assertEqual(self.outcomes(mine, base, erase, is_gone), [("erased", None)] * 3)
        self.assertEqual(
            self.outcomes({"op": "delete"}, base, self.patched(title="theirs"), is_gone),
            [("stale", False), *[("applied", True)] * 2],
        )

    def test_what_repeats(self):
        def complete(row):
            self.alice.post(f"/todos/{row['id']}/complete")

        def done(row):
            return len(self.alice.get(f"/todos/{row['id']}/completions").json()["results"])

        self.assertEqual(
            self.outcomes({"op": "complete"}, {}, complete, done, rrule="FREQ=DAILY", due_date="2026-11-27"),
            [("stale", 1), *[("applied", 2)] * 2],
        )

    def test_tags(self):
        found = []
        for started_from in ("base_version", "base", ""):
            row = self.alice.todo(tags=[f"a{started_from}"])
            tag = self.alice.get("/tags").json()["results"][0]
            self.alice.patch(f"/tags/{tag['id']}", {"name": f"b{started_from}"})
            more = {started_from: row["version"] if started_from == "base_version" else {"tags": row["tags"]}}
            mine = {"tags": [*row["tags"], "zebra"], **(more if started_from else {})}
            found.append((self.statuses(edit("todo", row, **mine)), self.row("todos", row)["tags"]))
            self.alice.delete(f"/tags/{tag['id']}")

        self.assertEqual(
            found,
            [
                (["conflict"], ["bbase_version"]),
                (["applied"], ["bbase", "zebra"]),
                (["applied"], ["b", "zebra"]),
            ],
        )


class News(PushCase):
    def test_a_whole_sync_is_one_round_trip(self):
        todo = self.alice.todo(title="old")
        since = self.alice.version
        self.alice.patch(f"/todos/{todo['id']}", {"title": "theirs"})
        theirs, mine = self.row("todos", todo), str(uuid4())

        answer = self.push(
            edit("todo", todo, title="mine", base_version=todo["version"]), edit("todo", mine, title="x"), since=since
        )

        news = answer["news"]
        self.assertEqual([row["id"] for row in news["todos"]], [todo["id"], mine])
        self.assertEqual(news["todos"][0], theirs)
        self.assertEqual((news["version"], news["next"]), (answer["version"], None))
        self.assertEqual(self.alice.get(f"/changes?since={since}").json(), news)

    def test_news_go_on_by_get(self):
        edits = [edit("todo", str(uuid4()), title=str(number)) for number in range(5)]
        response = self.alice.post("/changes?page_size=2", {"changes": edits, "since": self.alice.version})
        news = response.json()["news"]

        seen = [row["id"] for row in news["todos"]]
        while news["next"]:
            news = self.alice.get(news["next"]).json()
            seen += [row["id"] for row in news["todos"]]
        self.assertEqual(sorted(seen), sorted(each["id"] for each in edits))

    def test_every_row_that_is_named_comes_back(self):
        todo, wanted, trashed = self.alice.todo(), self.alice.todo(title="wanted"), self.alice.todo()
        self.alice.delete(f"/todos/{trashed['id']}")
        edits = [
            edit("todo", wanted, title="wanted"),
            edit("todo", todo, list=str(uuid4())),
            edit("todo", trashed, priority=7),
            edit("todo", str(uuid4()), title=""),
        ]

        told = self.push(*edits, since=self.alice.version)
        without = self.push(*edits)

        self.assertEqual([each["status"] for each in told["results"]], ["applied", *["rejected"] * 3])
        currents = [each["current"] for each in told["results"]]
        self.assertEqual(currents, [self.row("todos", wanted), self.row("todos", todo), currents[2], None])
        self.assertEqual(currents[2]["id"], trashed["id"])
        self.assertEqual(told["news"]["todos"], [])
        self.assertNotIn("current", without["results"][0])

    def test_a_page_that_nobody_can_have_refuses_everything(self):
        body = {"changes": [edit("todo", str(uuid4()), title="x")], "since": self.alice.version}
        self.assert_fault(self.alice.post("/changes?page_size=0", body), "/page_size", "min_value")
        self.assertEqual(self.alice.version, body["since"])

    def test_a_version_without_a_way_on_refuses_everything(self):
        before = self.alice.version
        self.assert_problem(
            self.alice.post("/changes", {"changes": [edit("todo", str(uuid4()), title="x")], "since": before + 1}),
            410,
            "sync_too_old",
        )
        self.assertEqual(self.alice.version, before)


class Costs(PushCase):
    def test_statements_do_not_grow_with_the_changes(self):
        costs = []
        for name in ("red", "blue"):
            self.alice.make("tags", name=name)
        for count in (4, 100):
            todos = [self.alice.todo(title="old", due_date="2026-11-27", rrule="FREQ=DAILY") for _ in range(count)]
            for todo in todos[::2]:
                self.alice.patch(f"/todos/{todo['id']}", {"title": "theirs"})
            edits = []
            for todo, op in zip(todos, ("save", "complete", "delete", "skip") * count, strict=False):
                more = {"title": "mine", "tags_add": ["red"]} if op == "save" else {}
                edits += [edit("todo", todo, op=op, **more, base_version=todo["version"])]
                edits += [edit("todo", str(uuid4()), title="new", parent=None, tags=["red", "blue"])]
            with CaptureQueriesContext(connection) as queries:
                statuses = self.statuses(*edits)
            self.assertEqual((statuses.count("conflict"), statuses.count("applied")), (count // 2, count * 3 // 2))
            costs.append(len(queries))

        # SQLite takes so many values at once, and of so many changes one counts the history.
        self.assertLessEqual(costs[1], costs[0] + 4)

    def test_nor_do_they_with_the_refused(self):
        costs = []
        for count in (4, 100):
            todos = [self.alice.todo(due_date="2026-11-27", rrule="FREQ=DAILY") for _ in range(count)]
            with CaptureQueriesContext(connection) as queries:
                results = self.results(*(edit("todo", todo, op="unskip") for todo in todos))
            self.assertEqual([each["code"] for each in results], ["not_skipped"] * count)
            costs.append(len(queries))

        self.assertEqual(*costs)


class LikeOneByOne(PushCase):
    """Whatever is refused in between, a push does what its edits do when each is pushed by itself."""

    def test_random_pushes(self):
        self.enterContext(clock.stopped_at(NOON))
        refused = 0
        for seed in range(SEEDS):
            together, apart = self.person(f"together{seed}"), self.person(f"apart{seed}")
            for person in (together, apart):
                self.prepare(person)
            edits = [*self.random_edits(random.Random(seed))]
            whole = together.post("/changes", {"changes": edits}).json()["results"]
            single = [apart.post("/changes", {"changes": [each]}).json()["results"][0] for each in edits]
            with self.subTest(seed=seed):
                self.assert_alike((together, whole), (apart, single))
            refused += sum(each["status"] != "applied" for each in whole)
        self.assertGreater(refused, 20 * SEEDS)

    def test_a_bulk_of_each_by_itself_does_the_same(self):
        self.enterContext(clock.stopped_at(NOON))
        refused = 0
        for seed in range(SEEDS):
            pushing, bulk = self.person(f"pushing{seed}"), self.person(f"bulk{seed}")
            for person in (pushing, bulk):
                self.prepare(person)
            dice = random.Random(seed)
            edits = [
                each | {"op": dice.choice(["create", "update"])} if each["op"] == "save" else each
                for each in self.random_edits(dice)
            ]
            operations = [{name: value for name, value in each.items() if name != "kind"} for each in edits]
            pushed = pushing.post("/changes", {"changes": edits}).json()["results"]
            answered = bulk.post("/todos/bulk", {"mode": "each", "operations": operations}).json()["results"]
            with self.subTest(seed=seed):
                self.assert_alike((pushing, pushed), (bulk, answered))
            refused += sum(each["status"] != "applied" for each in pushed)
        self.assertGreater(refused, 20 * SEEDS)

    def assert_alike(self, *told):
        """Each of two people was told the same, and has the same."""
        outcomes = [[(each["status"], each.get("code"), each.get("errors")) for each in results] for _, results in told]
        self.assertEqual(*outcomes)
        self.assertEqual(*(self.state_of(person) for person, _ in told))

    TODOS = [str(UUID(int=number)) for number in range(1, 13)]

    def prepare(self, person):
        for number, uid in enumerate(self.TODOS[:6]):
            more = {"rrule": "FREQ=DAILY;COUNT=3", "due_date": "2026-11-27"} if number % 2 else {}
            more |= {"parent": self.TODOS[number - 3]} if number > 3 else {}
            person.make("todos", id=uid, title=f"todo {number}", **more)

    def random_edits(self, dice):
        for _ in range(60):
            uid = dice.choice(self.TODOS)
            op = dice.choice(["save"] * 6 + ["complete", "reopen", "skip", "unskip", "delete", "restore"] * 2)
            values = {
                "title": dice.choice(["a", "b"]),
                "parent": dice.choice([None, *self.TODOS]),
                "tags": dice.choice([[], ["a"], ["b", "c"]]),
                "due_date": dice.choice([None, "2026-11-27", "2026-12-01"]),
                "due_time": dice.choice([None, None, "10:00"]),
                "rrule": dice.choice([None, None, "FREQ=DAILY;COUNT=2"]),
                "completed": dice.choice([True, False]),
                "reminders": dice.choice([[], [{"at": "2026-11-27T09:00"}]]),
            }
            chosen = dice.sample([*values], k=dice.randint(0, 4)) if op == "save" else []
            title = {"title": "new"} if op == "save" else {}
            yield edit("todo", uid, op=op, **title, **{name: values[name] for name in chosen if name != "title"})

    def state_of(self, person):
        found = {}
        for status in ("open", "completed", "trashed"):
            for row in person.get(f"/todos?status={status}&starts=all&page_size=200").json()["results"]:
                kept = {name: value for name, value in row.items() if name not in NOT_COMPARED | {"list"}}
                found[row["id"]] = {**kept, "state": status, "history": self.history_of(person, row["id"])}
        return found

    def history_of(self, person, uid):
        rows = person.get(f"/todos/{uid}/completions?skipped=true").json()["results"]
        return sorted((row["due_date"], row["occurrence_on"], row["missed"], row["skipped"]) for row in rows)
