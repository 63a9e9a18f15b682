"""The application's addresses. None ends in a slash; the host takes them with one too.

The host adds two itself: `/me` (`todos.api.me.MeView.as_view(profile=…)`) and `/calendar/{secret}.ics`
(`todos.api.calendar.CalendarFileView.as_view(standing=…)`).
"""

from django.urls import path

from todos.api.bulk import BulkViewSet
from todos.api.calendar import CalendarView
from todos.api.exporting import ExportView
from todos.api.importing import ImportView
from todos.api.lists import ListViewSet
from todos.api.pushing import PushView
from todos.api.quick import QuickView
from todos.api.reminders import RemindersView
from todos.api.repeating import AllCompletionsView, CompletionView, OccurrenceView
from todos.api.summary import SummaryView
from todos.api.tags import TagViewSet
from todos.api.todos import TodoViewSet
from todos.api.views import ViewViewSet

urlpatterns = [
    path("todos", TodoViewSet.as_view({"get": "list", "post": "create", "delete": "empty_trash"}), name="todos"),
    path("todos/bulk", BulkViewSet.as_view({"post": "bulk"}), name="todos-bulk"),
    path("todos/quick", QuickView.as_view({"post": "quick"}), name="todos-quick"),
    path(
        "todos/<str:id>",
        TodoViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}),
        name="todo",
    ),
    *(
        path(f"todos/<str:id>/{verb}", TodoViewSet.as_view({"post": verb}), name=f"todo-{verb}")
        for verb in ("complete", "reopen", "skip", "unskip", "restore", "move")
    ),
    path("todos/<str:id>/completions", CompletionView.as_view({"get": "list"}), name="todo-completions"),
    path("todos/<str:id>/occurrences", OccurrenceView.as_view({"get": "upcoming"}), name="todo-occurrences"),
    path("completions", AllCompletionsView.as_view({"get": "list"}), name="completions"),
    path("occurrences", OccurrenceView.as_view({"get": "preview"}), name="occurrences"),
    path("reminders", RemindersView.as_view({"get": "list"}), name="reminders"),
    path("lists", ListViewSet.as_view({"get": "list", "post": "create"}), name="lists"),
    path(
        "lists/<str:id>",
        ListViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}),
        name="list",
    ),
    *(
        path(f"lists/<str:id>/{verb}", ListViewSet.as_view({"post": verb}), name=f"list-{verb}")
        for verb in ("restore", "move")
    ),
    path("tags", TagViewSet.as_view({"get": "list", "post": "create"}), name="tags"),
    path(
        "tags/<str:id>",
        TagViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}),
        name="tag",
    ),
    path("views", ViewViewSet.as_view({"get": "list", "post": "create"}), name="views"),
    path(
        "views/<str:id>",
        ViewViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}),
        name="view",
    ),
    path("views/<str:id>/move", ViewViewSet.as_view({"post": "move"}), name="view-move"),
    path("summary", SummaryView.as_view({"get": "retrieve"}), name="summary"),
    path(
        "me/calendar",
        CalendarView.as_view({"get": "retrieve", "post": "make", "delete": "revoke"}),
        name="me-calendar",
    ),
    path("me/export", ExportView.as_view(), name="me-export"),
    path("me/import", ImportView.as_view(), name="me-import"),
    path("changes", PushView.as_view({"get": "pull", "post": "push"}), name="changes"),
]
