"""Lines of iCalendar: what a text may hold, and how long a line is.

A title must never become a line of its own. Programs differ in what ends a line for them, so that everything that
Python's `splitlines` takes for an end is written as the escaped one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time

MOST_OCTETS = 75
END = b"\r\n"
SPECIAL = re.compile("[\\\\;,\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# What is left over is no character that anybody could show.
ESCAPED = {
    **dict.fromkeys((*range(0x09), *range(0x0A, 0x20), *range(0x7F, 0xA0))),
    **dict.fromkeys((0x0A, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029), "\\n"),
    **{ord(each): f"\\{each}" for each in "\\;,"},
}


def text(value: str) -> str:
    return value.translate(ESCAPED) if SPECIAL.search(value) else value


def texts(values: Iterable[str]) -> str:
    return ",".join(map(text, values))


def day(value: date) -> str:
    return value.isoformat().replace("-", "")


def clock_time(value: date, at: time) -> str:
    """By a clock of no zone in particular."""
    return f"{day(value)}T{at:%H%M%S}"


def instant(moment: datetime) -> str:
    """Of a moment in UTC."""
    return f"{clock_time(moment.date(), moment.time())}Z"


def folded(line: str) -> bytes:
    """With its end; a long line goes on after a space. No character is cut in two."""
    octets = line.encode()
    if len(octets) <= MOST_OCTETS:
        return octets + END
    pieces, start, room = [], 0, MOST_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        # The space counts, too.
        start, room = end, MOST_OCTETS - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces) + END


def component(name: str, lines: Iterable[str]) -> bytes:
    return b"".join(map(folded, (f"BEGIN:{name}", *lines, f"END:{name}")))
