"""A row's JSON. No function runs more often, so it is written out once for each tuple of fields."""

from __future__ import annotations

from collections.abc import Callable, Set

from orjson import loads

from todos.fields.field import Field, Fields, columns
from todos.types import Json, Row, Values


def compile_to_json(fields: Fields) -> Callable[[Row], Json]:
    """What makes JSON of a row of their columns. A loop over the fields takes twice the time."""
    # Columns in which no text is no value.
    blank = {field.name for field in fields if field.kind.empty == ""}
    members = ", ".join(f"{field.name!r}: {expression(field, blank)}" for field in fields)
    text = f"def to_json(row):\n    {', '.join(columns(fields))}, = row\n    return {{{members}}}\n"
    scope: Values = {"loads": loads} | {f"show_{field.name}": field.show for field in fields}
    exec(compile(text, "<to_json>", "exec"), scope)  # noqa: S102 - made of nothing but the fields
    made: Callable[[Row], Json] = scope["to_json"]
    return made


def expression(field: Field, blank: Set[str]) -> str:
    """The field's value in terms of its columns."""
    first = field.columns[0]
    if field.show:
        is_absent = f"not {first}" if first in blank else f"{first} is None"
        return f"None if {is_absent} else show_{field.name}({', '.join(field.columns)})"
    return field.kind.shown.format(first)
