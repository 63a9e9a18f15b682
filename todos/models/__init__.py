from todos.models.account import Account
from todos.models.calendar import CalendarAddress
from todos.models.completion import Completion
from todos.models.idempotency import IdempotencyKey
from todos.models.list import List
from todos.models.tag import FormerName, Tag, TodoTag
from todos.models.todo import Todo
from todos.models.tombstone import Tombstone
from todos.models.view import View

__all__ = [
    "Account",
    "CalendarAddress",
    "Completion",
    "FormerName",
    "IdempotencyKey",
    "List",
    "Tag",
    "Todo",
    "TodoTag",
    "Tombstone",
    "View",
]
