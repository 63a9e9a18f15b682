"""What holds of every todo that repeats, by whatever rule, zone and clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase as HypothesisTestCase

from tests.thoroughness import IS_THOROUGH
from tests.todos.case import Cast
from tests.todos.rrule.strategies import MOMENTS, RULES, accepted
from todos import clock

ZONES = ("UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia")
# Days at which clocks change: an hour, half an hour, a whole day that Apia left out, and the last summer of São Paulo.
CHANGES = (
    *(("Europe/Berlin", date(2026, 3, 29)), ("Europe/Berlin", date(2026, 10, 25))),
    *(("America/New_York", date(2026, 3, 8)), ("America/New_York", date(2026, 11, 1))),
    *(("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4))),
    *(("America/Sao_Paulo", date(2018, 11, 4)), ("America/Sao_Paulo", date(2019, 2, 16))),
    *(("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))),
)
ENDS = some.sampled_from(["", "", ";COUNT=3", ";COUNT=999", ";UNTIL=20451231"])
SERIES = some.builds(lambda rule, end, day: (rule + end, day), RULES, ENDS, MOMENTS)
WAYS = some.sampled_from(["due", "completion"])
LATER = some.integers(0, 3) | some.integers(0, 800)
STEPS = some.lists(some.tuples(some.sampled_from(["complete", "skip"]), LATER), min_size=1, max_size=3)
BACK = {"complete": "reopen", "skip": "unskip"}
HISTORIES = ("completions?skipped=true", "occurrences")
STAMPS = {"version", "updated_at"}

thoroughly = settings(
    max_examples=80 if IS_THOROUGH else 8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def noon(day: str, zone: str = "UTC", days: int = 0) -> datetime:
    """So many days after it, in this zone."""
    return datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(zone)) + timedelta(days=days)


def moment_of(day: date, at: time, zone: str) -> datetime:
    """As RFC 5545 has it: the first of two, and what the clocks leave out by the offset from before."""
    local = datetime.combine(day, at)
    before, after = (
        local.replace(tzinfo=UTC) - datetime.combine(near, at, UTC).astimezone(ZoneInfo(zone)).utcoffset()
        for near in (day - timedelta(days=2), day + timedelta(days=2))
    )
    there = [each for each in (before, after) if each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local]
    return min(there, default=before)


class Properties(HypothesisTestCase, Cast):
    def begin(self, series, zone="UTC", **values):
        """A todo of Alice's, who lives there, on its first day."""
        text, start = series
        accepted(text, start)
        if zone != "UTC":
            self.alice.patch("/me", {"time_zone": zone})
        with clock.stopped_at(noon(str(start), zone)):
            return self.alice.todo(rrule=text, due_date=str(start), **values)

    def sent(self, moment, todo, verb):
        with clock.stopped_at(moment):
            return self.alice.post(f"/todos/{todo['id']}/{verb}")

    def at(self, moment, todo, verb):
        response = self.sent(moment, todo, verb)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def days(self, todo, count=50):
        return self.alice.get(f"/todos/{todo['id']}/occurrences", {"count": count}).json()["days"]

    def history(self, todo):
        return self.alice.get(f"/todos/{todo['id']}/completions").json()["results"]

    def everything(self, todo):
        """All that can be read of it and its subtasks, in order, but for versions and stamps."""
        rows = [self.alice.get(f"/todos/{uid}").json() for uid in (todo["id"], *todo["children"])]
        others = [self.alice.get(f"/todos/{todo['id']}/{name}").content for name in HISTORIES]
        return [[pair for pair in row.items() if pair[0] not in STAMPS] for row in rows], others

    @thoroughly
    @given(SERIES, WAYS, some.sampled_from(ZONES), LATER)
    @example(("FREQ=DAILY;INTERVAL=2", date(2026, 1, 31)), "completion", "UTC", 1)
    def test_completing_in_time_gives_one_after_the_other_of_the_preview(self, series, way, zone, delay):
        todo = self.begin(series, zone, repeat_from=way)
        rule = {"rrule": series[0], "due_date": str(series[1]), "count": 4}
        self.assertEqual(self.days(todo, 4), self.alice.get("/occurrences", rule).json()["days"])
        # The first is late, after which a series that is counted from completing is another one.
        todo = self.at(noon(todo["due_date"], zone, delay), todo, "complete")
        days = [] if todo["completed"] else self.days(todo, 4)

        for following in days[1:]:
            todo = self.at(noon(todo["due_date"], zone), todo, "complete")
            self.assertEqual((todo["due_date"], todo["completed"]), (following, False))

        if 0 < len(days) < 4:
            self.assertEqual(self.at(noon(todo["due_date"], zone), todo, "complete")["completed"], True)
        self.assertEqual([row["missed"] for row in self.history(todo)][1:], [0] * (len(self.history(todo)) - 1))

    @thoroughly
    @given(SERIES)
    def test_days_to_come_are_one_later_than_the_other(self, series):
        days = self.days(self.begin(series))

        self.assertEqual(days, sorted({*days}))
        self.assertGreater(len(days), 1)

    @thoroughly
    @given(SERIES, WAYS, STEPS, some.data())
    def test_every_step_can_be_taken_back(self, series, way, steps, data):
        todo = self.begin(series, repeat_from=way, **data.draw(some.fixed_dictionaries({}, optional=self.BESIDE)))
        todo["children"] = [self.alice.todo(parent=todo["id"], completed=is_done)["id"] for is_done in (True, False)]
        befores = []
        for verb, delay in steps:
            before = self.everything(todo)
            response = self.sent(noon(todo["due_date"], days=delay), todo, verb)
            is_step = response.status_code == 200 and not todo["completed"]
            self.assertEqual(self.everything(todo) != before, is_step)
            if is_step:
                befores.append((verb, before))
                todo |= response.json()

        for verb, before in reversed(befores):
            self.at(noon("2050-01-01"), todo, BACK[verb])
            self.assertEqual(self.everything(todo), before)

    BESIDE = {
        "starts_on": MOMENTS.map(str),
        "due_time": some.sampled_from(["00:00", "09:00", "23:59"]),
        "reminders": some.sampled_from(
            [[{"minutes_before": 10}], [{"minutes_before": 1440}, {"at": "2030-03-31T02:30"}]]
        ),
        "tags": some.just(["home"]),
        "priority": some.integers(0, 3),
    }

    @thoroughly
    @given(SERIES, WAYS, MOMENTS, some.sampled_from(["06:30", None]), LATER)
    def test_moving_an_occurrence_leaves_the_series_alone(self, series, way, day, at, delay):
        todo, twin = (self.begin(series, repeat_from=way) for _ in range(2))
        days = self.days(todo)
        moved = self.alice.patch(f"/todos/{todo['id']}", {"due_date": str(day), "due_time": at}).json()
        self.assertEqual((moved["rrule"], moved["due_date"]), (todo["rrule"], str(day)))
        self.assertEqual(self.days(todo), days)

        todo, twin = (self.at(noon(twin["due_date"], days=delay), each, "complete") for each in (todo, twin))

        if not twin["completed"]:
            self.assertEqual(todo["due_date"], twin["due_date"])
        self.assertEqual((todo["completed"], self.days(todo)), (twin["completed"], self.days(twin)))

    @thoroughly
    @given(SERIES, some.sampled_from(ZONES), some.lists(LATER, min_size=2, max_size=4))
    @example(("FREQ=DAILY;COUNT=3", date(2026, 1, 31)), "UTC", [0, 0, 0, 0])
    @example(("FREQ=DAILY", date(2026, 1, 31)), "Pacific/Kiritimati", [2, 2])
    def test_time_never_goes_back_and_what_was_missed_is_counted(self, series, zone, delays):
        todo = self.begin(series, zone)
        today = todo["due_date"]
        for delay in delays:
            moment = noon(today, zone, days=delay)
            today, passed = str(moment.date()), self.days(todo)
            following = self.at(moment, todo, "complete")
            if following["completed"]:
                if "COUNT=3" in todo["rrule"]:
                    self.assertEqual(sum(row["missed"] + 1 for row in self.history(todo)), 3)
                break
            self.assertGreater(following["due_date"], todo["due_date"])
            self.assertGreaterEqual(following["due_date"], today)
            if following["due_date"] in passed:
                self.assertEqual(self.history(todo)[-1]["missed"], passed.index(following["due_date"]) - 1)
            todo = following

    @thoroughly
    @given(SERIES, some.sampled_from(ZONES), some.lists(LATER, min_size=1, max_size=4))
    def test_counted_from_completing_it_comes_after_that_day(self, series, zone, delays):
        todo = self.begin(series, zone, repeat_from="completion")
        today = todo["due_date"]
        for delay in delays:
            moment = noon(today, zone, days=delay)
            today = str(moment.date())
            rule = {"rrule": todo["rrule"], "due_date": today, "count": 2}
            anew = self.alice.get("/occurrences", rule).json().get("days")
            todo = self.at(moment, todo, "complete")
            if todo["completed"]:
                break
            self.assertGreater(todo["due_date"], today)
            if anew and is_endless(todo["rrule"]):
                self.assertEqual(todo["due_date"], anew[1])

    @thoroughly
    @given(SERIES, WAYS, LATER)
    def test_skipping_goes_where_completing_goes(self, series, way, delay):
        beside = {"starts_on": str(series[1]), "reminders": [{"at": f"{series[1]}T08:00"}], "repeat_from": way}
        todo, twin = (self.begin(series, **beside) for _ in range(2))
        moment = noon(todo["due_date"], days=delay)
        twin = self.at(moment, twin, "complete")
        if twin["completed"]:
            self.assert_problem(self.sent(moment, todo, "skip"), 409, "last_occurrence")
            return

        todo = self.at(moment, todo, "skip")

        for name in ("due_date", "starts_on", "reminders", "completed"):
            self.assertEqual(todo[name], twin[name], name)
        self.assertEqual((self.days(todo), self.history(todo)), (self.days(twin), []))

    @thoroughly
    @given(
        some.sampled_from(CHANGES),
        some.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=FR,SA,SU,MO", "FREQ=DAILY;INTERVAL=2"]),
        some.integers(0, 3),
        some.sampled_from(["00:00", "02:00", "02:15", "02:30", "03:00", "09:00"]) | some.times().map("{:%H:%M}".format),
    )
    def test_the_time_of_day_stays_when_the_clocks_change(self, change, rule, days, at):
        zone, day = change
        todo = self.begin((rule, day - timedelta(days=days)), zone, due_time=at, time_zone=zone)
        for _ in range(5):
            expected = moment_of(date.fromisoformat(todo["due_date"]), time.fromisoformat(at), zone)
            self.assertEqual(todo["due_time"], at)
            self.assertEqual(datetime.fromisoformat(todo["due_at"]), expected)
            todo = self.at(expected, todo, "complete")


def is_endless(text: str) -> bool:
    return "COUNT" not in text and "UNTIL" not in text
