"""Todos that repeat, through the API."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from todos import clock
from todos.models import Completion

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Repeating(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.stop_at(FRIDAY)

    def stop_at(self, moment: datetime) -> None:
        self.enterContext(clock.stopped_at(moment))

    def weekly(self, **values):
        return self.alice.todo(**{"due_date": "2026-11-27", "rrule": "FREQ=WEEKLY", **values})

    def verb(self, todo, verb, **body):
        response = self.alice.post(f"/todos/{todo['id']}/{verb}", body)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def history(self, todo, **query):
        return self.alice.get(f"/todos/{todo['id']}/completions", query).json()["results"]

    def test_a_rule_is_answered_in_its_one_spelling(self):
        todo = self.weekly(rrule="byday=tu;interval=2;freq=weekly")

        self.assertEqual((todo["rrule"], todo["repeat_from"]), ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "due"))

    def test_it_needs_a_day(self):
        response = self.alice.post("/todos", {"title": "a", "rrule": "FREQ=DAILY"})
        self.assert_fault(response, "/rrule", "rrule_needs_date")
        todo = self.weekly()
        response = self.alice.patch(f"/todos/{todo['id']}", {"due_date": None})
        self.assert_fault(response, "/due_date", "rrule_needs_date")

    def test_bad_rules_are_refused_with_the_name_of_the_part(self):
        for rule, code in (("FREQ=DAILY;BYHOUR=1", "rrule_part"), ("FREQ=DAILY;COUNT=1", "rrule_empty")):
            response = self.alice.post("/todos", {"title": "a", "due_date": "2026-11-27", "rrule": rule})
            self.assert_fault(response, "/rrule", code)

    def test_completing_goes_on_to_the_next(self):
        todo = self.weekly(due_time="09:00", time_zone="Europe/Berlin", starts_on="2026-11-26")

        done = self.verb(todo, "complete")

        self.assertEqual((done["due_date"], done["completed"], done["starts_on"]), ("2026-12-04", False, "2026-12-03"))
        self.assertEqual(done["due_at"], "2026-12-04T08:00:00Z")
        (completion,) = self.history(todo)
        self.assertEqual((completion["occurrence_on"], completion["missed"]), ("2026-11-27", 0))

    def test_nine_stays_nine_when_the_clocks_change(self):
        self.stop_at(datetime(2026, 3, 27, tzinfo=UTC))
        todo = self.alice.todo(due_date="2026-03-28", due_time="09:00", time_zone="Europe/Berlin", rrule="FREQ=DAILY")

        done = self.verb(todo, "complete")

        self.assertEqual((todo["due_at"], done["due_at"]), ("2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"))

    def test_by_a_patch_and_in_bulk_too(self):
        one, other = self.weekly(), self.weekly()

        patched = self.alice.patch(f"/todos/{one['id']}", {"completed": True}).json()
        answer = self.alice.post("/todos/bulk", {"operations": [{"op": "complete", "id": other["id"]}]}).json()

        self.assertEqual((patched["due_date"], answer["results"][0]["due_date"]), ("2026-12-04", "2026-12-04"))
        self.assertEqual([len(self.history(todo)) for todo in (one, other)], [1, 1])

    def test_a_whole_row_completes_no_occurrence(self):
        todo, body = self.weekly(), {"title": "a", "due_date": "2026-11-27", "rrule": "FREQ=WEEKLY", "completed": True}
        new = str(uuid.uuid4())
        create = {"operations": [{"op": "create", **body}]}

        for response in (
            self.alice.put(f"/todos/{todo['id']}", body),
            self.alice.put(f"/todos/{new}", body),
            self.alice.post("/todos", {**body, "id": new}),
        ):
            self.assert_fault(response, "/completed", "completed_repeats")
        bulk = self.alice.post("/todos/bulk", create)
        self.assert_fault(bulk, "/operations/0/completed", "completed_repeats")
        self.assertEqual(self.alice.get(f"/todos/{new}").status_code, 404)
        self.assertEqual((self.alice.version, self.history(todo)), (todo["version"], []))

    def test_a_whole_row_is_completed_where_no_occurrence_follows_and_again_is_the_same(self):
        body = {"id": str(uuid.uuid4()), "title": "a", "due_date": "2026-11-13", "rrule": "FREQ=WEEKLY;COUNT=2"}
        body |= {"completed": True, "list": self.alice.inbox["id"]}
        first, second = (self.alice.post("/todos", body) for _ in range(2))
        self.assertEqual((first.status_code, second.status_code), (201, 200))

        uid = body.pop("id")
        put = self.alice.put(f"/todos/{uid}", body).json()

        self.assertEqual((put["version"], put["completed"]), (first.json()["version"], True))
        self.assertEqual(len(self.history({"id": uid})), 1)

    def test_what_was_completed_can_be_put_as_it_is(self):
        last, parent = self.weekly(rrule="FREQ=WEEKLY;COUNT=2"), self.alice.todo()
        along = self.weekly(parent=parent["id"])
        for each in (last, last, parent):
            self.verb(each, "complete")
        for todo in (last, along):
            row = self.alice.get(f"/todos/{todo['id']}").json()
            body = {name: row[name] for name in ("title", "due_date", "rrule", "completed", "parent", "list")}
            with self.subTest(todo["rrule"]):
                self.assertEqual(body["completed"], True)
                self.assertEqual(self.alice.put(f"/todos/{todo['id']}", body).json()["version"], row["version"])

    def test_missed_ones_are_counted_and_not_piled_up(self):
        todo = self.weekly(due_date="2026-11-06")

        done = self.verb(todo, "complete")

        self.assertEqual((done["due_date"], self.history(todo)[0]["missed"]), ("2026-11-27", 2))

    def test_moving_moves_this_occurrence_alone(self):
        todo = self.weekly()
        moved = self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-11-29", "due_time": "10:00"}).json()
        self.assertEqual(moved["rrule"], "FREQ=WEEKLY")

        done = self.verb(todo, "complete")

        self.assertEqual((done["due_date"], done["due_time"]), ("2026-12-04", "10:00"))
        self.assertEqual(
            [self.history(todo)[0][name] for name in ("due_date", "occurrence_on")], ["2026-11-29", "2026-11-27"]
        )

    def test_a_first_day_far_from_the_due_date_stays_in_the_calendar(self):
        late, early = ("1970-01-01", "9998-12-31", "9999-12-31"), ("9999-12-31", "1970-01-02", "1970-01-01")
        for due, starts_on, kept in (late, early):
            for verb in ("complete", "skip"):
                with self.subTest(due, verb=verb):
                    todo = self.weekly(starts_on=starts_on)
                    self.alice.patch(f"/todos/{todo['id']}", {"due_date": due})

                    self.assertEqual(self.verb(todo, verb)["starts_on"], kept)

    def test_sending_a_rule_begins_the_series_anew(self):
        todo = self.weekly()
        self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-11-29"})
        self.alice.patch(f"/todos/{todo['id']}", {"rrule": "FREQ=WEEKLY"})

        self.assertEqual(self.verb(todo, "complete")["due_date"], "2026-12-06")

    def test_a_put_of_what_is_there_changes_nothing(self):
        todo = self.weekly()
        todo = self.verb(todo, "complete")
        body = {name: todo[name] for name in ("title", "due_date", "rrule", "repeat_from", "list")}

        self.assertEqual(self.alice.put(f"/todos/{todo['id']}", body).json()["version"], todo["version"])
        again = self.verb(todo, "reopen")
        self.assertEqual(again["due_date"], "2026-11-27")

    def test_a_series_that_began_anew_on_the_same_day_takes_nothing_of_the_old_one_back(self):
        todo = self.weekly()
        self.verb(todo, "complete")
        values = {"rrule": "FREQ=DAILY", "due_date": "2026-11-27", "starts_on": "2026-11-20"}
        anew = self.alice.patch(f"/todos/{todo['id']}", values).json()

        self.assertEqual(self.verb(todo, "reopen")["version"], anew["version"])
        further = self.verb(todo, "skip")
        self.assertEqual(self.verb(todo, "reopen")["version"], further["version"])
        self.assertEqual(len(self.history(todo)), 1)

    def test_saying_that_it_is_open_takes_nothing_back(self):
        todo = self.weekly()
        done = self.verb(todo, "complete")

        patched = self.alice.patch(f"/todos/{todo['id']}", {"completed": False}).json()

        self.assertEqual((patched["due_date"], patched["version"]), ("2026-12-04", done["version"]))

    def test_counted_from_the_day_of_completing(self):
        todo = self.weekly(due_date="2026-11-20", rrule="FREQ=DAILY;INTERVAL=10", repeat_from="completion")

        self.assertEqual(self.verb(todo, "complete")["due_date"], "2026-12-07")

    def test_the_last_occurrence_completes_for_good_and_comes_back(self):
        todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")
        self.verb(todo, "complete")
        done = self.verb(todo, "complete")
        self.assertEqual((done["completed"], done["due_date"]), (True, "2026-12-04"))
        self.assertEqual(len(self.history(todo)), 2)

        back = self.verb(todo, "reopen")

        self.assertEqual((back["completed"], back["due_date"], len(self.history(todo))), (False, "2026-12-04", 1))
        self.assertEqual(self.verb(todo, "reopen")["due_date"], "2026-11-27")
        self.assertEqual(self.history(todo), [])

    def test_reopening_by_a_body_leaves_what_the_body_says(self):
        for values in ({"due_date": "2027-01-01"}, {"starts_on": "2026-12-01"}):
            with self.subTest(values):
                todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")
                self.verb(todo, "complete")
                self.verb(todo, "complete")

                back = self.alice.patch(f"/todos/{todo['id']}", {**values, "completed": False}).json()

                self.assertFalse(back["completed"])
                self.assertEqual({name: back[name] for name in values}, values)

    def test_a_put_that_reopens_says_what_there_is_afterwards(self):
        todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2", starts_on="2026-11-20")
        self.verb(todo, "complete")
        done = self.verb(todo, "complete")
        body = {name: done[name] for name in ("title", "due_date", "rrule")} | {"starts_on": "2026-12-01"}

        back = self.alice.put(f"/todos/{todo['id']}", body).json()

        self.assertEqual((back["completed"], back["starts_on"]), (False, "2026-12-01"))
        self.assertEqual(self.alice.put(f"/todos/{todo['id']}", body).json()["version"], back["version"])

    def test_subtasks_are_open_again_and_taking_back_restores_them(self):
        todo = self.weekly()
        done, open_ = (self.alice.todo(title=title, parent=todo["id"]) for title in ("done", "open"))
        self.verb(done, "complete")
        before = self.everything()

        answer = self.verb(todo, "complete")

        self.assertEqual([row["completed"] for row in answer["also"]], [False])
        self.verb(todo, "reopen")
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.alice.get(f"/todos/{open_['id']}").json()["completed"], False)

    def everything(self):
        rows = self.alice.get("/todos?starts=all").json()["results"]
        return [{name: row[name] for name in row if name not in {"version", "updated_at"}} for row in rows]

    def test_skipping_goes_on_without_a_completion(self):
        todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")

        self.assertEqual(self.verb(todo, "skip")["due_date"], "2026-12-04")
        self.assertEqual(self.history(todo), [])
        self.assert_problem(self.alice.post(f"/todos/{todo['id']}/skip"), 409, "last_occurrence")
        plain = self.alice.todo()
        self.assert_problem(self.alice.post(f"/todos/{plain['id']}/skip"), 409, "not_repeating")

    def test_a_skip_is_taken_back_with_everything_it_moved(self):
        todo = self.weekly(starts_on="2026-11-26", reminders=[{"at": "2026-11-27T09:00"}, {"minutes_before": 60}])
        todo = self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-11-28"}).json()
        self.verb(todo, "skip")
        self.verb(todo, "skip")

        self.assertEqual(self.verb(todo, "unskip")["due_date"], "2026-12-04")
        back = self.verb(todo, "unskip")

        changed = {"version", "updated_at", "also"}
        self.assertEqual({**back, **{name: todo[name] for name in changed}}, todo)
        self.assertEqual(self.history(todo, skipped="true"), [])

    def test_only_a_skip_that_came_last_is_taken_back(self):
        plain, parent = self.alice.todo(), self.alice.todo()
        never, done, anew, along = self.weekly(), self.weekly(), self.weekly(), self.weekly(parent=parent["id"])
        for todo, verb in ((done, "skip"), (done, "complete"), (anew, "skip"), (along, "skip")):
            self.verb(todo, verb)
        self.alice.patch(f"/todos/{anew['id']}", {"rrule": "FREQ=DAILY"})
        self.verb(parent, "complete")
        before = self.alice.version

        for todo in (plain, never, done, anew, along):
            self.assert_problem(self.alice.post(f"/todos/{todo['id']}/unskip"), 409, "not_skipped")
        self.assertEqual(self.alice.version, before)

    def test_reopening_goes_back_over_what_was_skipped(self):
        todo = self.weekly()
        for verb in ("skip", "complete", "skip", "skip"):
            self.verb(todo, verb)

        self.assertEqual(self.verb(todo, "reopen")["due_date"], "2026-12-04")
        self.assertEqual([row["due_date"] for row in self.history(todo, skipped="true")], ["2026-11-27"])
        self.assertEqual(self.verb(todo, "unskip")["due_date"], "2026-11-27")

    def test_the_history_tells_of_skips_to_whoever_asks(self):
        todo = self.weekly(due_date="2026-11-13")
        for minute, verb in enumerate(("skip", "complete", "skip")):
            self.stop_at(FRIDAY + timedelta(minutes=minute))
            self.verb(todo, verb)

        rows = self.history(todo, skipped="true")
        self.assertEqual([row["skipped"] for row in rows], [True, False, True])
        self.assertEqual((rows[0]["due_date"], rows[0]["missed"]), ("2026-11-13", 1))
        self.assertEqual(rows[0]["completed_at"], "2026-11-27T12:00:00Z")
        self.assertEqual(self.history(todo), rows[1:2])
        first = self.alice.get(f"/todos/{todo['id']}/completions?skipped=true&page_size=1").json()
        self.assertEqual(self.alice.get(first["next"]).json()["results"], rows[1:2])
        self.assertEqual(self.alice.get("/summary").json()["completed_today"], 1)

    def log(self, person=None, **query):
        return (person or self.alice).get("/completions", query).json()["results"]

    def test_the_completions_of_all_todos_page_by_page(self):
        first, second = self.weekly(title="first"), self.weekly(title="second")
        for minute, (todo, verb) in enumerate(((first, "complete"), (second, "skip"), (second, "complete"))):
            self.stop_at(FRIDAY + timedelta(minutes=minute))
            self.verb(todo, verb)

        rows = self.log(ordering="-completed_at")
        self.assertEqual(
            [(row["todo"], row["title"]) for row in rows], [(second["id"], "second"), (first["id"], "first")]
        )
        self.assertEqual([{**self.history(first)[0], "todo": first["id"], "title": "first"}], rows[1:])
        page = self.alice.get("/completions?ordering=-completed_at&page_size=1").json()
        self.assertEqual(self.alice.get(page["next"]).json()["results"], rows[1:])
        self.assertEqual([row["skipped"] for row in self.log(skipped="true")], [False, True, False])
        self.assertEqual(self.log(self.mallory), [])

    def test_they_are_chosen_by_the_day_in_a_zone(self):
        self.verb(self.weekly(), "complete")
        for query, count in (
            ({"completed_after": "2026-11-26", "completed_before": "2026-11-28"}, 1),
            ({"completed_before": "2026-11-27"}, 0),
            ({"completed_after": "2026-11-27"}, 0),
            # Noon in London is the next day there.
            ({"completed_after": "2026-11-27", "tz": "Pacific/Kiritimati"}, 1),
        ):
            with self.subTest(query):
                self.assertEqual(len(self.log(**query)), count)

    def test_those_of_the_trash_and_of_archived_lists_are_left_out(self):
        kept, trashed = self.weekly(starts_on="2026-11-27"), self.weekly()
        project = self.alice.make("lists")
        archived = self.weekly(list=project["id"])
        for todo in (kept, trashed, archived):
            self.verb(todo, "complete")
        self.alice.delete(f"/todos/{trashed['id']}")
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        self.assertEqual([row["todo"] for row in self.log()], [kept["id"]])

    def test_one_bulk_takes_two_back(self):
        todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")
        child = self.alice.todo(parent=todo["id"])
        for _ in range(2):
            self.verb(todo, "complete")

        pair = [{"op": "reopen", "id": child["id"]}, {"op": "reopen", "id": todo["id"]}]
        answer = self.alice.post("/todos/bulk", {"operations": pair}).json()

        self.assertEqual(answer["results"][1]["due_date"], "2026-11-27")
        self.assertEqual(self.history(todo), [])

    def test_the_days_to_come(self):
        todo = self.weekly()
        answer = self.alice.get(f"/todos/{todo['id']}/occurrences?count=2").json()
        expected = {"rrule": "FREQ=WEEKLY", "sentence": "every week on Friday", "days": ["2026-11-27", "2026-12-04"]}
        self.assertEqual(answer, expected)

        preview = self.alice.get("/occurrences", {"rrule": "freq=weekly", "due_date": "2026-11-27", "count": 2}).json()

        self.assertEqual(preview, expected)

    def test_a_preview_says_what_is_wrong(self):
        for query, name in (("rrule=FREQ%3DDAILY", "due_date"), ("due_date=2026-11-27", "rrule")):
            response = self.alice.get(f"/occurrences?{query}")
            self.assertEqual((response.status_code, response.json()["errors"][0]["pointer"]), (400, f"/{name}"))
        response = self.alice.get("/occurrences?rrule=FREQ%3DDAILY%3BCOUNT%3D1&due_date=2026-11-27")
        self.assertEqual(response.json()["errors"][0]["code"], "rrule_empty")

    def test_no_more_of_them_are_shown_than_may_be_asked_for(self):
        for count in ("0", "51", "-1", "+1", "\u0661", "0001999", "0001" + "9" * 20, "1" * 5000, ""):
            with self.subTest(count[:30]):
                query = {"rrule": "FREQ=DAILY", "due_date": "2026-11-27", "count": count}
                response = self.alice.get("/occurrences", query)
                self.assertEqual(response.status_code, 400, response.content)
                self.assertEqual(response.json()["errors"][0]["pointer"], "/count")

    def test_without_its_rule_it_is_a_todo_as_others(self):
        todo = self.weekly()
        self.verb(todo, "complete")
        self.alice.patch(f"/todos/{todo['id']}", {"rrule": None, "due_date": None})

        self.assertEqual(self.verb(todo, "complete")["completed"], True)
        self.assertEqual(len(self.history(todo)), 1)
        self.assertEqual(self.alice.get(f"/todos/{todo['id']}/occurrences").json()["days"], [])

    def test_the_history_goes_with_the_todo(self):
        todo = self.weekly()
        self.verb(todo, "complete")
        self.alice.delete(f"/todos/{todo['id']}")
        self.assertEqual(len(self.history(todo)), 1)
        self.alice.delete(f"/todos/{todo['id']}?permanent=true")

        self.assertEqual(Completion.objects.count(), 0)

    def test_bulks_of_them_take_as_many_statements_as_of_one(self):
        todos = [self.weekly() for _ in range(12)]
        for verb in ("complete", "reopen", "skip", "unskip", "skip"):
            few, many = (
                self.statements({"operations": [{"op": verb, "id": todo["id"]} for todo in some]})
                for some in (todos[:2], todos[2:])
            )
            self.assertEqual(few, many, verb)

    def statements(self, body):
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.alice.post("/todos/bulk", body).status_code, 200)
        return len(queries)

    @override_settings(QUOTA_COMPLETIONS=3)
    def test_a_full_history_forgets_its_oldest_and_keeps_nobody_from_completing(self):
        todo, other = self.weekly(), self.weekly()
        hers = self.mallory.todo(due_date="2026-11-27", rrule="FREQ=WEEKLY")
        self.mallory.post(f"/todos/{hers['id']}/complete")
        self.verb(other, "complete")
        days = [self.verb(todo, "complete")["due_date"] for _ in range(3)]

        self.complete_when_counting(todo)

        self.assertEqual([row["due_date"] for row in self.history(todo)], days)
        self.assertEqual(self.history(other), [])
        self.assertEqual(Completion.objects.filter(owner=self.mallory.user).count(), 1)

    @override_settings(QUOTA_COMPLETIONS=0)
    def test_zero_keeps_all_of_the_history(self):
        todo = self.weekly()

        self.complete_when_counting(todo)

        self.assertEqual(len(self.history(todo)), 1)

    @override_settings(QUOTA_COMPLETIONS=3)
    def test_pushes_that_pass_over_the_numbers_that_count_count_as_well(self):
        todo = self.weekly()
        edits = [{"kind": "todo", "id": todo["id"], "op": "complete"}] * 32
        for _ in range(3):
            self.assertEqual(self.alice.post("/changes", {"changes": edits}).status_code, 200)
            self.assertNotEqual(self.alice.version % 32, 0)

        self.assertEqual(len(self.history(todo)), 3)

    def test_a_push_counts_a_full_history_once(self):
        edits = []
        for uid in (str(uuid.uuid4()) for _ in range(8)):
            new = {"kind": "todo", "id": uid, "title": "new", "due_date": "2026-11-27", "rrule": "FREQ=DAILY"}
            # What is new is written before it is completed.
            edits += [new, {"kind": "todo", "id": uid, "op": "complete"}]
        while (self.alice.version + len(edits)) % 32:
            self.alice.todo()
        with CaptureQueriesContext(connection) as queries:
            results = self.alice.post("/changes", {"changes": edits}).json()["results"]

        self.assertEqual([each["status"] for each in results], ["applied"] * len(edits))
        self.assertEqual(sum("OFFSET" in each["sql"] for each in queries), 1)

    def complete_when_counting(self, todo):
        """By one of the changes that count."""
        for number in range(self.alice.version + 1, 32):
            self.alice.patch(f"/todos/{todo['id']}", {"title": str(number)})
        self.verb(todo, "complete")
        self.assertEqual(self.alice.version, 32)

    def test_completing_costs_a_statement_more_than_a_plain_todo(self):
        plain, todo = self.alice.todo(), self.weekly()
        costs = []
        for row in (plain, todo):
            with CaptureQueriesContext(connection) as queries:
                self.verb(row, "complete")
            costs.append(len(queries))

        self.assertEqual(costs[1] - costs[0], 1)
        self.assertLessEqual(costs[1], 1.5 * costs[0])

    def test_a_subtask_completed_with_its_parent_keeps_its_history(self):
        parent = self.alice.todo()
        todo = self.weekly(parent=parent["id"])
        self.verb(todo, "complete")
        self.stop_at(FRIDAY + timedelta(minutes=1))
        self.verb(parent, "complete")

        self.assertEqual(self.verb(todo, "reopen")["due_date"], "2026-12-04")
        self.assertEqual(len(self.history(todo)), 1)

    def test_a_subtask_that_repeats_takes_back_its_parent_that_repeats(self):
        parent = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")
        todo = self.weekly(parent=parent["id"])
        self.verb(parent, "complete")
        self.assertEqual(self.verb(parent, "complete")["completed"], True)

        self.verb(todo, "reopen")

        self.assertEqual(self.alice.get(f"/todos/{parent['id']}").json()["completed"], False)
        self.assertEqual([row["due_date"] for row in self.history(parent)], ["2026-11-27"])

    def test_a_last_completion_taken_back_by_the_same_bulk_is_not_in_the_history(self):
        todo = self.weekly(rrule="FREQ=WEEKLY;COUNT=2")
        child = self.alice.todo(parent=todo["id"])
        self.verb(todo, "complete")

        pair = [{"op": "complete", "id": todo["id"]}, {"op": "reopen", "id": child["id"]}]
        answer = self.alice.post("/todos/bulk", {"operations": pair}).json()

        self.assertEqual([row["completed"] for row in answer["results"]], [False, False])
        self.assertEqual([row["due_date"] for row in self.history(todo)], ["2026-11-27"])

    def test_todays_completions_are_in_the_summary(self):
        todo = self.weekly()
        self.verb(todo, "complete")

        self.assertEqual(self.alice.get("/summary").json()["completed_today"], 1)
        self.stop_at(FRIDAY + timedelta(days=1))
        self.assertEqual(self.alice.get("/summary").json()["completed_today"], 0)
