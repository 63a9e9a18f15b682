"""What quick add understands: hundreds of phrases with their results, and what holds for any text."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from django.test import SimpleTestCase
from hypothesis import example, given, settings
from hypothesis import strategies as some

from tests.thoroughness import IS_THOROUGH
from todos import reminders
from todos.fields import declared
from todos.quickadd.marks import MAX_TAG_NAME
from todos.quickadd.times import EARLIEST_MINUTES
from todos.quickadd.understand import MAX_REMINDERS, MAX_TAGS, MAX_TEXT, Understood, lists_named, understood
from todos.recurrence.rule import parse
from todos.recurrence.sentence import in_words
from todos.recurrence.series import require_an_occurrence
from todos.recurrence.walk import days_after

PHRASES = json.loads((Path(__file__).parent / "quickadd" / "phrases.json").read_text(encoding="utf-8"))
NOW = datetime.fromisoformat(PHRASES["now"])
LISTS = {name.lower() for name in PHRASES["lists"]}
# A phrase takes a tenth of this, see `bench/quickadd.py`.
SECONDS_FOR_A_PHRASE = 0.001
SECONDS_FOR_THE_LONGEST = 0.05
# Texts of the longest kind that look for much in vain.
HOSTILE = (
    "every Monday and " * 60,
    "every 2 weeks on Tuesday and Thursday, until " * 22,
    '#"' * 500,
    '+"a ' * 250,
    "9am " * 250,
    "#a " * 333,
    "1 Dec, " * 140,
    "remind me 10 minutes before " * 36,
    "every " * 166,
    "the day after " * 71,
    "x" * MAX_TEXT,
    "sat " * 250,
    "9am #a " * 142,
    "on " * 333,
    "every last day of the month in June and July " * 22,
)


def has_list(name: str) -> bool:
    return name.lower() in LISTS


def result(text: str, now: datetime = NOW) -> dict[str, Any]:
    """As an entry of the phrases has it, which leaves out what is not said."""
    found = understood(text, now, has_list)
    schedule = found.schedule
    said = {
        "date": schedule.due_date and schedule.due_date.isoformat(),
        "time": schedule.due_time and schedule.due_time.isoformat("minutes"),
        "rule": schedule.rule and str(schedule.rule),
        "reminders": list(schedule.reminders),
        "notes": list(schedule.notes),
        "tags": list(found.tags),
        "list": found.list_name,
        "priority": found.priority,
    }
    spans = [list(span) for span in found.spans]
    return {"title": found.title, **{name: value for name, value in said.items() if value}, "spans": spans}


class Phrases(SimpleTestCase):
    def test_each_is_understood_as_it_says(self):
        for entry in PHRASES["understood"]:
            expected = {name: value for name, value in entry.items() if name not in {"text", "now"}}
            with self.subTest(entry["text"], now=entry.get("now")):
                now = datetime.fromisoformat(entry.get("now", PHRASES["now"]))
                self.assertEqual(result(entry["text"], now), expected)

    def test_nothing_is_understood_of_what_is_plain(self):
        for text in PHRASES["plain"]:
            with self.subTest(text):
                self.assertEqual(result(text), {"title": text.strip(), "spans": []})

    def test_there_are_enough_of_both(self):
        self.assertGreater(len(PHRASES["understood"]), 300)
        self.assertGreater(len(PHRASES["plain"]), 200)

    def test_spans_count_as_javascript_does(self):
        (span,) = understood("Water 🌹🌹 today", NOW, has_list).spans

        self.assertEqual((span.start, span.end), (11, 16))

    def test_rules_said_back_in_words_name_the_same_days(self):
        """The words of an answer can be typed again."""
        count = 0
        for entry in PHRASES["understood"]:
            if "rule" in entry and "BYSETPOS" not in entry["rule"]:
                now = datetime.fromisoformat(entry.get("now", PHRASES["now"]))
                first, rule = datetime.fromisoformat(entry["date"]).date(), parse(entry["rule"])
                sentence = f"x {in_words(rule, first)}"
                again = understood(sentence, now.replace(hour=0, minute=0), has_list).schedule
                with self.subTest(sentence):
                    self.assertIsNotNone(again.rule)
                    self.assertEqual(list(some_days(again.rule, first)), list(some_days(rule, first)))
                    count += 1

        self.assertGreater(count, 100)

    def test_its_bounds_are_those_of_todos(self):
        self.assertEqual(MAX_REMINDERS, reminders.MOST)
        self.assertEqual(EARLIEST_MINUTES, reminders.EARLIEST_MINUTES)
        self.assertEqual((MAX_TAGS, MAX_TAG_NAME), (declared.MAX_TAGS, declared.MAX_TAG_NAME))

    def test_lists_are_looked_for_by_these_names(self):
        self.assertEqual(lists_named('a +b +"c d" +1 +e, b+f'), ["b", "c d"])


def some_days(rule: Any, first: Any) -> Iterator[Any]:
    return islice(days_after(rule, first, first), 5)


@cache
def vocabulary() -> list[str]:
    """Words of all phrases, and what is understood of them."""
    texts = [entry["text"] for entry in PHRASES["understood"]] + PHRASES["plain"]
    understood_parts = {part for text in texts for part in parts_of(text)[1::2]}
    return sorted({word for text in texts for word in text.split()}) + sorted(understood_parts) * 3


def parts_of(text: str) -> list[str]:
    """A text cut into what is understood and what is not, by the spans of an answer."""
    units, cuts = text.encode("utf-16-le", "surrogatepass"), [0]
    for span in understood(text, NOW, has_list).spans:
        cuts += [span.start, span.end]
    cuts.append(len(units) // 2)
    pairs = pairwise(cuts)
    return [units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass") for start, end in pairs]


words = some.deferred(lambda: some.sampled_from(vocabulary()))
texts = (
    some.lists(words, max_size=14).map(" ".join)
    | some.text(max_size=60)
    | some.lists(words | some.text(max_size=6), max_size=10).map(" ".join)
)


class WhateverIsTyped(SimpleTestCase):
    profile = settings(max_examples=20_000 if IS_THOROUGH else 600, deadline=None, derandomize=True, database=None)

    @profile
    @given(texts)
    @example("\ud800 tomorrow")
    def test_title_and_spans_are_the_text(self, text: str):
        found = understood(text, NOW, has_list)
        parts = parts_of(text)

        self.assertEqual("".join(parts), text)
        places = [edge for span in found.spans for edge in (span.start, span.end)]
        self.assertEqual(places, sorted(places))
        self.assertTrue(all(span.start < span.end for span in found.spans))
        self.assertEqual(" ".join(filter(None, (part.strip() for part in parts[::2]))).split(), found.title.split())

    @profile
    @given(texts)
    def test_what_is_understood_fits_together(self, text: str):
        found = understood(text, NOW, has_list)
        schedule = found.schedule

        if schedule.rule:
            self.assertEqual(parse(str(schedule.rule)), schedule.rule)
            require_an_occurrence(schedule.rule, schedule.due_date)
        if schedule.due_time or schedule.rule or schedule.reminders:
            self.assertIsNotNone(schedule.due_date)
        if schedule.due_date:
            self.assertGreaterEqual(schedule.due_date, NOW.date())
        self.assertLessEqual(bool(schedule.reminders), bool(schedule.due_time))

    @profile
    @given(texts)
    @example("every 2 #home days")
    def test_of_the_title_nothing_more_is_understood(self, text: str):
        """But where a span stood between words that belong together without it."""
        first = understood(text, NOW, has_list)
        again = understood(first.title, NOW, has_list)
        if again.spans:
            self.assertTrue(crosses(text, first, again), (text, first, again))


def crosses(text: str, first: Understood, again: Understood) -> bool:
    """Whether something that is understood of the title reaches over a place where something was taken out."""
    ends, length = set(), 0
    for part in filter(None, (part.strip() for part in parts_of(text)[::2])):
        length += len(part.encode("utf-16-le", "surrogatepass")) // 2
        ends.add(length)
        length += 1
    return any(span.start < end < span.end for span in again.spans for end in ends)


class WhatItCosts(SimpleTestCase):
    def test_a_phrase_costs_less_than_a_millisecond(self):
        texts = [entry["text"] for entry in PHRASES["understood"]] + PHRASES["plain"]
        self.assertLess(min(seconds_for(texts) for _ in range(3)) / len(texts), SECONDS_FOR_A_PHRASE)

    def test_no_text_costs_more_than_its_length(self):
        for text in HOSTILE:
            with self.subTest(text[:20]):
                self.assertLess(min(seconds_for([text[:MAX_TEXT]]) for _ in range(3)), SECONDS_FOR_THE_LONGEST)


def seconds_for(texts: list[str]) -> float:
    started = time.perf_counter()
    for text in texts:
        understood(text, NOW, has_list)
    return time.perf_counter() - started
