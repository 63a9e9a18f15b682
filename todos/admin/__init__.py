"""The operators' pages. Whatever they change goes through `todos.changes`, like the requests of the users."""

from todos.admin.lists import ListAdmin
from todos.admin.tags import TagAdmin
from todos.admin.todos import TodoAdmin
from todos.admin.views import ViewAdmin
from todos.admin.wording import put_up

put_up()

__all__ = ["ListAdmin", "TagAdmin", "TodoAdmin", "ViewAdmin"]
