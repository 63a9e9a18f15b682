"""Series to the end of the calendar: whatever is accepted is computed as the definition has it, and none ends early."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import islice, takewhile

from django.test import SimpleTestCase
from hypothesis import HealthCheck, given, settings

from tests.thoroughness import IS_THOROUGH
from tests.todos.rrule.definition import is_named
from tests.todos.rrule.strategies import ALL_RULES, MOMENTS, accepted
from todos.recurrence.rule import parse
from todos.recurrence.series import Next, Occurrence, following, next_from
from todos.recurrence.walk import LAST_DAY, days_after

MONDAY = date(1990, 1, 1)
LEAP_DAY = date(2024, 2, 29)
YEARS = timedelta(days=365 * (40 if IS_THOROUGH else 4))

# Every so many days, chosen from by parts that seldom or never agree. Each of them ended early once.
RARE = (
    *("FREQ=DAILY;INTERVAL=32;BYMONTH=2;BYMONTHDAY=29", "FREQ=DAILY;INTERVAL=61;BYMONTHDAY=31;BYDAY=MO,TH"),
    *("FREQ=DAILY;INTERVAL=63;BYMONTHDAY=31;BYMONTH=1", "FREQ=DAILY;INTERVAL=70;BYMONTH=2;BYDAY=TH"),
    *("FREQ=DAILY;INTERVAL=365;BYMONTH=2", "FREQ=DAILY;INTERVAL=998;BYMONTHDAY=-1;BYDAY=FR"),
)
# The dearest that bench/recurrence.py has found.
DEAR = (
    "FREQ=DAILY;INTERVAL=9;BYMONTH=2,4,6,9,11;BYMONTHDAY=31;BYDAY=MO",
    "FREQ=DAILY;INTERVAL=62;BYMONTHDAY=31;BYDAY=TU,SA",
    "FREQ=DAILY;INTERVAL=63;BYMONTH=2,4,6,9,11;BYMONTHDAY=-31;BYDAY=MO,TU,WE,TH,FR,SA,SU",
    "FREQ=MONTHLY;BYMONTH=2,4,6,9,11;BYMONTHDAY=-31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-300",
)


class WholeSeries(SimpleTestCase):
    # Most rules made at random are refused.
    @settings(
        max_examples=1_000 if IS_THOROUGH else 50,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.filter_too_much],
    )
    @given(ALL_RULES, MOMENTS, MOMENTS)
    def test_the_days_are_those_of_the_definition(self, text, one, other):
        start, day = sorted((one, other))
        rule = accepted(text, start)
        wanted = [day + timedelta(days=number) for number in range(1, YEARS.days)]

        found = takewhile(lambda each: each < day + YEARS, days_after(rule, start, day))

        self.assertEqual([*found], [each for each in wanted if is_named(rule, start, each)])

    def test_steps_of_days_go_on_to_the_end(self):
        for text in RARE:
            with self.subTest(text):
                rule = parse(text)
                steps = range(LEAP_DAY.toordinal(), LAST_DAY.toordinal() + 1, rule.interval)
                wanted = [
                    date.fromordinal(each) for each in steps[1:] if is_named(rule, LEAP_DAY, date.fromordinal(each))
                ]

                self.assertEqual([*days_after(rule, LEAP_DAY, LEAP_DAY)], wanted)
                self.assertGreater(len(wanted), 5)

    def test_a_day_that_comes_every_40_years_comes_until_the_end(self):
        wanted = [day for year in range(2025, 9999) if (day := leap_day(year)) and day.weekday() == 0]
        for text in ("FREQ=MONTHLY;BYMONTH=2;BYDAY=5MO", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"):
            with self.subTest(text):
                self.assertEqual([*days_after(parse(text), LEAP_DAY, LEAP_DAY)], wanted)

    def test_a_count_is_counted_to_its_last(self):
        for text in ("FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=999", "FREQ=WEEKLY;BYMONTH=2;COUNT=999"):
            with self.subTest(text):
                *_, last = following(parse(text), MONDAY, Occurrence(MONDAY, 1))
                self.assertEqual(last.number, 999)

    def test_it_names_no_day_before_its_start(self):
        for text in ("FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYMONTHDAY=1,3", "FREQ=DAILY;BYMONTHDAY=1,3"):
            with self.subTest(text):
                start = date(1990, 1, 3)  # a Wednesday
                days = days_after(parse(text), start, start - timedelta(days=40))
                self.assertEqual(next(days), start)

    def test_who_was_away_for_decades_missed_all_of_them(self):
        rule = parse("FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=999")
        today = MONDAY + timedelta(days=14 * 940)

        self.assertEqual(next_from(rule, MONDAY, Occurrence(MONDAY, 1), today), Next(Occurrence(today, 941), 939))

    def test_the_dearest_are_cheap(self):
        for text in DEAR:
            with self.subTest(text):
                started = time.perf_counter()
                [*islice(days_after(parse(text), date(1970, 1, 1), date(1970, 1, 1)), 50)]
                # Ten times the bar of bench/recurrence.py, because the machine may be busy.
                self.assertLess(time.perf_counter() - started, 0.5)


def leap_day(year: int) -> date | None:
    return date(year, 2, 29) if year % 4 == 0 and (year % 100 or year % 400 == 0) else None
