"""An owner's export as operators give it: the one that people get themselves, and what is kept about the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from todos.fields.field import Field, Fields
from todos.fields.kinds import Counter, Day, Line, Moment
from todos.models import Account, CalendarAddress, IdempotencyKey
from todos.transfer.document import Section, pieces


def as_text(body: Any) -> str:
    return bytes(body).decode(errors="replace")


ACCOUNT: Fields = (
    *(Field(name, Counter()) for name in ("version", "settings_version", "purged_version", "todo_count")),
    Field("erased_at", Moment()),
)
KEYS: Fields = (
    Field("key", Line(255)),
    Field("request_hash", Line(64)),
    Field("started_at", Moment()),
    *(Field(name, Counter()) for name in ("status", "headers", "brief")),
    Field("body", Line(0), show=as_text),
)
# That there is an address is the person's to know; what opens it was told once.
CALENDAR_ADDRESS: Fields = (Field("made_at", Moment()), Field("read_on", Day()))
MORE = (
    Section("account", ACCOUNT, lambda owner_id: Account.objects.filter(owner_id=owner_id), key="pk"),
    Section("idempotency_keys", KEYS, lambda owner_id: IdempotencyKey.objects.filter(owner_id=owner_id), key="key"),
    Section(
        "calendar_address",
        CALENDAR_ADDRESS,
        lambda owner_id: CalendarAddress.objects.filter(owner_id=owner_id),
        key="pk",
    ),
)


def document(owner_id: int, about: Mapping[str, object]) -> Iterator[bytes]:
    """`about` are members to begin with, such as the date and the profile."""
    return pieces(owner_id, about, MORE)
