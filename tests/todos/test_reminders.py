"""Reminders of todos, and what a device schedules of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from todos import clock
from todos.models import Todo

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)


def before(*minutes):
    return [{"minutes_before": each} for each in minutes]


class Reminding(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.stop_at(FRIDAY)

    def stop_at(self, moment: datetime) -> None:
        self.enterContext(clock.stopped_at(moment))

    def call(self, **values):
        """A todo due in an hour."""
        return self.alice.todo(**{"due_date": "2026-11-27", "due_time": "13:00", "reminders": before(10), **values})

    def shown(self, todo):
        return self.alice.get(f"/todos/{todo['id']}").json()["next_reminder_at"]

    def scheduled(self, query="", person=None):
        rows = (person or self.alice).get(f"/reminders{query}").json()["results"]
        return [row["at"] for row in rows]


class WhatATodoTakes(Reminding):
    def test_they_are_answered_in_one_order(self):
        sent = [{"at": "2026-11-29T08:00"}, *before(0, 1440), {"at": "2026-11-28T08:00"}, *before(-5)]

        todo = self.call(reminders=sent)

        expected = [*before(1440, 0, -5), {"at": "2026-11-28T08:00"}, {"at": "2026-11-29T08:00"}]
        self.assertEqual(todo["reminders"], expected)
        self.assertEqual(self.call(reminders=[])["reminders"], [])
        self.assertEqual(self.alice.todo()["reminders"], [])

    def test_what_is_none_is_refused_at_its_place(self):
        cases = (
            (None, "", "null"),
            ("10", "", "invalid"),
            (before(*range(11)), "", "max_items"),
            (before(5, 5), "/1", "duplicate"),
            ([{"at": "2026-11-27T09:00"}, {"at": "2026-11-27T09:00"}], "/1", "duplicate"),
            ([10], "/0", "invalid"),
            ([{}], "/0", "minutes_or_at"),
            ([{"at": "2026-11-27T09:00", "minutes_before": 1}], "/0", "minutes_or_at"),
            ([{"minutes": 1}], "/0/minutes", "unknown_field"),
            (before(40_321), "/0/minutes_before", "max_value"),
            (before(-1440), "/0/minutes_before", "min_value"),
            (before(True), "/0/minutes_before", "invalid"),
            (before(None), "/0/minutes_before", "null"),
            *(
                ([{"at": at}], "/0/at", "invalid")
                for at in (1, "", "2026-11-27", "2026-11-27T09:00Z", "2026-02-30T09:00")
            ),
            *(
                ([{"at": at}], "/0/at", "invalid")
                for at in ("2026-11-27T24:00", "2026-11-27 09:00", "1969-12-31T09:00")
            ),
        )
        for reminders, pointer, code in cases:
            with self.subTest(reminders=reminders):
                body = {"title": "a", "due_date": "2026-11-27", "reminders": reminders}
                self.assert_fault(self.alice.post("/todos", body), f"/reminders{pointer}", code)

    def test_minutes_need_a_day_and_moments_none(self):
        response = self.alice.post("/todos", {"title": "a", "reminders": before(5)})
        self.assert_fault(response, "/reminders", "reminder_needs_date")
        todo = self.call()
        response = self.alice.patch(f"/todos/{todo['id']}", {"due_date": None, "due_time": None})
        self.assert_fault(response, "/due_date", "reminder_needs_date")

        self.assertEqual(
            self.alice.todo(reminders=[{"at": "2026-11-28T09:00"}])["next_reminder_at"], "2026-11-28T09:00:00Z"
        )

    def test_the_longest_ones_fit(self):
        at = [{"at": f"9999-12-31T23:{minute:02}"} for minute in range(10)]
        for reminders in (at, before(*range(-1439, -1429)), before(*range(40_311, 40_321))):
            for day in ("1970-01-01", "9999-12-31"):
                for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
                    todo = self.call(due_date=day, due_time="23:59", time_zone=zone, reminders=reminders)
                    self.assertEqual(len(todo["reminders"]), 10)

    def test_the_database_refuses_what_is_half(self):
        uid = self.call()["id"]
        for values in (
            {"reminders": ""},
            {"reminds_until": None},
            {"reminders": "x" * 301},
        ):
            with self.subTest(values), self.assertRaises(DatabaseError), transaction.atomic():
                Todo.objects.filter(uid=uid).update(**values)

    def test_by_put_patch_and_in_bulk(self):
        todo = self.call()
        path = f"/todos/{todo['id']}"
        self.assertEqual(
            self.alice.patch(path, {"reminders": before(20)}).json()["next_reminder_at"], "2026-11-27T12:40:00Z"
        )
        operation = {"op": "update", "id": todo["id"], "reminders": before(30)}
        answer = self.alice.post("/todos/bulk", {"operations": [operation]}).json()["results"][0]
        self.assertEqual(answer["next_reminder_at"], "2026-11-27T12:30:00Z")

        again = self.alice.patch(path, {"reminders": before(30)}).json()

        self.assertEqual(again["version"], answer["version"])
        self.assertEqual(self.alice.put(path, {"title": "bare"}).json()["reminders"], [])


class WhenItReminds(Reminding):
    def test_minutes_before_the_due_moment(self):
        cases = (
            ({}, "2026-11-27T12:50:00Z"),
            ({"time_zone": "America/New_York"}, "2026-11-27T17:50:00Z"),
            ({"reminders": before(60)}, None),
            ({"reminders": before(61, 59, 1)}, "2026-11-27T12:01:00Z"),
            ({"reminders": before(-30)}, "2026-11-27T13:30:00Z"),
        )
        for values, moment in cases:
            with self.subTest(values):
                todo = self.call(**values)
                self.assertEqual((todo["next_reminder_at"], self.shown(todo)), (moment, moment))

    def test_of_a_whole_day_from_its_midnight(self):
        for minutes, moment in (
            (420, "2026-11-27T17:00:00Z"),
            (-540, "2026-11-28T09:00:00Z"),
            (0, "2026-11-28T00:00:00Z"),
        ):
            todo = self.call(due_date="2026-11-28", due_time=None, reminders=before(minutes))
            self.assertEqual(todo["next_reminder_at"], moment)

    def test_nine_is_nine_in_the_nights_when_the_clocks_change(self):
        self.alice.patch("/me", {"time_zone": "Europe/Berlin"})
        for day, morning in (("2027-03-28", "07"), ("2027-10-31", "08")):
            todo = self.alice.todo(due_date=day, reminders=before(-540))
            self.assertEqual(todo["next_reminder_at"], f"{day}T{morning}:00:00Z")

    def test_a_day_before_a_time_is_as_many_minutes(self):
        todo = self.alice.todo(
            due_date="2027-03-28", due_time="09:00", time_zone="Europe/Berlin", reminders=before(1440)
        )
        self.assertEqual(todo["next_reminder_at"], "2027-03-27T07:00:00Z")

    def test_moments_that_do_not_exist_or_come_twice(self):
        # As all local times: in the gap later by the gap, of two the first.
        due = {"due_date": "2027-10-31", "due_time": "12:00", "time_zone": "Europe/Berlin"}
        for at, moment in (("2027-03-28T02:30", "2027-03-28T01:30:00Z"), ("2027-10-31T02:30", "2027-10-31T00:30:00Z")):
            self.assertEqual(self.alice.todo(**due, reminders=[{"at": at}])["next_reminder_at"], moment)

    def test_it_floats_with_the_readers_zone(self):
        floating, fixed = self.call(due_date="2026-11-28"), self.call(due_date="2026-11-28", time_zone="Asia/Tokyo")
        day = self.call(due_date="2026-11-28", due_time=None, reminders=[*before(0), {"at": "2026-11-29T00:00"}])
        self.assertEqual(len(self.scheduled("?tz=Asia/Tokyo")), 4)
        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})

        self.assertEqual([self.shown(each) for each in (floating, fixed)], ["2026-11-28T03:50:00Z"] * 2)
        self.assertEqual(self.shown(day), "2026-11-27T15:00:00Z")
        self.assertEqual(
            self.alice.get(f"/todos/{day['id']}?tz=UTC").json()["next_reminder_at"], "2026-11-28T00:00:00Z"
        )
        self.assertEqual(self.scheduled("?tz=UTC")[0], "2026-11-28T00:00:00Z")

    def test_a_new_zone_is_a_new_version_of_what_reminds(self):
        todo, plain = self.alice.todo(reminders=[{"at": "2026-11-28T09:00"}]), self.alice.todo()
        since = self.alice.get("/changes").json()["version"]

        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})

        rows = self.alice.get(f"/changes?since={since}").json()["todos"]
        self.assertEqual([(row["id"], row["next_reminder_at"]) for row in rows], [(todo["id"], "2026-11-28T00:00:00Z")])
        self.assertNotEqual(plain["id"], todo["id"])

    def test_it_moves_with_the_due_date(self):
        todo = self.call()
        moved = self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-11-30"}).json()
        self.assertEqual(moved["next_reminder_at"], "2026-11-30T12:50:00Z")
        self.assertEqual(self.scheduled(), ["2026-11-30T12:50:00Z"])

    def test_one_that_is_changed_is_scheduled_anew(self):
        todo = self.call()
        self.alice.patch(f"/todos/{todo['id']}", {"reminders": [{"at": "2026-12-03T09:00"}]})
        self.assertEqual(self.scheduled(), ["2026-12-03T09:00:00Z"])


class WhenItIsSilent(Reminding):
    def assert_silent(self, todo):
        self.assertEqual((self.shown(todo), self.scheduled()), (None, []))

    def assert_reminds(self, todo, moment="2026-11-27T12:50:00Z"):
        self.assertEqual((self.shown(todo), self.scheduled()), (moment, [moment]))

    def test_while_it_is_completed(self):
        todo = self.call()
        for verb, check in (("complete", self.assert_silent), ("reopen", self.assert_reminds)):
            self.alice.post(f"/todos/{todo['id']}/{verb}")
            check(todo)

    def test_while_it_is_in_the_trash(self):
        todo = self.call()
        self.alice.delete(f"/todos/{todo['id']}")
        self.assert_silent(todo)
        self.alice.post(f"/todos/{todo['id']}/restore")
        self.assert_reminds(todo)

    def test_while_it_is_hidden(self):
        todo = self.call(starts_on="2026-11-28")
        self.assert_silent(todo)
        self.alice.patch(f"/todos/{todo['id']}", {"reminders": [*before(10), {"at": "2026-11-28T00:00"}]})
        self.assert_reminds(todo, "2026-11-28T00:00:00Z")

    def test_after_the_last_one(self):
        todo = self.call()
        self.stop_at(FRIDAY + timedelta(minutes=50))
        self.assert_silent(todo)

    def test_while_its_list_is_archived(self):
        place = self.alice.make("lists")["id"]
        self.call(list=place)
        self.assertEqual(len(self.scheduled()), 1)
        self.alice.patch(f"/lists/{place}", {"archived": True})
        self.assertEqual(self.scheduled(), [])


class WhatRepeats(Reminding):
    def weekly(self, reminders):
        values = {"due_date": "2026-11-27", "due_time": "13:00", "rrule": "FREQ=WEEKLY", "reminders": reminders}
        return self.alice.todo(**values)

    def verb(self, todo, verb):
        return self.alice.post(f"/todos/{todo['id']}/{verb}").json()

    def test_reminders_go_on_with_it(self):
        todo = self.weekly([*before(10), {"at": "2026-11-27T09:00"}])

        done = self.verb(todo, "complete")

        self.assertEqual(done["reminders"], [*before(10), {"at": "2026-12-04T09:00"}])
        self.assertEqual(done["next_reminder_at"], "2026-12-04T09:00:00Z")
        self.assertEqual(
            self.scheduled("?until=2026-12-11T12:00:00Z"), ["2026-12-04T09:00:00Z", "2026-12-04T12:50:00Z"]
        )
        self.assertEqual(self.verb(todo, "skip")["reminders"][1], {"at": "2026-12-11T09:00"})

    def test_taking_back_brings_them_back(self):
        todo = self.weekly([*before(10), {"at": "2026-11-27T09:00"}])
        self.verb(todo, "complete")
        # Moved away from its day in between.
        self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-12-05"})

        self.assertEqual(self.verb(todo, "reopen")["reminders"], todo["reminders"])

    def test_taking_back_passes_over_what_was_skipped(self):
        todo = self.weekly([{"at": "2026-11-27T08:00"}])
        # Completing leaves the day as it is, and the reminder with it; skipping moves both.
        self.alice.patch(f"/todos/{todo['id']}", {"due_date": "2026-12-04"})
        for verb in ("complete", "skip"):
            self.verb(todo, verb)

        self.assertEqual(self.verb(todo, "reopen")["reminders"], todo["reminders"])

    def test_taking_back_leaves_those_alone_that_had_not_moved(self):
        todo = self.weekly(before(10))
        self.verb(todo, "complete")
        self.alice.patch(f"/todos/{todo['id']}", {"reminders": before(20)})

        self.assertEqual(self.verb(todo, "reopen")["next_reminder_at"], "2026-11-27T12:40:00Z")

    def test_at_the_end_of_time_they_stop(self):
        todo = self.weekly([{"at": "9999-12-31T09:00"}])
        self.assertEqual(self.verb(todo, "complete")["reminders"], [{"at": "9999-12-31T23:59"}])
        self.assertEqual(self.verb(todo, "reopen")["reminders"], todo["reminders"])


class WhatADeviceSchedules(Reminding):
    def test_all_of_a_week_in_the_order_of_time(self):
        one = self.call(title="one", reminders=before(10, 30))
        other = self.call(title="other", reminders=before(20))
        self.call(due_date="2026-12-10")
        self.alice.todo(due_date="2026-11-28")

        rows = self.alice.get("/reminders").json()["results"]

        expected = [(one, "12:30"), (other, "12:40"), (one, "12:50")]
        self.assertEqual(
            rows,
            [{"todo": todo["id"], "title": todo["title"], "at": f"2026-11-27T{at}:00Z"} for todo, at in expected],
        )

    def test_until_a_moment(self):
        self.call(reminders=before(10, 30))
        for until, count in (
            ("2026-11-27T12:30:00Z", 1), ("2026-11-27T12:29:59.999Z", 0), ("2026-11-27T14:50:00%2B02:00", 2),
            ("2026-11-27T12:50Z", 2), ("2020-01-01T00:00:00Z", 0), ("2027-02-25T12:00:00Z", 2),
        ):  # fmt: skip
            with self.subTest(until):
                self.assertEqual(len(self.scheduled(f"?until={until}")), count)

    def test_at_either_end_of_the_world(self):
        self.alice.todo(due_date="2026-11-26", due_time="23:30", reminders=before(0))
        self.alice.todo(due_date="2026-11-28", due_time="01:30", reminders=before(0))
        # The clock shows the day before today, and the day after `until`.
        cases = (
            ("Pacific/Pago_Pago", "2026-11-27T10:00", "2026-11-27T10:30:00Z"),
            ("Pacific/Kiritimati", "2026-11-27T11:00", "2026-11-27T11:30:00Z"),
        )
        for zone, now, moment in cases:
            with self.subTest(zone), clock.stopped_at(datetime.fromisoformat(f"{now}:00Z")):
                self.assertEqual(self.scheduled(f"?tz={zone}&until=2026-11-27T12:00:00Z"), [moment])

    def test_what_is_no_moment_is_refused(self):
        cases = [(text, "invalid") for text in ("tomorrow", "2026-11-28", "2026-11-28T10:00", "2026-02-30T10:00Z")]
        cases += [
            ("2026-11-28T25:00:00Z", "invalid"),
            ("2026-11-28T:::::Z", "invalid"),
            ("2026-11-28T10:00:00 02:00", "invalid"),
        ]
        cases += [("2027-02-26T12:00:00Z", "too_far"), ("9999-12-31T23:59:59-23:59", "too_far")]
        cases += [("2026-11-28T10:00:00%2B99:99", "invalid")]
        for until, code in cases:
            with self.subTest(until):
                response = self.alice.get(f"/reminders?until={until}")
                self.assertEqual((response.status_code, response.json()["errors"][0]["code"]), (400, code))

    def test_page_by_page_they_are_all_there_once(self):
        for number in range(7):
            self.call(reminders=before(*range(number + 1)))
        whole = self.scheduled()

        page, found = self.alice.get("/reminders?page_size=2").json(), []
        found += page["results"]
        while page["next"]:
            page = self.alice.get(page["next"]).json()
            found += page["results"]

        self.assertEqual((len(whole), sorted(row["at"] for row in found)), (28, sorted(whole)))

    def test_nobody_elses(self):
        self.call()
        self.assertEqual(self.scheduled(person=self.person("mallory")), [])

    def test_an_unchanged_answer_is_not_sent_again(self):
        self.call()
        tag = self.alice.get("/reminders")["ETag"]
        self.assertEqual(self.alice.get("/reminders", **{"If-None-Match": tag}).status_code, 304)

    def test_in_one_statement(self):
        self.call()
        self.scheduled()
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(len(self.scheduled()), 1)
        self.assertEqual(len(queries), 1)

    def test_the_page_of_todos_follows_the_time(self):
        self.call(reminders=before(10, 50))
        shown = []
        for minutes in (0, 9, 10, 11):
            self.stop_at(FRIDAY + timedelta(minutes=minutes))
            (row,) = self.alice.get("/todos").json()["results"]
            shown.append(row["next_reminder_at"])
        self.assertEqual(shown, [f"2026-11-27T12:{minute}:00Z" for minute in (10, 10, 50, 50)])
