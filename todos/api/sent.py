"""A query parameter as it was sent, read or refused."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from todos import clock, zones
from todos.api.faults import not_chosen, refusal
from todos.api.spellings import NO_DAY, NO_MOMENT, NO_UUID, NO_ZONE, parse_day, parse_uuid
from todos.fields.declared import MAX_TAG_NAME
from todos.recurrence.rule import Rule, RuleRefused, parse
from todos.search import Search, search_in

MAX_TAG_FILTERS = 20
MAX_SEARCH = 200
MAX_TERMS = 32
MOST_OCCURRENCES = 50
AHEAD = timedelta(days=90)
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)


def read_uuid(sent: str) -> UUID:
    uid = parse_uuid(sent)
    if uid is None:
        raise refusal("invalid", NO_UUID, expected="uuid")
    return uid


def read_list(sent: str) -> UUID | str:
    return sent if sent == "inbox" else read_uuid(sent)


def read_flag(sent: str) -> bool:
    if sent not in {"true", "false"}:
        raise refusal("invalid", "This has to be true or false.", expected="boolean")
    return sent == "true"


def read_parent(sent: str) -> UUID | str:
    return sent if sent == "none" else read_uuid(sent)


def read_day(sent: str) -> date:
    day = parse_day(sent)
    if day is None:
        raise refusal("invalid", NO_DAY, expected="date")
    return day


def read_zone(sent: str) -> str:
    if sent not in zones.known_zones():
        raise refusal("unknown_zone", NO_ZONE)
    return sent


def read_priority(sent: str) -> int:
    if sent not in {"0", "1", "2", "3"}:
        raise not_chosen(["0", "1", "2", "3"])
    return int(sent)


def read_tags(sent: list[str]) -> list[str]:
    names = [read_tag(name.strip()) for name in sent]
    if len(names) > MAX_TAG_FILTERS:
        raise refusal("max_items", f"There can be at most {MAX_TAG_FILTERS}.", max=MAX_TAG_FILTERS)
    for name in names:
        require_name(name)
    return names


def require_name(name: str) -> None:
    if not name:
        raise refusal("blank", "This can't be blank.")
    if len(name) > MAX_TAG_NAME:
        raise refusal("max_length", f"Write at most {MAX_TAG_NAME} characters.", max=MAX_TAG_NAME)
    if "\0" in name:
        raise refusal("null_characters_not_allowed", "Null characters are not accepted.")


def read_tag(sent: str) -> str:
    """A name; one with a comma stands between quotation marks, so that nobody is shown nothing for two tags in one."""
    if len(sent) > 2 and sent[0] == sent[-1] == '"':
        return sent[1:-1]
    if "," in sent:
        text = 'Repeat the parameter for several tags; put a name with a comma between quotation marks: tag="a, b".'
        raise refusal("comma", text)
    return sent


def read_search(sent: str) -> Search | str:
    """What is looked for; nothing for a text without a word, such as the quotation mark before one."""
    text = sent.strip()
    if len(text) > MAX_SEARCH:
        raise refusal("max_length", f"Write at most {MAX_SEARCH} characters.", max=MAX_SEARCH)
    if "\0" in text:
        raise refusal("null_characters_not_allowed", "Null characters are not accepted.")
    search = search_in(text)
    if len(search.wanted) + len(search.unwanted) > MAX_TERMS:
        raise refusal("max_terms", f"Write at most {MAX_TERMS} words and phrases.", max=MAX_TERMS)
    return search if any(search) else ""


def read_count(sent: str) -> int:
    return read_number(sent, MOST_OCCURRENCES)


def read_number(sent: str, most: int) -> int:
    """From 1 on."""
    if not re.fullmatch("[0-9]{1,9}", sent):
        raise refusal("invalid", "This has to be a whole number.", expected="integer")
    if not 1 <= int(sent) <= most:
        code = "max_value" if int(sent) else "min_value"
        raise refusal(code, f"Choose a number from 1 to {most}.", min=1, max=most)
    return int(sent)


def read_until(sent: str) -> datetime:
    moment = None
    if MOMENT.fullmatch(sent):
        with suppress(ValueError):
            moment = datetime.fromisoformat(sent)
    if moment is None:
        raise refusal("invalid", NO_MOMENT, expected="date-time")
    # Whoever asks for all of it may have a clock that is ahead.
    if moment > clock.now() + AHEAD + timedelta(hours=1):
        raise refusal("too_far", f"This is more than {AHEAD.days} days from now.", max=AHEAD.days)
    return moment.astimezone(UTC)


def read_rule(sent: str) -> Rule:
    try:
        return parse(sent)
    except RuleRefused as exc:
        raise refusal(exc.code, exc.detail) from exc
