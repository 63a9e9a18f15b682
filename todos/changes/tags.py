"""What can be done to a tag. Its name is part of its todos, so they are stamped when it changes."""

from __future__ import annotations

from collections.abc import Set
from typing import TypedDict, Unpack
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace

from todos.changes.change import Change, Chosen, change, written_todos
from todos.changes.preconditions import Put, has_values, require_base, require_put
from todos.changes.quotas import require_room
from todos.compiled.caller import Caller
from todos.exceptions import Code, Conflict
from todos.fields.declared import TAG_FIELDS
from todos.fields.field import defaults, plain_names
from todos.models import FormerName, Tag, Todo, TodoTag, Tombstone
from todos.models.owned import uuid7
from todos.models.tag import FORMER_NAMES_KEPT, tag_key
from todos.search import searchable_tag
from todos.types import Values

Expected = frozenset[int] | None
PLAIN, DEFAULTS = plain_names(TAG_FIELDS), defaults(TAG_FIELDS)
# Of one tag.
MAX_FORMER_NAMES = 20


class TagValues(TypedDict, total=False):
    name: str
    color: str


def create_tag(owner: int | Caller, uid: UUID | None, **values: Unpack[TagValues]) -> tuple[UUID, bool]:
    """Gives the id, and whether the tag is new: the same creation twice makes one tag."""
    new: Values = {**DEFAULTS, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.TAG, [uid] if uid else ())) as current:
        old = Tag.objects.filter(owner_id=current.owner_id, uid=uid).first() if uid else None
        if old:
            if not has_values(old, new, PLAIN):
                code = Code("id_conflict", kind="tag")
                raise Conflict(code, "You have another tag with this id.", pointer="/id", uid=uid)
            return old.uid, False
        row = new_tag(current, uid, new, pointer="/id")
    return row.uid, True


def new_tag(current: Change, uid: UUID | None, values: Values, pointer: str = "") -> Tag:
    current.require_unburied(uid, pointer)
    names = {"uid": uid or uuid7(), "key": tag_key(values["name"])}
    require_free(current, Tag(**names))
    require_room("tags", Tag.objects.filter(owner_id=current.owner_id).count)
    # Not before: whoever is stamped counts as written, and a push goes on after a refusal.
    row = Tag(**names, **values, **current.stamp_new())
    Tag.objects.bulk_create([row])
    FormerName.objects.filter(owner_id=current.owner_id, key=row.key).delete()
    return row


def put_tag(
    owner: int | Caller, uid: UUID, put: Put, expected: Expected, **values: Unpack[TagValues]
) -> tuple[bool, list[Todo]]:
    """Replaces the tag, or creates it; says whether, and gives its todos if they were written.

    What the values leave out goes back to its default.
    """
    whole: Values = {**DEFAULTS, **values}
    with change(owner, chosen=Chosen(Tombstone.Kind.TAG, [uid])) as current:
        row = Tag.objects.filter(owner_id=current.owner_id, uid=uid).first()
        require_put(row, put, expected)
        if row:
            return False, change_tag(current, row, whole)
        new_tag(current, uid, whole)
    return True, []


def update_tag(
    owner: int | Caller, uid: UUID, expected: Expected, base: Values | None = None, **values: Unpack[TagValues]
) -> list[Todo]:
    """Gives its todos if they were written."""
    with change(owner) as current:
        row = current.row(Tag, uid, expected)
        require_base(row, {**values}, base or {})
        return change_tag(current, row, {**values})


def change_tag(current: Change, row: Tag, columns: Values) -> list[Todo]:
    is_renamed = "name" in columns and columns["name"] != row.name
    if is_renamed:
        key = columns["key"] = tag_key(columns["name"])
        require_free(current, Tag(uid=row.uid, key=key))
        tagged(current, row).update(search=respelled(current, row, columns["name"]), **current.stamp())
        if key != row.key:
            remember_name(current, row, key)
    current.write(row, **columns)
    return written_todos(current) if is_renamed else []


def remember_name(current: Change, row: Tag, new_key: str) -> None:
    """The old name goes on leading to the tag; the new one leads nowhere else any more."""
    names = FormerName.objects.filter(owner_id=current.owner_id)
    names.filter(key__in=(row.key, new_key)).delete()
    former = names.filter(tag=row.pk).order_by("-renamed_at", "-pk").values_list("pk", flat=True)
    if oldest := list(former[MAX_FORMER_NAMES - 1 :]):
        names.filter(pk__in=oldest).delete()
    FormerName.objects.create(owner_id=current.owner_id, key=row.key, tag=row, renamed_at=current.now)


def by_former_names(current: Change, keys: Set[str]) -> dict[str, Tag]:
    """The tags that were called so until lately."""
    since = current.now - FORMER_NAMES_KEPT
    names = FormerName.objects.filter(owner_id=current.owner_id, key__in=keys, renamed_at__gt=since)
    return {name.key: name.tag for name in names.select_related("tag")}


def delete_tag(owner: int | Caller, uid: UUID, expected: Expected) -> int:
    """Gives the version of its tombstone."""
    with change(owner) as current:
        erase_tag(current, current.row(Tag, uid, expected))
    return current.number


def erase_tag(current: Change, row: Tag) -> None:
    """Takes the tag off its todos. There is no trash for tags."""
    tagged(current, row).update(search=respelled(current, row), **current.stamp())
    TodoTag.objects.filter(owner_id=current.owner_id, tag=row.pk).delete()
    FormerName.objects.filter(owner_id=current.owner_id, tag=row.pk).delete()
    Tag.objects.filter(owner_id=current.owner_id, pk=row.pk).delete()
    stamp = {"version": current.take_number(), "deleted_at": current.now}
    Tombstone.objects.create(owner_id=current.owner_id, kind=Tombstone.Kind.TAG, uid=row.uid, **stamp)


def tagged(current: Change, row: Tag) -> QuerySet[Todo]:
    links = TodoTag.objects.filter(owner_id=current.owner_id, tag=row.pk)
    return Todo.objects.filter(owner_id=current.owner_id, pk__in=links.values("todo"))


def respelled(current: Change, row: Tag, name: str | None = None) -> Combinable:
    """The words of a todo with another name of this tag in them, or without it."""
    old, new = searchable_tag(row.name), searchable_tag(name) if name else ""
    if new == old:
        return F("search")
    # Where another of its tags has the new words already, they would be there twice, and after some more names of the
    # two 4, 8 and 16 times.
    others = replace(F("search"), new, "") if new else F("search")
    replaced = replace(others, old, new)
    tags = Tag.objects.filter(owner_id=current.owner_id).exclude(pk=row.pk).values_list("pk", "name")
    if twins := [pk for pk, other in tags if searchable_tag(other) == old]:
        # Café and Cafe are two tags, and the same word.
        links = TodoTag.objects.filter(owner_id=current.owner_id, todo=OuterRef("pk"), tag__in=twins)
        return Case(When(Exists(links), then=replace(others, old, old + new)), default=replaced)
    return replaced


def replace(text: Combinable, old: str, new: str) -> Replace:
    texts = (Value(each, TextField()) for each in (old, new))
    return Replace(text, *texts, output_field=TextField())


def require_free(current: Change, row: Tag) -> None:
    taken = Tag.objects.filter(owner_id=current.owner_id, key=row.key).exclude(uid=row.uid).first()
    if taken:
        raise Conflict("name_taken", "You have a tag with this name.", pointer="/name", uid=taken.uid)
