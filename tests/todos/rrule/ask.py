"""Asks ours and three others about each rule, and keeps what ours says. See scripts/rrule_vectors.py."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, time
from itertools import islice
from pathlib import Path

from dateutil.rrule import rrulestr

from tests.todos.rrule.rules import questions
from todos.recurrence.rule import RuleRefused, parse
from todos.recurrence.series import Occurrence, following, require_an_occurrence

FOLDER = Path(__file__).parent
VECTORS = FOLDER / "vectors.json"
MANY = 8


def main() -> int:
    asked = [(rule, start, MANY) for rule, start in questions()]
    run = subprocess.run(
        ["node", "others.mjs"], cwd=FOLDER, input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    vectors, is_alone = [], False
    for (rule, start, _), (theirs, icals) in zip(asked, json.loads(run.stdout), strict=True):
        days, refusal = ours(rule, date.fromisoformat(start))
        vectors.append({"rule": rule, "start": start, "days": days, "refusal": refusal})
        others = {"dateutil": by_dateutil(rule, start, days or []), "rrule": theirs, "ical.js": icals}
        dissenters = [name for name, said in others.items() if days and said[: len(days)] != days]
        if dissenters:
            print(f"{rule} from {start}: {', '.join(dissenters)}")
        is_alone |= len(dissenters) == len(others)
    VECTORS.write_text("[\n" + ",\n".join(map(json.dumps, vectors)) + "\n]\n", encoding="utf-8")
    print(f"{len(vectors)} rules, {sum(1 for vector in vectors if vector['refusal'])} of them refused")
    return is_alone


def ours(text: str, start: date) -> tuple[list[str] | None, str | None]:
    try:
        rule = parse(text)
        require_an_occurrence(rule, start)
    except RuleRefused as exc:
        return None, exc.code
    return [each.day.isoformat() for each in islice(following(rule, start, Occurrence(start, 1)), MANY)], None


def by_dateutil(text: str, start: str, days: list[str]) -> list[str]:
    """As many as ours, because it may look for the next until the end of the calendar."""
    first = datetime.combine(date.fromisoformat(start), time(), UTC)
    until = text.find("UNTIL=")
    text = text if until < 0 else f"{text[: until + 14]}T000000Z{text[until + 14 :]}"
    later = (moment for moment in rrulestr(text, dtstart=first) if moment > first)
    return [moment.date().isoformat() for moment in islice(later, len(days))]


if __name__ == "__main__":
    sys.exit(main())
