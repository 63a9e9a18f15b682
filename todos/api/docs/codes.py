"""The codes with which operations refuse, told for each of them. The suite compares every refusal with these."""

from __future__ import annotations

from typing import Any, NamedTuple

from drf_spectacular.utils import OpenApiResponse

from todos.recurrence.rule import BOUNDS, REASONS
from todos.recurrence.rule import PARTS as RULE_PARTS
from todos.types import Json


class Refusal(NamedTuple):
    status: int
    text: str


KEYED = ("request_running", "too_many_keys", "idempotency_key_reused")
# What a change of a todo may have too much of.
ROOM = ("too_many_todos", "too_many_tags", "too_many_subtasks")
CODES = {
    "trashed": Refusal(409, "it is in the trash; restore it first."),
    "not_trashed": Refusal(409, "it is not in the trash."),
    "id_conflict": Refusal(409, "you have another row with this id, which is `current`."),
    "erased": Refusal(409, "what had this id was deleted for good; a late creation does not bring it back."),
    "name_taken": Refusal(409, "you have a tag with this name, which is `current`."),
    "not_repeating": Refusal(409, "it is not an open todo that repeats."),
    "last_occurrence": Refusal(409, "there is no occurrence after this one."),
    "not_skipped": Refusal(409, "it is not open, or was not skipped last."),
    "broken_view": Refusal(409, "this version does not understand the query of the view; change it."),
    "inbox_stays": Refusal(409, "the Inbox can't be archived or deleted."),
    "too_many_todos": Refusal(409, "no room for one more (100,000 unless the operator has set another number)."),
    "too_many_lists": Refusal(409, "no room for one more (1,000)."),
    "too_many_tags": Refusal(409, "no room for one more (5,000)."),
    "too_many_views": Refusal(409, "no room for one more (200)."),
    "too_many_subtasks": Refusal(409, "the todo has no room for one more (500)."),
    "too_many_keys": Refusal(409, "2,000 `Idempotency-Key`s within 24 hours: send the request without it."),
    "request_running": Refusal(409, "a request with this `Idempotency-Key` is still running."),
    "account_erased": Refusal(409, "everything was erased while the request waited."),
    "sync_too_old": Refusal(410, "start over with `since=0`."),
    "stale": Refusal(412, "the row has another version; `current` is the row as it is now."),
    "exists": Refusal(412, "PUT insisted on creating, and it is there."),
    "idempotency_key_reused": Refusal(422, "another request was sent with this `Idempotency-Key`."),
}
# What a value ought to be that is `invalid`.
EXPECTED = (
    *("string", "boolean", "integer", "uuid", "date", "time", "date-time", "local date-time", "color", "array"),
    *("object", "array of objects", "position", "version", "idempotency key", "etag"),
)
# Of single values, in `errors`.
FAULT_CODES = (
    *("required", "null", "invalid", "blank", "max_length", "min_value", "max_value", "invalid_choice"),
    *("min_items", "max_items", "max_terms"),
    *("control_character", "surrogate_characters_not_allowed", "null_characters_not_allowed", "unknown_zone"),
    *("unknown_field", "read_only", "unknown_parameter", "empty", "repeated", "duplicate", "bad_cursor", "comma"),
    *("does_not_exist", "trashed", "archived", "other_list", "not_a_sibling", "only_trashed", "max_bytes"),
    *("cycle", "parent_is_subtask", "has_subtasks", "time_needs_date", "zone_needs_time", "all_tags_and_some"),
    *("no_title", "title_too_long", "not_kept", "not_narrower"),
    *("minutes_or_at", "reminder_needs_date", "too_far"),
    *("malformed", "too_deep", "wrong_encoding", "not_icalendar", "not_csv", "no_columns"),
    *("in_future", "too_many_values", "too_many_rows", "too_many_rules", "too_many_deleted"),
    *("completed_repeats", "rrule_needs_date", "rrule_too_long", "rrule_syntax", "rrule_part", "rrule_empty"),
    *(f"rrule_{name.lower()}" for name in RULE_PARTS),
    *CODES,
    "more_faults",
)
# Of a file that was imported all the same, in `notes`.
NOTE_CODES = (
    *("no_name", "no_tag_name", "no_title", "title_cut", "notes_cut", "tags_cut", "duplicate", "too_many_rules"),
    *("date_in_words", "date_unread", "not_repeating", "rrule_needs_date", "reminder_needs_date"),
    *("rrule_too_long", "rrule_syntax", "rrule_part", "rrule_empty", *(f"rrule_{name.lower()}" for name in RULE_PARTS)),
)
# What the `params` of each code have, always all of it; of a code that is not here there are none.
PARAMS = {
    "invalid": ("expected",),
    "invalid_choice": ("choices",),
    **dict.fromkeys(("max_length", "max_items", "max_terms", "max_bytes", "title_too_long", "too_far"), ("max",)),
    "min_items": ("min",),
    **dict.fromkeys(("min_value", "max_value"), ("min", "max")),
    **dict.fromkeys(("does_not_exist", "trashed", "not_trashed", "id_conflict"), ("kind",)),
    **dict.fromkeys(("title_cut", "notes_cut", "tags_cut", "more_faults"), ("max",)),
    **{code: ("max",) for code in CODES if code.startswith("too_many_")},
    **dict.fromkeys(("too_many_parameters", "too_many_values", "too_many_rows", "too_many_rules"), ("max",)),
    **dict.fromkeys(("too_many_deleted", "too_deep"), ("max",)),
    "too_many_keys": ("max", "hours"),
    "no_name": ("product",),
    "malformed": ("line", "column"),
    "wrong_encoding": ("encoding", "line"),
    **dict.fromkeys(("not_icalendar", "not_csv"), ("line",)),
    "rrule_too_long": ("max",),
    "rrule_part": ("choices",),
    **{f"rrule_{name.lower()}": ("reason", *BOUNDS.get(name, ())) for name in RULE_PARTS},
}
TYPES: dict[str, Json] = {
    **{name: {"type": "integer"} for name in ("min", "max", "hours", "line", "column")},
    **{name: {"type": "string"} for name in ("product", "encoding")},
    "choices": {"type": "array", "items": {"type": "string"}},
    "kind": {"type": "string", "enum": ["todo", "list", "tag", "view"]},
    "reason": {"type": "string", "enum": [*REASONS], "description": "What is wrong with this part of the rule."},
    "expected": {"type": "string", "enum": [*EXPECTED], "description": "What the value ought to be."},
}


def problem_with(*codes: str) -> Json:
    """A problem with one of these codes. The host puts the component into the document."""
    narrowed = {"type": "object", "required": ["code"], "properties": {"code": {"enum": list(codes)}}}
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]}


def problems(*codes: str) -> dict[Any, OpenApiResponse]:
    """The answers with which an operation refuses by these codes."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(CODES[code].status, []).append(code)
    return {
        (status, "application/problem+json"): OpenApiResponse(
            problem_with(*found), description="\n".join(f"- `{code}`: {CODES[code].text}" for code in found)
        )
        for status, found in by_status.items()
    }
