"""The body of POST /changes: each edit with what its kind and its `op` may have, or with what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework.exceptions import ErrorDetail, ValidationError

from todos.api.bodies import StrictSerializer, Version
from todos.api.faults import NOT_AN_OBJECT, REQUIRED, UNKNOWN_FIELD, Explained, not_chosen
from todos.api.me import SettingsPatch
from todos.api.outcomes import Faulty
from todos.api.serializers import ListPatch, TagPatch, TodoPatch, ViewPatch, stored
from todos.api.strict import Choice, Id, Items, Whole
from todos.changes import Deed, Edit, Kind
from todos.exceptions import MAX_FAULTS, members_of
from todos.types import Json

MAX_EDITS = 200
SAVING = (Deed.SAVE, Deed.CREATE, Deed.UPDATE)
# Members of an edit that are no values of its row.
ABOUT = frozenset({"kind", "op", "id", "base_version", "base"})
PLACE = frozenset({"after", "before"})
NOT_IN_BASE = StrictSerializer.not_in_base | ABOUT | PLACE
MOVING = PLACE | {"list"}

ID = Id()


class Seen(Version):
    def __init__(self) -> None:
        super().__init__()
        self.help_text = "The version of the row that you started from, as it was before the push."


def ops(*deeds: Deed) -> Choice:
    text = "Without it: `save`, which makes the row or changes what is named."
    return Choice([*deeds], required=False, help_text=text)


class Based(StrictSerializer):
    not_in_base = NOT_IN_BASE
    base_version = Seen()


class OfRow(Based):
    id = Id()


class OfPlacedRow(OfRow):
    after = Id(required=False, allow_null=True, help_text="With `move`.")
    before = Id(required=False, allow_null=True, help_text="With `move`.")


class TodoEdit(TodoPatch, OfPlacedRow):
    """The values of a merge-patch with `save`, `create` or `update`; `list`, `after` and `before` with `move`."""

    kind = Choice([Kind.TODO])
    op = ops(*Deed)
    version = None  # type: ignore[assignment] # it is `base_version` here


class ListEdit(ListPatch, OfPlacedRow):
    kind = Choice([Kind.LIST])
    op = ops(*SAVING, Deed.DELETE, Deed.RESTORE, Deed.MOVE)
    version = None  # type: ignore[assignment] # it is `base_version` here


class TagEdit(TagPatch, OfRow):
    kind = Choice([Kind.TAG])
    op = ops(*SAVING, Deed.DELETE)
    version = None  # type: ignore[assignment] # it is `base_version` here


class ViewEdit(ViewPatch, OfPlacedRow):
    kind = Choice([Kind.VIEW])
    op = ops(*SAVING, Deed.DELETE, Deed.MOVE)
    version = None  # type: ignore[assignment] # it is `base_version` here


class SettingsEdit(SettingsPatch, Based):
    kind = Choice([Kind.SETTINGS])
    op = ops(Deed.SAVE, Deed.UPDATE)


EDITS: dict[str, Any] = {
    Kind.TODO.value: TodoEdit,
    Kind.LIST.value: ListEdit,
    Kind.TAG.value: TagEdit,
    Kind.VIEW.value: ViewEdit,
    Kind.SETTINGS.value: SettingsEdit,
}


@extend_schema_field(
    PolymorphicProxySerializer(component_name="Edit", serializers=EDITS, resource_type_field_name="kind", many=False)
)
class EditField(Explained):
    expected = "object"
    default_error_messages = {"invalid": NOT_AN_OBJECT}

    def to_internal_value(self, data: Any) -> Edit | Faulty:
        """What no client would say of a row is a fault of the request; what is wrong in a row is told of that row."""
        if not isinstance(data, dict):
            self.fail("invalid")
        kind = data.get("kind")
        if not (isinstance(kind, str) and kind in EDITS):
            raise ValidationError({"kind": not_chosen([*EDITS]).detail})
        uid = None if kind == Kind.SETTINGS else id_in(data)
        try:
            values = EDITS[kind].checked(data, partial=True)
            return edit_of(Kind(kind), uid, values)
        except ValidationError as exc:
            return Faulty(Kind(kind), uid, [*faults_in(exc.detail)][:MAX_FAULTS])


def edit_of(kind: Kind, uid: UUID | None, body: Json) -> Edit:
    deed = Deed(body.get("op", Deed.SAVE))
    values = stored({name: value for name, value in body.items() if name not in ABOUT})
    allowed = values.keys() - PLACE if deed in SAVING else values.keys() & MOVING if deed is Deed.MOVE else frozenset()
    if surplus := sorted(values.keys() - allowed):
        raise ValidationError({name: [UNKNOWN_FIELD] for name in surplus})
    return Edit(kind, deed, uid, values, body.get("base_version"), stored(body.get("base", {})))


def id_in(data: Json) -> UUID:
    if "id" not in data:
        raise ValidationError({"id": [REQUIRED]})
    try:
        uid: UUID = ID.run_validation(data["id"])
    except ValidationError as exc:
        raise ValidationError({"id": exc.detail}) from exc
    return uid


def faults_in(detail: Any, pointer: str = "") -> Iterator[Json]:
    """As problem documents list them, with pointers into the edit."""
    if isinstance(detail, ErrorDetail):
        yield {"pointer": pointer, **members_of(detail.code or ""), "detail": str(detail)}
    elif isinstance(detail, dict):
        for name, inner in detail.items():
            # As much of a stranger's name as tells which it is.
            step = str(name)[:100].replace("~", "~0").replace("/", "~1")
            here = pointer if name == "non_field_errors" else f"{pointer}/{step}"
            yield from faults_in(inner, here)
    else:
        for inner in detail:
            yield from faults_in(inner, pointer)


class PushInput(StrictSerializer):
    since = Whole(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The version you have: the answer then brings what `GET /changes?since=` would bring afterwards.",
    )
    changes = Items(child=EditField(), min_length=1, max_length=MAX_EDITS)
