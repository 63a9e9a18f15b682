"""A member of a row's JSON, and what follows from a tuple of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from typing import Final

from todos.fields.kinds import Kind
from todos.types import Values

NO_DEFAULT: Final = object()


class Written(Enum):
    """When a client may write a field."""

    ALWAYS = "always"
    ON_CREATION = "on creation"
    ON_CHANGE = "on change"
    NEVER = "never"


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    _: KW_ONLY
    written: Written = Written.ALWAYS
    # It has to be there on creation; or a client may send null, and null is the default; or this is the default. A
    # field without any of these gets its value elsewhere.
    is_required: bool = False
    is_nullable: bool = False
    default: object = NO_DEFAULT
    # What it is read from, if not from the column of its own name. What makes one value of several is a function of
    # them; where the first is null, the value is null, too, and it need not be asked. (An empty text may be a null.)
    columns: tuple[str, ...] = ()
    show: Callable[..., object] | None = None
    # What the OpenAPI document says of it in a body, in that of a change where it differs, and in an answer.
    help: str = ""
    help_on_change: str = ""
    help_in_answer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", self.columns or (self.name,))

    @property
    def is_written(self) -> bool:
        return self.written is not Written.NEVER

    @property
    def is_plain(self) -> bool:
        """Whether what a client writes goes to the column of the same name as it is."""
        return self.is_written and self.columns == (self.name,)


Fields = tuple[Field, ...]


def writable(fields: Fields, when: Written = Written.ALWAYS) -> Fields:
    """What a client may write then."""
    return tuple(field for field in fields if field.written in {Written.ALWAYS, when})


def plain_names(fields: Fields) -> tuple[str, ...]:
    return tuple(field.name for field in fields if field.is_plain)


def defaults(fields: Fields) -> Values:
    """What a new row has where the body says nothing, as it is stored."""
    written = (field for field in fields if field.is_written)
    values = {field.name: field.kind.empty if field.is_nullable else field.default for field in written}
    return {name: value for name, value in values.items() if value is not NO_DEFAULT}


def empty_values(*declared: Fields) -> dict[str, str]:
    """How the nulls are stored that are not stored as null, by the names of their fields."""
    nullable = (field for fields in declared for field in fields if field.is_nullable)
    return {field.name: field.kind.empty for field in nullable if field.kind.empty is not None}


def columns(fields: Fields) -> tuple[str, ...]:
    """Every column that the JSON is made of, once."""
    return tuple(dict.fromkeys(column for field in fields for column in field.columns))
