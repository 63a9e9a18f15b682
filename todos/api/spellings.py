"""How ids and days are spelled, in bodies and in addresses alike."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from todos.models.due_dates import FIRST_DAY, LAST_DAY

CANONICAL_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
NO_DAY = "Write a day of the years 1970 to 9999 as YYYY-MM-DD."
NO_MOMENT = "Write a moment of 1970 or later with its zone, such as 2026-12-04T08:00:00Z."
NO_UUID = "This has to be a UUID, such as 0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c."
NO_ZONE = "This is not a zone of the IANA database, such as Europe/Berlin."


def parse_uuid(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) and CANONICAL_UUID.fullmatch(text) else None


def parse_day(text: Any) -> date | None:
    """A day in the form 2026-03-29, or None if it is not one that the calendar and the database have."""
    if not (isinstance(text, str) and DAY.fullmatch(text)):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
