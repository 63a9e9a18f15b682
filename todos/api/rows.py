"""What a row of the database looks like in JSON. Lists, details and the answers to writes all come from here."""

from __future__ import annotations

from operator import attrgetter

from todos.api.saved import understood
from todos.changes import MAX_ALSO
from todos.fields.declared import LIST_FIELDS, TAG_FIELDS, TODO_FIELDS, TODO_ROW_FIELDS, VIEW_FIELDS
from todos.fields.field import columns
from todos.fields.row_json import compile_to_json
from todos.models import Todo
from todos.types import Json, Row, Values

TODO_COLUMNS, todo_json = columns(TODO_FIELDS), compile_to_json(TODO_FIELDS)
TODO_ROW_COLUMNS, todo_row_json = columns(TODO_ROW_FIELDS), compile_to_json(TODO_ROW_FIELDS)
LIST_COLUMNS, list_json = columns(LIST_FIELDS), compile_to_json(LIST_FIELDS)
TAG_COLUMNS, tag_json = columns(TAG_FIELDS), compile_to_json(TAG_FIELDS)
VIEW_COLUMNS, stored_view_json = columns(VIEW_FIELDS), compile_to_json(VIEW_FIELDS)

columns_of = attrgetter(*TODO_COLUMNS)
NEW = {"parent_uid": None, "tag_names": (), "deleted_at": None}


def todo_json_of(todo: Todo) -> Json:
    """The JSON of a todo that a change has just written."""
    return todo_json(columns_of(todo))


def also_json(todos: list[Todo]) -> list[Json]:
    """The other todos that a change has written."""
    return [todo_json_of(todo) for todo in todos[:MAX_ALSO]]


def view_json(row: Row) -> Json:
    return told_whether_broken(stored_view_json(row))


def told_whether_broken(view: Json) -> Json:
    """With `broken`, which no column says: a later version may understand less."""
    return {**view, "broken": understood(view["query"]) is None}


def new_todo_json(row: Values) -> Json:
    """The JSON of a todo that was made just now, without parent and tags."""
    row = {**NEW, **row}
    return todo_json(tuple(row[name] for name in TODO_COLUMNS))
