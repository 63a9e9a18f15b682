"""The words of a todo that is to be written, for searches."""

from __future__ import annotations

from collections.abc import Set

from todos.models import Todo
from todos.search import searchable

TEXTS = frozenset({"title", "notes"})


def words_of(todo: Todo, changed: Set[str], *, is_retagged: bool) -> str:
    """PostgreSQL writes words, as well as it can, where a text changes and they stay: it takes this for the work of a
    version that does not know them. So where only signs have changed, a space at their end comes or goes.
    """
    has_other_text = bool(changed & TEXTS)
    if todo.search and not has_other_text and not is_retagged:
        return todo.search
    words = searchable(todo.title, todo.notes, todo.tag_names)
    return words + " " * (has_other_text and words == todo.search)
