"""How a task repeats, from Microsoft Graph's `patternedRecurrence` to a rule of RFC 5545."""

from __future__ import annotations

from typing import Any

FREQUENCIES = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "absolutemonthly": "MONTHLY",
    "relativemonthly": "MONTHLY",
    "absoluteyearly": "YEARLY",
    "relativeyearly": "YEARLY",
}
DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


class Unknown(ValueError):
    """Nothing that Graph documents."""


def rrule_of(recurrence: Any, due: str | None) -> str | None:
    """Nothing where a part is unknown: without it the rule would be another one."""
    try:
        pattern, span = member(recurrence, "pattern", dict), recurrence.get("range")
        parts = {**parts_of(pattern), **(end_of(span, due) if span else {})}
    except Unknown:
        return None
    return ";".join(f"{name}={value}" for name, value in parts.items())


def parts_of(pattern: dict[str, Any]) -> dict[str, str]:
    kind = member(pattern, "type", str).lower()
    parts = {"FREQ": chosen(FREQUENCIES, kind), "INTERVAL": str(member(pattern, "interval", int))}
    if kind in {"absoluteyearly", "relativeyearly"}:
        parts["BYMONTH"] = str(member(pattern, "month", int))
    if kind in {"absolutemonthly", "absoluteyearly"}:
        parts["BYMONTHDAY"] = str(member(pattern, "dayOfMonth", int))
    if kind == "weekly":
        parts |= {"BYDAY": ",".join(days_of(pattern)), "WKST": week_start(pattern)}
    if kind in {"relativemonthly", "relativeyearly"}:
        parts |= numbered(days_of(pattern), chosen(INDEXES, pattern.get("index", "first")))
    return parts


def numbered(days: list[str], index: int) -> dict[str, str]:
    """The second Tuesday, or the second among several days."""
    if len(days) == 1:
        return {"BYDAY": f"{index}{days[0]}"}
    return {"BYDAY": ",".join(days), "BYSETPOS": str(index)}


def end_of(span: Any, due: str | None) -> dict[str, str]:
    kind = member(span, "type", str).lower()
    if kind == "noend":
        return {}
    if kind == "enddate":
        return {"UNTIL": member(span, "endDate", str).replace("-", "")}
    # How many are left is known as long as none is done.
    if kind == "numbered" and span.get("startDate") == due:
        return {"COUNT": str(member(span, "numberOfOccurrences", int))}
    raise Unknown


def days_of(pattern: dict[str, Any]) -> list[str]:
    names = member(pattern, "daysOfWeek", list)
    if not 0 < len(names) <= len(DAYS):
        raise Unknown
    return [chosen(DAYS, name) for name in names]


def week_start(pattern: dict[str, Any]) -> str:
    return chosen(DAYS, pattern.get("firstDayOfWeek", "sunday"))


def chosen(names: dict[str, Any], name: Any) -> Any:
    """Some libraries for Graph write these names with capital letters."""
    if not isinstance(name, str) or name.lower() not in names:
        raise Unknown
    return names[name.lower()]


def member(value: Any, name: str, kind: type[Any]) -> Any:
    found = value.get(name) if isinstance(value, dict) else None
    if type(found) is not kind:
        raise Unknown
    return found
