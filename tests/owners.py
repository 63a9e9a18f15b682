"""Whose rows a statement can reach: the owners it names, or the tables for which it names none.

Every owned table in it, those of subqueries included, must be held to an owner: by `owner_id = value` that nothing
can get around (no OR, no NOT), or joined by the owner to one that is. The value is bound or written, so that a database
that is partitioned by owner looks into one partition. What can't be parsed can't be judged and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

OWNED = "todos_"
STATEMENTS = (exp.Select, exp.Update, exp.Delete)


class UnscopedSQLError(AssertionError):
    """A statement that could have touched rows of more than one owner."""


class Person(NamedTuple):
    """Where a statement says who the owner is at the issuer of the token."""

    issuer: int
    subject: int


class Owners(NamedTuple):
    """Where a statement says whose rows it is about: places among its parameters, and numbers in its text."""

    places: tuple[int, ...] = ()
    literals: tuple[int, ...] = ()
    # Whom a condition finds on which everything depends: without this person nothing is reached, whoever is named.
    guard: Person | None = None

    def of(self, parameters: Any) -> set[int]:
        named = {parameters[place] for place in self.places if not isinstance(parameters[place], list)}
        # An INSERT of many rows in PostgreSQL has a list for each column.
        listed = {owner for place in self.places if isinstance(parameters[place], list) for owner in parameters[place]}
        return {int(owner) for owner in named | listed} | set(self.literals)

    @staticmethod
    def person_of(person: Person, parameters: Any) -> tuple[str, str]:
        return parameters[person.issuer], parameters[person.subject]


@lru_cache(maxsize=5_000)
def owners_in(sql: str, vendor: str) -> Owners | UnscopedSQLError:
    """The owners, or why they can't be known. (A function that raises is not cached.)"""
    if OWNED not in sql.lower():
        return Owners()
    try:
        tree = parsed(sql, vendor)
        values = [*named_owners(tree)]
    except UnscopedSQLError as exc:
        return exc
    places = [place_of(value) for value in values if isinstance(value, exp.Placeholder)]
    literals = [int(value.name) for value in values if isinstance(value, exp.Literal)]
    return Owners(tuple(places), tuple(literals), guard_in(tree))


def place_of(value: exp.Placeholder) -> int:
    return int(value.name.removeprefix("p"))


def parsed(sql: str, vendor: str) -> exp.Expression:
    number = iter(range(sql.count("%s")))
    numbered = re.sub("%s", lambda _: f":p{next(number)}", sql).replace("%%", "%")
    try:
        tree = sqlglot.parse_one(numbered, dialect={"postgresql": "postgres"}.get(vendor, vendor))
    except sqlglot.errors.SqlglotError as exc:
        raise UnscopedSQLError(f"this can't be judged: {sql}") from exc
    if not isinstance(tree, (*STATEMENTS, exp.Insert, exp.SetOperation)):
        raise UnscopedSQLError(f"only SELECT, INSERT, UPDATE and DELETE are judged: {sql}")
    return tree


def named_owners(tree: exp.Expression) -> Iterator[exp.Expression]:
    tables: dict[exp.Expression, dict[str, exp.Table]] = {}
    for table in tree.find_all(exp.Table):
        around = table.find_ancestor(*STATEMENTS, exp.Insert)
        tables.setdefault(around or tree, {})[table.alias_or_name] = table
    for node in tables:
        yield from inserted_owners(node) if isinstance(node, exp.Insert) else Statement(node, tables[node]).owners()


def inserted_owners(insert: exp.Insert) -> Iterator[exp.Expression]:
    table, rows = insert.this, insert.expression
    columns = [column.name for column in table.expressions] if isinstance(table, exp.Schema) else []
    if not is_owned(insert.find(exp.Table)):
        return
    if isinstance(rows, exp.Select):
        lists = rows.find(exp.Unnest)
        tuples = [lists.expressions if lists else rows.expressions]
    else:
        tuples = [row.expressions for row in rows.expressions] if isinstance(rows, exp.Values) else []
    values = [bare(row[columns.index("owner_id")]) for row in tuples if "owner_id" in columns]
    if not values or not all(isinstance(value, exp.Placeholder | exp.Literal) for value in values):
        raise UnscopedSQLError(f"an INSERT that does not name the owner of its rows: {insert.sql()}")
    yield from values


