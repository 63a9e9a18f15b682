"""What the OpenAPI document says about lists, tags and saved views."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter

from todos.api.bodies import VersionInput
from todos.api.docs.answers import ChangedTagAnswer, RestoredListAnswer
from todos.api.docs.parts import (
    collection,
    creation,
    deletion,
    detail,
    patch,
    replacement,
    verb,
)
from todos.api.serializers import (
    ListAnswer,
    ListInput,
    ListPatch,
    ListPut,
    MoveInput,
    TagAnswer,
    TagInput,
    TagPatch,
    TagPut,
    ViewAnswer,
    ViewInput,
    ViewPatch,
    ViewPut,
)

LIST_LISTS = collection(
    "listLists",
    "lists",
    ListAnswer,
    "Lists, page by page",
    "In the order of `position`. The Inbox is there from your first request on.",
    OpenApiParameter(
        "status",
        {"type": "string", "enum": ["active", "archived", "trashed"], "default": "active"},
        description="Which lists.",
    ),
)
GET_LIST = detail("getList", "lists", ListAnswer)
CREATE_LIST = creation("createList", "lists", ListInput, ListAnswer, ("too_many_lists",))
PUT_LIST = replacement(
    "putList",
    "lists",
    ListPut,
    ListAnswer,
    ("trashed", "inbox_stays", "too_many_lists"),
    "What you leave out gets its default: no colour, not archived. A list keeps its place, a new one comes last.",
)
PATCH_LIST = patch(
    "patchList",
    "lists",
    ListPatch,
    ListAnswer,
    ("trashed", "inbox_stays"),
    "The Inbox can be renamed but not archived (409).",
)
DELETE_LIST = deletion(
    "deleteList",
    "lists",
    ("inbox_stays", "not_trashed"),
    "Puts it into the trash with its todos; `restore` brings them back together. Not the Inbox (409).",
    OpenApiParameter(
        "permanent",
        bool,
        description="`true`: delete what is in the trash already for good, with its todos (else 409).",
    ),
)
RESTORE_LIST = verb(
    "restoreList",
    "lists",
    VersionInput,
    RestoredListAnswer,
    (),
    "Take a list out of the trash",
    "With the todos that went there together with it.",
)
MOVE_LIST = verb(
    "moveList",
    "lists",
    MoveInput,
    ListAnswer,
    ("trashed",),
    "Move a list",
    "Beside another list, or to the beginning (`after` null) or the end. Of `after` and `before` the first counts that "
    "is still there.",
)
LIST_TAGS = collection(
    "listTags", "tags", TagAnswer, "Tags, page by page", "In the order of their names, without case."
)
GET_TAG = detail("getTag", "tags", TagAnswer)
CREATE_TAG = creation(
    "createTag",
    "tags",
    TagInput,
    TagAnswer,
    ("name_taken", "too_many_tags"),
    "Naming a tag on a todo creates it as well.",
)
PUT_TAG = replacement(
    "putTag",
    "tags",
    TagPut,
    ChangedTagAnswer,
    ("name_taken", "too_many_tags"),
    "What you leave out gets its default: no colour. Another name is as with PATCH.",
)
PATCH_TAG = patch(
    "patchTag",
    "tags",
    TagPatch,
    ChangedTagAnswer,
    ("name_taken",),
    "A new name is a new version of every todo that has the tag. On todos, the old one leads to the tag for 30 days.",
)
DELETE_TAG = deletion("deleteTag", "tags", (), "Takes it off its todos. There is no way back.")
LIST_VIEWS = collection("listViews", "views", ViewAnswer, "Saved views, page by page", "In the order of `position`.")
GET_VIEW = detail("getView", "views", ViewAnswer)
CREATE_VIEW = creation(
    "createView",
    "views",
    ViewInput,
    ViewAnswer,
    ("too_many_views",),
    "`query` has the parameters of `GET /todos` but for `tz`, `ids` and those of the page. Days are yours, or `tz`, "
    "when it is asked for. A list that is not there (any more) and a tag that nobody has show nothing, as in the "
    "address; 30 days after a tag was renamed its old name is such a one.",
)
PUT_VIEW = replacement(
    "putView",
    "views",
    ViewPut,
    ViewAnswer,
    ("too_many_views",),
    "What you leave out gets its default: no colour. A view keeps its place, a new one comes last.",
)
PATCH_VIEW = patch("patchView", "views", ViewPatch, ViewAnswer, (), "The query is replaced whole.")
DELETE_VIEW = deletion("deleteView", "views", (), "The todos stay. There is no way back.")
MOVE_VIEW = verb(
    "moveView",
    "views",
    MoveInput,
    ViewAnswer,
    (),
    "Move a view",
    "Beside another view, or to the beginning (`after` null) or the end. Of `after` and `before` the first counts that "
    "is still there.",
)
