"""What can be done to a tag. Its name is part of its todos, so they are stamped when it changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from todos.changes.change import Change, Finder, change
from todos.changes.quotas import require_room
from todos.exceptions import Conflict
from todos.models import Tag, Todo, TodoTag, Tombstone
from todos.models.owned import uuid7
from todos.models.tag import tag_key

Expected = frozenset[int] | None


def create_tag(owner: int | Finder, uid: UUID | None, values: dict[str, Any]) -> tuple[UUID, bool]:
    """Gives the id, and whether the tag is new: the same creation twice makes one tag."""
    with change(owner) as current:
        old = Tag.objects.filter(owner_id=current.owner_id, uid=uid).first() if uid else None
        if old:
            if (old.name, old.color) != (values["name"], values.get("color", "")):
                raise Conflict("id_conflict", "You have another tag with this id.", pointer="/id", uid=uid)
            return old.uid, False
        row = Tag(uid=uid or uuid7(), key=tag_key(values["name"]), **values, **current.stamp_new())
        require_free(current, row)
        require_room("tags", Tag.objects.filter(owner_id=current.owner_id).count)
        Tag.objects.bulk_create([row])
    return row.uid, True


def update_tag(owner: int | Finder, uid: UUID, values: dict[str, Any], expected: Expected) -> None:
    with change(owner) as current:
        row = current.row(Tag, uid, expected)
        if values.get("name", row.name) != row.name:
            values["key"] = tag_key(values["name"])
            require_free(current, Tag(uid=uid, key=values["key"]))
            tagged(current, row).update(**current.stamp())
        current.write(row, **values)


def delete_tag(owner: int | Finder, uid: UUID, expected: Expected) -> None:
    """Takes the tag off its todos. There is no trash for tags."""
    with change(owner) as current:
        row = current.row(Tag, uid, expected)
        tagged(current, row).update(**current.stamp())
        TodoTag.objects.filter(owner_id=current.owner_id, tag=row.pk).delete()
        Tag.objects.filter(owner_id=current.owner_id, pk=row.pk).delete()
        stamp = {"version": current.take_number(), "deleted_at": current.now}
        Tombstone.objects.create(owner_id=current.owner_id, kind=Tombstone.Kind.TAG, uid=uid, **stamp)


def tagged(current: Change, row: Tag) -> Any:
    links = TodoTag.objects.filter(owner_id=current.owner_id, tag=row.pk)
    return Todo.objects.filter(owner_id=current.owner_id, pk__in=links.values("todo"))


def require_free(current: Change, row: Tag) -> None:
    taken = Tag.objects.filter(owner_id=current.owner_id, key=row.key).exclude(uid=row.uid).first()
    if taken:
        raise Conflict("name_taken", "You have a tag with this name.", pointer="/name", uid=taken.uid)
