"""Why a change was refused. HTTP gives each its status in one place, `todos.api.errors`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

# An answer lists as many; whoever looks for faults may stop at the next one, which says that there are more.
MAX_FAULTS = 20


class Code(str):
    """The stable name of a fault, with the values that its text is made of, for clients that write their own."""

    params: dict[str, Any]

    def __new__(cls, name: str, **params: Any) -> Code:
        code = super().__new__(cls, name)
        code.params = params
        return code


def members_of(code: str) -> dict[str, Any]:
    """A code as answers have it."""
    params = getattr(code, "params", None)
    return {"code": str(code), "params": params} if params else {"code": str(code)}


class Refused(Exception):
    """Base of all refusals. `pointer` is the member at fault, `uid` the row that stands in the way."""

    def __init__(self, code: str = "", detail: str = "", *, pointer: str = "", uid: UUID | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer = pointer
        self.uid = uid
        # Which operation of a bulk it was.
        self.index: int | None = None


class Missing(Refused):
    """The owner has no such row."""


class Invalid(Refused):
    """A value can't be accepted."""


class Conflict(Refused):
    """The request is sound, but not in the present state of the row."""


class Full(Conflict):
    """There is no room for one more row."""


class Stale(Refused):
    """The caller's version is not the row's."""
