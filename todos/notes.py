"""What of somebody's file was left out, for whoever sent it: the first of it, and how much there was."""

from __future__ import annotations

from typing import NamedTuple

MOST_SHOWN = 20


class Note(NamedTuple):
    """`place` is a line of the file, or a JSON Pointer into it."""

    place: str
    code: str
    detail: str


class Notes:
    def __init__(self) -> None:
        self.first: list[Note] = []
        self.count = 0

    def add(self, place: str, code: str, detail: str) -> None:
        self.count += 1
        if len(self.first) < MOST_SHOWN:
            self.first.append(Note(place, code, detail))
