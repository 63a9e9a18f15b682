"""What rules of recurrence cost, and the dearest that is accepted: `python bench/recurrence.py`.

Searches combinations made to be dear and random ones, from starts of several kinds, and times the slowest again, in CPU
time. `python bench/recurrence.py 1` takes other random ones. Exits with 1 when a bar is missed.
"""

import random
import statistics
import sys
import time
from datetime import date, timedelta
from itertools import islice, product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from todos.recurrence.rule import DAYS, MOST_COUNT, RuleRefused, parse
from todos.recurrence.sentence import in_words
from todos.recurrence.series import Occurrence, following, next_from, next_from_completion, require_an_occurrence

RANDOM_RULES = 10_000
SUSPECTS = 20
ROUNDS = 5
# As many as `GET /occurrences` shows.
PREVIEWED = 50
TODAY = date(2026, 11, 27)
STARTS = (date(1970, 1, 1), date(2024, 2, 29), date(2026, 1, 31), TODAY, date(2027, 12, 31))
BARS = {"usual": 0.3, "nonsense": 1, "dearest": 50}

USUAL = (
    *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
    *("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=2TU"),
    *("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=5;BYDAY=2SU"),
)
NONSENSE = (
    *(";" * 200, "=" * 200, "FREQ=" * 40, "A" * 200, "\u0663" * 200),
    *("BYDAY=" + "1MO," * 48 + "1M", "BYMONTHDAY=" + "1," * 94),
    *("FREQ=DAILY;BYMONTHDAY=" + ",".join(map(str, range(1, 70))), "FREQ=DAILY;UNTIL=" + "1" * 183),
    *("FREQ=MONTHLY;BYDAY=" + ",".join(["-5SU"] * 35) + ",6MO", "FREQ=DAILY;INTERVAL=" + "9" * 179),
)


def main():
    generator = random.Random(int(*sys.argv[1:]))
    report("usual", "the next of a usual rule, the slowest of their medians", *max(map(usual, USUAL)))
    report("nonsense", "refusing 200 characters of nonsense", *max(map(refused, NONSENSE)))
    tried = [*dear_rules(), *(random_rule(generator) for _ in range(RANDOM_RULES))]
    asked = [(rule, generator.choice(STARTS)) for rule in dict.fromkeys(tried)]
    accepted = [(parse(rule), start) for rule, start in asked if is_accepted(rule, start)]
    print(f"{len(asked)} rules, {len(accepted)} of them accepted")
    report("dearest", "accepting or refusing", *slowest(is_accepted, asked))
    for act, name in ACTS.items():
        report("dearest", name, *slowest(act, accepted))
    sys.exit(bool(missed))


def usual(text):
    rule, this = parse(text), Occurrence(TODAY, 1)
    samples = [seconds_of(lambda: next_from(rule, TODAY, this, TODAY)) for _ in range(200)]
    return statistics.median(samples), text


def refused(text):
    return min(seconds_of(is_accepted, text, TODAY) for _ in range(ROUNDS)), text[:60]


def dear_rules():
    """Rare days, seldom or never together, at all the intervals that are treated differently."""
    intervals = (1, 2, 3, 5, 7, 8, 9, 12, 13, 30, 31, 48, 52, 61, 62, 63, 64, 90, 182, 365, 700, 730, 773, 999)
    months = ("", "BYMONTH=2", "BYMONTH=12", "BYMONTH=2,4,6,9,11", "BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12")
    days = ("", "BYMONTHDAY=29", "BYMONTHDAY=30", "BYMONTHDAY=31", "BYMONTHDAY=-31", "BYMONTHDAY=29,30,31,-29,-30,-31")
    weekdays = (
        "",
        "BYDAY=MO",
        "BYDAY=TU,SA",
        f"BYDAY={','.join(DAYS)}",
        "BYDAY=5MO",
        "BYDAY=53MO,-53TU",
        "BYDAY=-5SU,1WE",
    )
    places = ("", "BYSETPOS=5", "BYSETPOS=31", "BYSETPOS=-366,366")
    for freq, interval in product(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"), intervals):
        for parts in product(months, days, weekdays, places if freq == "MONTHLY" and interval < 14 else ("",)):
            yield spelled(f"FREQ={freq}", f"INTERVAL={interval}", *parts)


def random_rule(generator):
    def some(name, values, most):
        count = generator.choice((0, 1, 1, 2, most))
        return f"{name}=" + ",".join(map(str, generator.sample(values, count))) if count else ""

    numbers = ("", "", "1", "2", "3", "4", "5", "-1", "-5", "20", "53", "-53")
    days = [f"{number}{day}" for number in generator.sample(numbers, generator.choice((1, 4))) for day in DAYS]
    return spelled(
        f"FREQ={generator.choice(('DAILY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'))}",
        f"INTERVAL={generator.choice((generator.randint(1, 40), generator.randint(1, 999)))}",
        some("BYMONTH", range(1, 13), 6),
        some("BYMONTHDAY", [day for day in range(-31, 32) if day], 12),
        some("BYDAY", days, 5),
        some("BYSETPOS", (1, 2, 5, 20, 31, -1, -2, -5, -31), 3) if generator.random() < 0.2 else "",
        generator.choice(("", "", f"COUNT={MOST_COUNT}", "UNTIL=99981231", "UNTIL=20400101")),
        generator.choice(("", "", "WKST=SU")),
    )


def spelled(*parts):
    return ";".join(filter(None, parts))


def is_accepted(text, start):
    try:
        require_an_occurrence(parse(text), start)
    except RuleRefused:
        return False
    return True


def preview(rule, start):
    in_words(rule, start)
    list(islice(following(rule, start, Occurrence(start, 1)), PREVIEWED - 1))


def complete(rule, start):
    next_from(rule, start, Occurrence(start, 1), start)


def complete_late(rule, start):
    next_from(rule, start, Occurrence(start, 1), TODAY + timedelta(days=36_500))


def complete_and_count_anew(rule, start):
    next_from_completion(rule, start, Occurrence(start, 1), TODAY + timedelta(days=1))


ACTS = {
    preview: f"a preview of {PREVIEWED}, and the sentence",
    complete: "the next, completed in time",
    complete_late: "the next, completed a hundred years from now",
    complete_and_count_anew: "the next, counted from the day of completing",
}
missed = []


def seconds_of(act, *arguments):
    """Of CPU time, because the machine may have other work."""
    started = time.process_time()
    act(*arguments)
    return time.process_time() - started


def slowest(act, asked):
    """Those that took longest are timed again."""
    suspects = sorted(((seconds_of(act, *each), number) for number, each in enumerate(asked)), reverse=True)[:SUSPECTS]
    again = ((min(seconds_of(act, *asked[number]) for _ in range(ROUNDS)), number) for _, number in suspects)
    seconds, number = max(again)
    return seconds, "{} from {}".format(*asked[number])


def report(bar, name, seconds, what):
    milliseconds = seconds * 1000
    if milliseconds > BARS[bar]:
        missed.append(name)
    print(f"{name}: {milliseconds:.3f} ms (bar {BARS[bar]}), {what}")


main()
