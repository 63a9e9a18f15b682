"""A page in two turns: a look at the rows that come first anyway, and the index for the rest.

An index of words finds all todos that have a word, and they are sorted then, which takes long for a word that thousands
have. Such a word is among the first few hundred rows often enough to fill the page. PostgreSQL takes the second turn
only for what the first one leaves free.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import BooleanField, Case, Expression, Q, Value, When

from todos.compiled.shapes import Compiled, Given
from todos.models.owned import Owner
from todos.reading.pages import Cut
from todos.types import RowSet

# How many rows the first turn looks at.
AHEAD = 400
STATEMENT = "SELECT * FROM ({first}) first UNION ALL SELECT * FROM ({second}) second LIMIT {size}"
# The rows of each turn. Those of the first come before all of the second.
Turns = Callable[[Owner, Given, Cut], tuple[RowSet, RowSet]]


def otherwise(condition: Expression | Q) -> Case:
    """Whether it does not hold, or can't be known because there are fewer rows."""
    return Case(When(condition, then=Value(False)), default=Value(True), output_field=BooleanField())


def in_turn(first: Compiled, second: Compiled, size: int) -> Compiled:
    """All of the first and then of the second, as many rows as this."""
    # Subqueries with a LIMIT are never run in parallel, so the first is read to its end before the second begins.
    sql = STATEMENT.format(first=first.sql, second=second.sql, size=size)
    return Compiled(sql, (*first.parameters, *second.parameters), first.converters)
