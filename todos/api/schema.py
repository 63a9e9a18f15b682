"""What the OpenAPI document says about each operation."""

from __future__ import annotations

from typing import Any

from todos.api.serializers import (
    ListInput,
    ListPatch,
    MoveInput,
    TagInput,
    TagPatch,
    TodoAnswer,
    TodoInput,
    TodoMove,
    TodoPatch,
    TodoPut,
)
from todos.api.strict import VersionInput

LIST_TODOS: dict[str, Any] = {"operation_id": "listTodos"}
GET_TODO: dict[str, Any] = {"operation_id": "getTodo"}
CREATE_TODO: dict[str, Any] = {
    "operation_id": "createTodo",
    "request": TodoInput,
    "responses": {201: TodoAnswer, 200: TodoAnswer},
}
PUT_TODO: dict[str, Any] = {"operation_id": "putTodo", "request": TodoPut}
PATCH_TODO: dict[str, Any] = {"operation_id": "patchTodo", "request": TodoPatch}
DELETE_TODO: dict[str, Any] = {"operation_id": "deleteTodo"}
COMPLETE_TODO: dict[str, Any] = {"operation_id": "completeTodo", "request": VersionInput}
REOPEN_TODO: dict[str, Any] = {"operation_id": "reopenTodo", "request": VersionInput}
RESTORE_TODO: dict[str, Any] = {"operation_id": "restoreTodo", "request": VersionInput}
MOVE_TODO: dict[str, Any] = {"operation_id": "moveTodo", "request": TodoMove}
BULK_TODOS: dict[str, Any] = {"operation_id": "changeTodos"}
LIST_LISTS: dict[str, Any] = {"operation_id": "listLists"}
GET_LIST: dict[str, Any] = {"operation_id": "getList"}
CREATE_LIST: dict[str, Any] = {"operation_id": "createList", "request": ListInput}
PATCH_LIST: dict[str, Any] = {"operation_id": "patchList", "request": ListPatch}
DELETE_LIST: dict[str, Any] = {"operation_id": "deleteList"}
RESTORE_LIST: dict[str, Any] = {"operation_id": "restoreList", "request": VersionInput}
MOVE_LIST: dict[str, Any] = {"operation_id": "moveList", "request": MoveInput}
LIST_TAGS: dict[str, Any] = {"operation_id": "listTags"}
GET_TAG: dict[str, Any] = {"operation_id": "getTag"}
CREATE_TAG: dict[str, Any] = {"operation_id": "createTag", "request": TagInput}
PATCH_TAG: dict[str, Any] = {"operation_id": "patchTag", "request": TagPatch}
DELETE_TAG: dict[str, Any] = {"operation_id": "deleteTag"}
GET_ME: dict[str, Any] = {"operation_id": "getMe"}
PATCH_ME: dict[str, Any] = {"operation_id": "patchMe"}
DELETE_ME: dict[str, Any] = {"operation_id": "deleteMe"}
GET_SUMMARY: dict[str, Any] = {"operation_id": "getSummary"}
LIST_CHANGES: dict[str, Any] = {"operation_id": "listChanges"}
