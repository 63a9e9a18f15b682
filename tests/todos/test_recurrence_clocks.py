"""Todos that repeat where clocks change and calendars are odd."""

from __future__ import annotations

from datetime import datetime

from tests.todos.case import TodosTestCase
from todos import clock


class Calendars(TodosTestCase):
    """Days and clocks of which somebody might think that they need care."""

    def begin(self, zone="UTC", **values):
        self.alice.patch("/me", {"time_zone": zone})
        with clock.stopped_at(datetime.fromisoformat(f"{values['due_date']}T12:00Z")):
            return self.alice.todo(**{"rrule": "FREQ=DAILY", **values})

    def completed(self, todo, moment):
        with clock.stopped_at(datetime.fromisoformat(moment)):
            return self.alice.post(f"/todos/{todo['id']}/complete").json()

    def missed(self, todo):
        return self.alice.get(f"/todos/{todo['id']}/completions").json()["results"][-1]["missed"]

    def test_a_time_in_the_gap_is_moved_by_it_and_comes_back_on_the_next_day(self):
        values = {"due_date": "2026-03-28", "due_time": "02:30", "time_zone": "Europe/Berlin"}
        todo = self.begin("Europe/Berlin", **values)

        moments = [self.completed(todo, "2026-03-28T12:00Z")["due_at"] for _ in range(2)]

        self.assertEqual(moments, ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"])

    def test_of_a_time_that_comes_twice_the_first_is_meant(self):
        values = {"due_date": "2026-10-24", "due_time": "02:30", "time_zone": "Europe/Berlin"}
        todo = self.begin("Europe/Berlin", **values)

        self.assertEqual(self.completed(todo, "2026-10-24T12:00Z")["due_at"], "2026-10-25T00:30:00Z")

    def test_at_one_moment_it_is_three_days_on_earth(self):
        for zone, today, missed in (
            ("Pacific/Kiritimati", "2026-11-28", 7),
            ("UTC", "2026-11-27", 6),
            ("Pacific/Pago_Pago", "2026-11-26", 5),
        ):
            with self.subTest(zone):
                todo = self.begin(zone, due_date="2026-11-20")

                self.assertEqual(self.completed(todo, "2026-11-27T10:30Z")["due_date"], today)
                self.assertEqual(self.missed(todo), missed)

    def test_the_day_that_apia_left_out_is_passed_with_the_next(self):
        values = {"due_date": "2011-12-29", "due_time": "09:00", "time_zone": "Pacific/Apia"}
        todo = self.begin("Pacific/Apia", **values)

        left_out = self.completed(todo, "2011-12-30T09:59Z")
        self.assertEqual((left_out["due_date"], left_out["due_at"]), ("2011-12-30", "2011-12-30T19:00:00Z"))
        following = self.completed(todo, "2011-12-30T10:00Z")

        self.assertEqual((following["due_date"], following["due_at"]), ("2011-12-31", "2011-12-30T19:00:00Z"))
        self.assertEqual(self.missed(todo), 0)

    def test_nine_stays_nine_in_the_year_in_which_brazil_kept_its_clocks(self):
        values = {"due_date": "2018-11-03", "due_time": "09:00", "time_zone": "America/Sao_Paulo"}
        todo = self.begin("America/Sao_Paulo", **values, rrule="FREQ=YEARLY")

        moments = [self.completed(todo, "2018-11-03T12:00Z")["due_at"] for _ in range(2)]

        self.assertEqual(moments, ["2019-11-03T12:00:00Z", "2020-11-03T12:00:00Z"])

    def test_29_february_comes_in_leap_years(self):
        todo = self.begin(due_date="2092-02-29", rrule="FREQ=YEARLY")

        self.assertEqual(self.completed(todo, "2092-02-29T12:00Z")["due_date"], "2096-02-29")
        self.assertEqual(self.completed(todo, "2096-02-29T12:00Z")["due_date"], "2104-02-29")

    def test_a_count_is_counted_to_its_end_by_who_was_away_for_decades(self):
        todo = self.begin(due_date="1990-01-01", rrule="FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=964")

        self.assertEqual(self.completed(todo, "2026-11-27T12:00Z")["due_date"], "2026-11-30")
        self.assertEqual(self.missed(todo), 962)
        self.assertEqual(self.completed(todo, "2026-11-30T12:00Z")["completed"], True)

    def test_counted_from_completing_the_days_to_come_are_too(self):
        todo = self.begin(due_date="2026-11-20", rrule="FREQ=DAILY;INTERVAL=10", repeat_from="completion")
        self.completed(todo, "2026-11-27T12:00Z")

        days = self.alice.get(f"/todos/{todo['id']}/occurrences").json()["days"]

        self.assertEqual(days, ["2026-12-07", "2026-12-17", "2026-12-27"])
        self.assertEqual(self.completed(todo, "2026-12-07T12:00Z")["due_date"], days[1])

    def test_what_cannot_be_counted_from_the_day_of_completing_is_not_over(self):
        rule = "FREQ=MONTHLY;INTERVAL=12;BYMONTH=1;BYMONTHDAY=31"
        todo = self.begin(due_date="2026-01-31", rrule=rule, repeat_from="completion")

        following = self.completed(todo, "2026-02-02T12:00Z")

        self.assertEqual((following["completed"], following["due_date"]), (False, "2027-01-31"))
        self.assertEqual(self.alice.get(f"/todos/{todo['id']}/occurrences").json()["days"][1], "2028-01-31")
