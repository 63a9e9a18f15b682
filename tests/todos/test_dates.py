from datetime import UTC, date, datetime, time
from itertools import product
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import TestCase

from tests.todos.case import TodosTestCase
from todos import clock, zones

NEAR_CHANGES = [
    # Forward at 2:00 on 29 March, back at 3:00 on 25 October.
    ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59:00Z"),
    ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
    ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
    ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"),
    ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"),
    ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),
    ("America/New_York", "2026-11-02", "01:00", "2026-11-02T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"),
    ("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T22:00:00Z"),
    ("Pacific/Kiritimati", "2026-01-01", "00:00", "2025-12-31T10:00:00Z"),
    ("Pacific/Pago_Pago", "2026-01-01", "23:59", "2026-01-02T10:59:00Z"),
    ("Asia/Kathmandu", "2026-01-01", "12:00", "2026-01-01T06:15:00Z"),
]

ENDS_OF_THE_DAY = ("Pacific/Kiritimati", "UTC", "Etc/GMT+12")


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


class LocalTimes(TestCase):
    def test_the_database_computes_the_same_moments_as_python(self):
        for zone, day, hour, expected in NEAR_CHANGES:
            with self.subTest(zone, day=day, hour=hour), connection.cursor() as cursor:
                cursor.execute("SELECT todos_instant(%s, %s, %s)", [day, hour, zone])
                (found,) = cursor.fetchone()
                if isinstance(found, str):
                    found = zones.utc(found)
                self.assertEqual(found.astimezone(UTC), datetime.fromisoformat(expected))
                here = zones.instant(date.fromisoformat(day), time.fromisoformat(hour), zone)
                self.assertEqual(here, datetime.fromisoformat(expected))

    def test_the_database_knows_every_zone_that_is_accepted(self):
        moment = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
        with connection.cursor() as cursor:
            for zone in zones.known_zones():
                cursor.execute("SELECT todos_local_date(%s, %s)", [self.adapted(moment), zone])
                self.assertEqual(str(cursor.fetchone()[0]), str(zones.local_date(moment, zone)), zone)

    def adapted(self, moment):
        return connection.ops.adapt_datetimefield_value(moment)


class DueMoments(TodosTestCase):
    def test_a_zone_fixes_the_moment(self):
        for zone, day, hour, expected in NEAR_CHANGES:
            with self.subTest(zone, day=day, hour=hour):
                todo = self.alice.todo(due_date=day, due_time=hour, time_zone=zone)
                self.assertEqual(todo["due_at"], expected)

    def test_a_floating_time_is_in_the_zone_of_its_reader(self):
        for zone, day, hour, expected in NEAR_CHANGES:
            with self.subTest(zone, day=day, hour=hour):
                todo = self.alice.todo(due_date=day, due_time=hour)
                read = self.alice.get(f"/todos/{todo['id']}?tz={zone}").json()
                self.assertEqual(read["due_at"], expected)

    def test_a_whole_day_has_no_moment(self):
        self.assertIsNone(self.alice.todo(due_date="2026-03-29")["due_at"])

    def test_who_changes_zone_takes_floating_times_along(self):
        floating = self.alice.todo(due_date="2026-06-01", due_time="09:00")
        fixed = self.alice.todo(due_date="2026-06-01", due_time="09:00", time_zone="Asia/Tokyo")

        self.alice.patch("/me", {"time_zone": "America/New_York"})

        read = self.alice.get(f"/todos/{floating['id']}").json()
        self.assertEqual((read["due_date"], read["due_time"]), ("2026-06-01", "09:00"))
        self.assertEqual(read["due_at"], "2026-06-01T13:00:00Z")
        self.assertGreater(read["version"], fixed["version"])
        self.assertEqual(self.alice.get(f"/todos/{fixed['id']}").json(), fixed)

    def test_a_new_zone_leaves_what_keeps_its_moment_as_it_was(self):
        self.alice.patch("/me", {"time_zone": "Europe/London"})
        winter = self.alice.todo(due_date="2026-12-01", due_time="09:00")
        summer = self.alice.todo(due_date="2026-06-01", due_time="09:00")
        never = self.alice.todo()

        # The same clock as London's in winter only.
        self.alice.patch("/me", {"time_zone": "UTC"})

        versions = {todo["id"]: todo["version"] for todo in self.alice.get("/todos").json()["results"]}
        self.assertEqual((versions[winter["id"]], versions[never["id"]]), (winter["version"], never["version"]))
        self.assertGreater(versions[summer["id"]], never["version"])

    def test_the_ends_of_time_are_accepted_everywhere(self):
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            self.alice.patch("/me", {"time_zone": zone})
            for day in ("1970-01-01", "9999-12-31"):
                with self.subTest(zone, day=day):
                    for extra in ({}, {"time_zone": zone}):
                        self.alice.todo(due_date=day, due_time="23:59", starts_on="1970-01-01", **extra)
            for query in ("due=overdue", "due=today", "due=upcoming", "due_before=9999-12-31", "due_after=1970-01-01"):
                self.assertEqual(self.alice.get(f"/todos?{query}").status_code, 200)