class Statement:
    """One SELECT, UPDATE or DELETE, and the tables that it names itself."""

    def __init__(self, node: exp.Expression, tables: dict[str, exp.Table]) -> None:
        self.node = node
        self.tables = {alias: table.name.lower() for alias, table in tables.items()}
        self.owned = {alias for alias, table in tables.items() if is_owned(table)}
        self.certain = [(column, value) for column, value in self.equalities() if isinstance(column, exp.Column)]

    def owners(self) -> Iterator[exp.Expression]:
        """Yields the owners, or raises if a table is held to none."""
        held = set()
        for column, value in self.certain:
            if column.name == "owner_id" and isinstance(value, exp.Placeholder | exp.Literal):
                held.add(self.alias_of(column))
                yield value
        while joined := {alias for alias in self.owned - held if self.is_joined(alias, held)}:
            held |= joined
        if strays := self.owned - held:
            raise UnscopedSQLError(f"{', '.join(sorted(strays))} without an owner in: {self.node.sql()}")

    def is_joined(self, alias: str, held: set[str]) -> bool:
        """Whether its rows belong to the owner of rows of the same statement that are held already."""
        return any(
            self.alias_of(column) == alias and column.name == value.name == "owner_id" and self.alias_of(value) in held
            for column, value in self.certain
            if isinstance(value, exp.Column)
        )

    def equalities(self) -> Iterator[tuple[Any, Any]]:
        """What holds for every row, from the side of the table about which it says something."""
        if where := self.node.args.get("where"):
            for left, right in equal_pairs(where.this):
                yield left, right
                yield right, left
        for join in self.node.find_all(exp.Join):
            if join.find_ancestor(*STATEMENTS) is self.node:
                # ON of a LEFT JOIN says something about the table that is joined, and nothing about the other.
                for left, right in equal_pairs(join.args.get("on")):
                    for ours, theirs in ((left, right), (right, left)):
                        if isinstance(ours, exp.Column) and ours.table == join.this.alias_or_name:
                            yield ours, theirs

    def alias_of(self, column: exp.Column) -> str:
        return column.table or (next(iter(self.tables)) if len(self.tables) == 1 else "")


def guard_in(tree: exp.Expression) -> Person | None:
    """The one person without whom the statement, or the UPDATE that it begins with, reaches nothing."""
    statement = next(iter(tree.find_all(exp.Update, exp.Delete)), tree)
    where = statement.args.get("where")
    for condition in conjuncts(where.this) if where else ():
        if isinstance(condition, exp.Exists):
            select = condition.this
            if select.sql("postgres") == 'SELECT 1 FROM "caller"':
                select = caller_in(tree)
            if (person := person_found(select)) and "user_id" in columns_compared(select):
                return person
    return None


def columns_compared(select: Any) -> set[str]:
    """The columns that have to equal a value of the request."""
    return {left.name for left, right in equal_pairs(select.args["where"].this) if isinstance(right, exp.Placeholder)}


def conjuncts(condition: Any) -> Iterator[Any]:
    condition = bare(condition)
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    else:
        yield condition


def person_found(select: Any) -> Person | None:
    if not isinstance(select, exp.Select) or [item.unalias().name for item in select.expressions] != ["user_id"]:
        return None
    if not is_of_one_user(select):
        return None
    where = select.args["where"].this
    named = {left.name: right for left, right in equal_pairs(where) if isinstance(right, exp.Placeholder)}
    if named.keys() - {"user_id"} != {"issuer", "subject"} or "is_active" not in certain_columns(where):
        return None
    return Person(place_of(named["issuer"]), place_of(named["subject"]))


def caller_in(tree: exp.Expression) -> exp.Expression | None:
    """What finds the key of the caller, if that is its only column."""
    found = [cte for cte in tree.find_all(exp.CTE) if cte.alias == "caller"]
    if len(found) != 1 or found[0].args["alias"].columns:
        return None
    select: exp.Expression = found[0].this
    return select if [item.alias_or_name for item in select.expressions] == ["key"] else None


def is_of_one_user(select: exp.Select) -> bool:
    """Whether all it reads are an identity and the user it belongs to."""
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    if not all(isinstance(source, exp.Table) for source in sources) or len(list(select.find_all(exp.Select))) > 1:
        return False
    if sorted(source.name for source in sources) != ["auth_user", "betterauth_auth_identity"]:
        return False
    pairs = equal_pairs(select.args["joins"][0].args.get("on"))
    return any({left.name, right.name} == {"user_id", "id"} and left.table != right.table for left, right in pairs)


def certain_columns(condition: Any) -> set[str]:
    """The columns that are true whenever the condition is."""
    condition = bare(condition)
    if isinstance(condition, exp.And):
        return certain_columns(condition.left) | certain_columns(condition.right)
    return {condition.name} if isinstance(condition, exp.Column) else set()


def equal_pairs(condition: Any) -> Iterator[tuple[Any, Any]]:
    """The equalities that are true whenever the condition is."""
    condition = bare(condition)
    if isinstance(condition, exp.And):
        yield from equal_pairs(condition.left)
        yield from equal_pairs(condition.right)
    elif isinstance(condition, exp.EQ):
        yield bare(condition.left), bare(condition.right)


def bare(value: Any) -> Any:
    while isinstance(value, exp.Paren | exp.Cast):
        value = value.this
    return value


def is_owned(table: exp.Table | None) -> bool:
    return table is not None and table.name.lower().startswith(OWNED)
