"""What a saved view holds: parameters of GET /todos by name, checked by the declaration that the address has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError as Unfit
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from todos.api.errors import QueryInvalid
from todos.api.faults import fault, refusal
from todos.api.filters import ORDERINGS
from todos.api.opaque import Opaque
from todos.api.parameters import PARAMETERS, Parameter, choice
from todos.api.sent import read_uuid
from todos.exceptions import MAX_FAULTS
from todos.letters import ONE_LINE_FAULTS, SURROGATE_FAULTS
from todos.models.tag import tag_key
from todos.types import Json

# Where somebody is, and todos that are named one by one, are matters of each request.
LEFT_OUT = frozenset({"tz", "ids"})
SAVED = {name: parameter for name, parameter in PARAMETERS.items() if name not in LEFT_OUT}
SAVED["ordering"] = choice("As in the address.", *(sign + name for name in ORDERINGS for sign in ("", "-")))
# What a request says of a view.
VIEW = {
    "view": Parameter(
        read_uuid,
        "What this saved view asks for, as if its parameters stood here. Others narrow it: what both have, both hold "
        "(400 `not_narrower` where that can't be); `ordering` takes the place of the view's. A view that you don't "
        "have is 400 `does_not_exist`, one that this version does not understand 409 `broken_view`.",
        {"format": "uuid"},
    )
}
# The longest value of all is the address of a list or a tag's name in quotation marks; or words.
MAX_LETTERS = 300


class Saved(NamedTuple):
    """The values as `filters` takes them, by what to order, and the text that is stored."""

    values: Json
    ordering: str
    text: str


def read(query: Mapping[str, Any]) -> Saved:
    """Refuses by name whatever GET /todos would refuse."""
    faults: Json = {}
    values: Json = {}
    spelled: Json = {}
    strangers = (name for name in query if name not in SAVED)
    for name in islice(strangers, MAX_FAULTS + 1):
        faults[name] = [fault("unknown_parameter", "There is no such parameter here.")]
    for name, parameter in SAVED.items():
        if name not in query:
            continue
        try:
            value = parameter.read(as_sent(query[name], parameter))
        except ValidationError as exc:
            faults[name] = exc.detail
            continue
        # A search without a word asks for everything.
        if value != "":
            values[name] = value
            spelled[name] = several(value) if parameter.repeats else single(query[name], value)
    if faults:
        raise ValidationError(faults)
    text = orjson.dumps(spelled, option=orjson.OPT_SORT_KEYS).decode()
    return Saved(values, values.pop("ordering", ""), text)


def as_sent(value: Any, parameter: Parameter) -> Any:
    """A value of JSON as the address would have it."""
    if parameter.repeats:
        if not isinstance(value, list):
            raise refusal("invalid", "This has to be an array in brackets.", expected="array")
        most = parameter.schema["maxItems"]
        if not value:
            raise refusal("min_items", "There has to be at least 1.", min=1)
        if len(value) > most:
            raise refusal("max_items", f"There can be at most {most}.", max=most)
        return [text_in(each) for each in value]
    match parameter.schema.get("type"):
        case "integer":
            if type(value) is not int:
                raise refusal("invalid", "This has to be a whole number.", expected="integer")
            return str(value)
        case "boolean":
            if not isinstance(value, bool):
                raise refusal("invalid", "This has to be true or false.", expected="boolean")
            return str(value).lower()
    return text_in(value)


def text_in(value: Any) -> str:
    if not isinstance(value, str):
        raise refusal("invalid", "This has to be text.", expected="string")
    # Before anything looks at each letter.
    if len(value) > MAX_LETTERS:
        raise refusal("max_length", f"Write at most {MAX_LETTERS} characters.", max=MAX_LETTERS)
    if not value.strip():
        raise refusal("blank", "This can't be blank.")
    for rule in (ONE_LINE_FAULTS, SURROGATE_FAULTS):
        try:
            rule(value)
        except Unfit as exc:
            raise refusal(rule.code, str(rule.message)) from exc
    return value


def several(values: list[str] | tuple[Any, ...]) -> list[str]:
    """What is stored of values that were read: as they are in order, but for tags, which are a list."""
    if isinstance(values, tuple):
        return [str(each) for each in values]
    names = {tag_key(name): name for name in reversed(values)}
    return [quoted(names[key]) for key in sorted(names)]


def single(sent: Any, value: Any) -> Any:
    """What is stored of a value as it was sent and read: ids have two spellings, texts may have space around them."""
    if isinstance(value, UUID):
        return str(value)
    return sent.strip() if isinstance(sent, str) else sent


def quoted(name: str) -> str:
    """The name of a tag as the address has it."""
    is_marked = len(name) > 2 and name[0] == name[-1] == '"'
    return f'"{name}"' if "," in name or is_marked else name


def understood(query: Any) -> Saved | None:
    """None of a query that is stored, and that this version does not take any more."""
    if not isinstance(query, dict):
        return None
    try:
        return read(query)
    except ValidationError:
        return None


PROPERTIES = {
    name: {"type": "string", **parameter.schema, "description": parameter.text} for name, parameter in SAVED.items()
}


@extend_schema_field({"type": "object", "additionalProperties": False, "properties": PROPERTIES})
class Parameters(Opaque):
    """Not opaque to us: read, and written in the one spelling."""

    def written(self, data: dict[str, Any]) -> bytes:
        return read(data).text.encode()


@extend_schema_field({"type": "object", "additionalProperties": True, "properties": PROPERTIES})
class StoredParameters(Parameters):
    """Those of a broken view may be any."""


# Both hold where the one or the other does, or all of both.
JOINED: dict[str, Callable[[Any, Any], Any]] = {
    "tag": lambda saved, given: [*saved, *given],
    "priority_gte": max,
    "due_before": min,
    "due_after": max,
    "completed_before": min,
    "completed_after": max,
}


def narrowed(saved: Json, given: Json) -> Json:
    """The values of the view and those of the request, so that both hold."""
    faults = {name: [NOT_NARROWER] for name in given if name in saved and not is_narrower(name, saved, given)}
    if faults:
        raise QueryInvalid(faults)
    joined = {name: JOINED[name](saved[name], given[name]) for name in JOINED if name in saved and name in given}
    return {**saved, **given, **joined}


NOT_NARROWER = fault("not_narrower", "The view asks for something else. Leave this out, or choose among what it has.")


def is_narrower(name: str, saved: Json, given: Json) -> bool:
    if name in JOINED or saved[name] == given[name]:
        return True
    # One of several, or some of them.
    return SAVED[name].repeats and {*given[name]} <= {*saved[name]}