class DueDays(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="whole", due_date="2026-06-10")
        self.alice.todo(title="morning", due_date="2026-06-10", due_time="09:00")
        self.alice.todo(title="evening", due_date="2026-06-10", due_time="21:00")
        self.alice.todo(title="undated")

    def due(self, name, moment, zone="UTC"):
        with clock.stopped_at(at(moment, zone)):
            return self.alice.titles(due=name, tz=zone)

    def test_a_whole_day_is_overdue_once_it_has_ended(self):
        self.assertNotIn("whole", self.due("overdue", "2026-06-10T23:59:59"))
        self.assertIn("whole", self.due("overdue", "2026-06-11T00:00"))

    def test_a_time_is_overdue_once_it_has_come(self):
        self.assertEqual(self.due("overdue", "2026-06-10T08:59:59"), [])
        self.assertEqual(self.due("overdue", "2026-06-10T09:00"), ["morning"])

    def test_today_is_all_of_the_day(self):
        for moment in ("2026-06-10T00:00", "2026-06-10T12:00", "2026-06-10T23:59:59"):
            with self.subTest(moment):
                self.assertEqual(self.due("today", moment), ["whole", "morning", "evening"])
        self.assertEqual(self.due("today", "2026-06-11T00:00"), [])

    def test_upcoming_begins_tomorrow(self):
        self.assertEqual(self.due("upcoming", "2026-06-09T23:59:59"), ["whole", "morning", "evening"])
        self.assertEqual(self.due("upcoming", "2026-06-10T00:00"), [])

    def test_none_is_without_a_date(self):
        self.assertEqual(self.due("none", "2026-06-10T12:00"), ["undated"])

    def test_days_end_where_the_reader_is(self):
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Asia/Kathmandu"):
            with self.subTest(zone):
                self.assertEqual(len(self.due("today", "2026-06-10T00:00", zone)), 3)
                self.assertEqual(self.due("overdue", "2026-06-10T23:59:59", zone), ["morning", "evening"])
                self.assertEqual(len(self.due("overdue", "2026-06-11T00:00", zone)), 3)

    def test_days_far_away_count_as_days_near_by_do(self):
        """What needs no calculation must not reach a day that does, wherever reader and todo are."""
        due = {}
        for zone, hour in product(ENDS_OF_THE_DAY, ("00:00", "23:59")):
            due[f"{hour} {zone}"] = at(f"2026-06-10T{hour}", zone)
            self.alice.todo(title=f"{hour} {zone}", due_date="2026-06-10", due_time=hour, time_zone=zone)
        for day, reader in product(range(5, 16), ENDS_OF_THE_DAY):
            noon, whole = f"2026-06-{day:02}T12:00", {"whole", "morning", "evening"}
            with self.subTest(noon, reader=reader):
                overdue = {title for title, moment in due.items() if moment <= at(noon, reader)}
                upcoming = {title for title, moment in due.items() if moment.astimezone(ZoneInfo(reader)).day > day}
                self.assertEqual(set(self.due("overdue", noon, reader)) - whole, overdue)
                self.assertEqual(set(self.due("upcoming", noon, reader)) - whole, upcoming)

    def test_the_users_own_zone_counts_unless_another_is_given(self):
        self.alice.patch("/me", {"time_zone": "Pacific/Kiritimati"})

        with clock.stopped_at(at("2026-06-10T10:30")):
            self.assertEqual(self.alice.titles(due="overdue"), ["whole", "morning", "evening"])
            self.assertEqual(self.alice.titles(due="overdue", tz="UTC"), ["morning"])

    def test_completed_is_never_overdue_but_still_due_on_its_day(self):
        todo = self.alice.todo(title="done", due_date="2026-06-10", completed=True)

        self.assertNotIn(todo["title"], self.due("overdue", "2026-06-12T12:00"))
        self.assertIn(todo["title"], self.due("today", "2026-06-10T12:00"))

    def test_a_todo_with_a_zone_is_due_on_the_readers_day(self):
        # 23:30 in New York is half past five the next morning in Berlin.
        self.alice.todo(title="call", due_date="2026-06-10", due_time="23:30", time_zone="America/New_York")

        self.assertNotIn("call", self.due("today", "2026-06-10T12:00", "Europe/Berlin"))
        self.assertIn("call", self.due("today", "2026-06-11T12:00", "Europe/Berlin"))
        self.assertNotIn("call", self.due("overdue", "2026-06-11T05:29", "Europe/Berlin"))
        self.assertIn("call", self.due("overdue", "2026-06-11T05:30", "Europe/Berlin"))

    def test_before_and_after_are_days_of_the_reader_and_exclude_the_day(self):
        self.alice.todo(title="call", due_date="2026-06-10", due_time="23:30", time_zone="America/New_York")

        berlin = {"tz": "Europe/Berlin"}
        self.assertEqual(self.alice.titles(due_after="2026-06-10", **berlin), ["call"])
        self.assertEqual(self.alice.titles(due_before="2026-06-11", **berlin), ["whole", "morning", "evening"])
        self.assertEqual(self.alice.titles(due_after="2026-06-10"), ["call"])
        self.assertEqual(self.alice.titles(due_after="2026-06-10", tz="America/New_York"), [])

    def test_opposite_ends_of_the_earth_are_two_days_apart(self):
        self.alice.todo(title="far", due_date="2026-06-10", due_time="23:30", time_zone="Etc/GMT+12")

        self.assertIn("far", self.due("today", "2026-06-12T01:30", "Pacific/Kiritimati"))
        self.assertNotIn("far", self.due("overdue", "2026-06-12T01:29", "Pacific/Kiritimati"))
        self.assertEqual(self.alice.titles(due_after="2026-06-11", tz="Pacific/Kiritimati"), ["far"])

    def test_changes_of_the_clock_move_the_moment(self):
        self.alice.todo(title="gap", due_date="2026-03-29", due_time="02:30")
        self.alice.todo(title="twice", due_date="2026-10-25", due_time="02:30")

        # 2:30 does not exist in March, it is 3:30; in October the first of two is meant.
        self.assertEqual(self.due("overdue", "2026-03-29T03:29", "Europe/Berlin"), [])
        self.assertEqual(self.due("overdue", "2026-03-29T03:30", "Europe/Berlin"), ["gap"])
        with clock.stopped_at(at("2026-10-25T00:29")):
            self.assertNotIn("twice", self.alice.titles(due="overdue", tz="Europe/Berlin"))
        with clock.stopped_at(at("2026-10-25T00:30")):
            self.assertIn("twice", self.alice.titles(due="overdue", tz="Europe/Berlin"))


class Beginnings(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.later = self.alice.todo(title="later", starts_on="2026-06-10")
        self.alice.todo(title="now")

    def test_it_is_hidden_until_its_day_begins_in_the_users_zone(self):
        self.alice.patch("/me", {"time_zone": "Pacific/Pago_Pago"})

        with clock.stopped_at(at("2026-06-10T10:59")):
            self.assertEqual(self.alice.titles(), ["now"])
        with clock.stopped_at(at("2026-06-10T11:00")):
            self.assertEqual(self.alice.titles(), ["later", "now"])

    def test_it_can_be_asked_for(self):
        with clock.stopped_at(at("2026-06-01T00:00")):
            self.assertEqual(self.alice.titles(starts="future"), ["later"])
            self.assertEqual(self.alice.titles(starts="all"), ["later", "now"])
            self.assertEqual(self.alice.get(f"/todos/{self.later['id']}").json(), self.later)

    def test_the_trash_hides_nothing(self):
        self.alice.delete(f"/todos/{self.later['id']}")

        with clock.stopped_at(at("2026-06-01T00:00")):
            self.assertEqual(self.alice.titles(status="trashed"), ["later"])
