"""A search as SQL: PostgreSQL has an index of words and looks for phrases, SQLite asks `todos.search`."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from todos.models.expressions import OwnerId, Sql

# What migration 0014 has an index of: words behind their owner's key, so that it leads to nobody else's rows.
WORDS = "(replace({search}, '/', {owner}::text || '/'))::tsvector"
SOUGHT = "replace({words}::text, '/', {caller}::text || '/')::tsquery"
# Bytes are compared 32 at once; every other way has a text and a part that make it ten times slower.
POSITION = "position(convert_to({term}::text, 'UTF8') IN convert_to({text}, 'UTF8'))"
HAS = f"{POSITION} > 0"
# Asked like this, PostgreSQL expects nearly all rows to be without a text and walks along the index that has them in
# order. Of NOT it expects that of two in three, and reads and sorts everything.
LACKS = f"least({POSITION}, 1) <> 1"
IN_TITLE = r"split_part({search}, E'\n', 1)"
IN_NOTES = rf"({IN_TITLE} || E'\n' || split_part({{search}}, E'\n', 2))"
# Without tags the last line is empty, and what is not all in the title is in title and notes.
HAS_NO_TAGS = r"{search} LIKE E'%%\n'"
# Further than any version.
APART = 2**53
# Of what has everything in the title relevance is no more than this.
BEST = 0


class Terms(NamedTuple):
    """What is looked for, as parts of a query; see `todos.search.Search`."""

    terms: Expression
    words: Expression
    wanted: tuple[Expression, ...]
    phrases: tuple[Expression, ...]
    unwanted: tuple[Expression, ...]
    by_index: bool = True


class Asking(Func):
    """Of a todo's texts; SQLite asks a function of ours."""

    def __init__(self, terms: Terms, *others: Combinable) -> None:
        self.terms = terms
        super().__init__(terms.terms, F("search"), F("title"), F("notes"), *others)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override] # no context
        parts = [compiler.compile(part) for part in self.get_source_expressions()[:4]]
        sql = f"{self.function}({', '.join(sql for sql, _ in parts)})"
        return sql, tuple(value for _, values in parts for value in values)


class Found(Asking):
    """Whether a todo has what is wanted and nothing of what is not."""

    function = "todos_finds"
    output_field = models.BooleanField()
    conditional = True

    def __init__(self, terms: Terms, owner_id: OwnerId) -> None:
        caller = Value(owner_id, models.BigIntegerField()) if isinstance(owner_id, int) else owner_id
        # An index of words finds no phrases.
        self.looked_for = terms.phrases if terms.by_index else terms.wanted
        super().__init__(terms, F("owner_id"), caller, terms.words, *self.looked_for, *terms.unwanted)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        _, search, _, _, owner, *rest = (compiler.compile(part) for part in self.get_source_expressions())
        (caller, callers), (words, sought), *terms = rest
        values: list[object] = []
        conditions = []
        if self.terms.wanted and self.terms.by_index:
            wanted = WORDS.format(search=search[0], owner=owner[0])
            conditions.append(f"{wanted} @@ {SOUGHT.format(words=words, caller=caller)}")
            values += [*sought, *callers]
        for number, (term, bound) in enumerate(terms):
            condition = HAS if number < len(self.looked_for) else LACKS
            conditions.append(condition.format(term=term, text=search[0]))
            values += bound
        return f"({' AND '.join(conditions)})", tuple(values)


class Relevance(Asking):
    """Orders what is found: by where everything that is wanted is, then by the latest change."""

    function = "todos_place"
    output_field = models.BigIntegerField()

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, F("version"), *terms.wanted)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:  # type: ignore[override] # no context
        place, values = super().as_sqlite(compiler, connection)
        version, _ = compiler.compile(self.get_source_expressions()[4])
        return f"({place} * {APART} - {version})", values

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        _, (search, _), _, _, (version, _), *wanted = (compiler.compile(part) for part in self.get_source_expressions())
        title, notes = (
            " AND ".join(HAS.format(term=term, text=text.format(search=search)) for term, _ in wanted)
            for text in (IN_TITLE, IN_NOTES)
        )
        values = tuple(value for _, bound in wanted for value in bound)
        notes = f"{HAS_NO_TAGS.format(search=search)} OR {notes}"
        return f"(CASE WHEN {title} THEN 0 WHEN {notes} THEN 1 ELSE 2 END * {APART} - {version})", values * 2
