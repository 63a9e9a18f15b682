"""Better Auth's own table of users, where it is in this database: who is gone from it, or banned in it, is refused.

The statement that finds a person here asks for that too, so it costs no round trip and is never remembered. What the
table is like is looked up once in each process. Where it cannot be read, nobody can tell who may come in: 503.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import DatabaseError, OperationalError, ProgrammingError, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, Expression, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.sql.compiler import SQLCompiler

from betterauth_auth import conf
from betterauth_auth.exceptions import InvalidToken, UserTableFailed
from betterauth_auth.models import Identity
from betterauth_auth.people_rules import UserTable
from betterauth_auth.tokens import VerifiedToken

logger = logging.getLogger(__name__)
EXPLANATIONS = {
    "user_deleted": 'BETTER_AUTH["USER_TABLE"] has nobody with this id',
    "user_banned": 'BETTER_AUTH["USER_TABLE"] says that the person is banned',
}
COLUMNS = {
    "postgresql": (
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"
    ),
    "sqlite": "SELECT name, '' FROM pragma_table_info(%s, %s)",
}
# Better Auth's own name, that of its adapters in snake case, and what becomes of the first without quotes.
BAN_EXPIRES = ("banExpires", "ban_expires", "banexpires")
# Of a subject that is no such id, `substring` makes NULL and the cast no error. The column is left as it is, or its
# index would be of no use.
UUID = "'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'"
NUMBER = "'^[1-9][0-9]{0,17}$'"
# What is asked of a column by its type. SQLite tells none: there values have types, and times are ISO texts, or seconds
# or milliseconds since 1970.
AS_ID = {
    "": "SUBJECT",
    "text": "SUBJECT",
    "character varying": "SUBJECT",
    "uuid": f"substring(SUBJECT from {UUID})::uuid",
    "integer": f"substring(SUBJECT from {NUMBER})::bigint",
    "bigint": f"substring(SUBJECT from {NUMBER})::bigint",
}
IS_BANNED = {"": "coalesce(COLUMN, 0) NOT IN (0, '0', 'false')", "boolean": "coalesce(COLUMN, false)"}
IS_OVER = {
    "": (
        "CASE typeof(COLUMN) WHEN 'text' THEN julianday(COLUMN) <= julianday('now')"
        " ELSE COLUMN / (CASE WHEN COLUMN > 100000000000 THEN 1000.0 ELSE 1.0 END)"
        " <= (julianday('now') - 2440587.5) * 86400 END"
    ),
    "timestamp with time zone": "COLUMN <= now()",
    "timestamp without time zone": "COLUMN <= now() AT TIME ZONE 'UTC'",
}
# As `Identity` has it.
STANDING = "standing"
QUESTION = (
    "COALESCE((SELECT CASE WHEN {is_banned} THEN 'user_banned' ELSE '' END FROM {table} person WHERE {is_person}),"
    " 'user_deleted')"
)


class Unusable(OperationalError):
    """The table, or a column of it, is not there or not of a kind that can be asked."""


class Layout(NamedTuple):
    """The parts of the question that depend on what the table is like; SUBJECT stands for whom it is about."""

    is_person: str
    is_banned: str


_layouts: dict[tuple[str, UserTable], Layout] = {}


def forget(*, setting: str, **kwargs: object) -> None:
    """Receiver of Django's `setting_changed`: tests make the table anew."""
    if setting == "BETTER_AUTH":
        _layouts.clear()


class Standing(Func):
    """Why somebody is refused, or an empty text."""

    output_field = TextField()

    def __init__(self, subject: Any, table: UserTable) -> None:
        super().__init__(subject)
        self.table = table

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **kwargs: Any) -> Any:
        subject, parameters = compiler.compile(self.source_expressions[0])
        return question(self.table, connection, subject), parameters


def with_standing(identities: QuerySet[Identity]) -> QuerySet[Identity]:
    """The identities, each with the `standing` of its person where a table is configured."""
    asked = standing()
    return identities if asked is None else identities.annotate(**{STANDING: asked})


def in_good_standing(identities: QuerySet[Identity]) -> QuerySet[Identity]:
    asked = standing()
    return identities if asked is None else identities.alias(**{STANDING: asked}).filter(Q((STANDING, "")))


def standing() -> Expression | None:
    """None where no table is configured, so that statements are what they would be without all this."""
    policies = conf.current().policies
    cases = [
        # Also by a name that check E017 refuses: nobody may be let in because of it.
        When(
            issuer__in=(*policy.issuers, policy.people.identity_issuer),
            then=Standing(F("subject"), policy.people.user_table),
        )
        for policy in policies
        if policy.people.user_table
    ]
    if not cases:
        return None
    table = policies[0].people.user_table
    if len(policies) == 1 and table:
        return Standing(F("subject"), table)
    return Case(*cases, default=Value(""), output_field=TextField())


def refuse_newcomer(token: VerifiedToken) -> None:
    """For who is not known here yet, so that no statement has asked. InvalidToken for somebody gone or banned."""
    table = conf.rules_of(token.issuer).user_table
    if table is None:
        return
    connection = connections[router.db_for_read(Identity)]
    with asking(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {question(table, connection, 'CAST(%s AS text)')}", [token.subject])
        refuse(cursor.fetchone()[0])


def refuse(standing: str) -> None:
    if standing:
        raise InvalidToken(standing, EXPLANATIONS[standing])


def faults(databases: Sequence[str] | None) -> Iterator[str]:
    """Why a table that is configured cannot be asked."""
    alias = router.db_for_read(Identity)
    if alias not in (databases or ()):
        return
    for table in {policy.people.user_table for policy in conf.current().policies if policy.people.user_table}:
        try:
            # Without a transaction of its own the failure would be the end of one that is around it.
            with transaction.atomic(using=alias):
                ask_in_vain(table, connections[alias])
        except DatabaseError as exc:
            yield first_line(exc)


def ask_in_vain(table: UserTable, connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {question(table, connection, 'CAST(%s AS text)')}", [""])
        if connection.vendor == "postgresql":
            cursor.execute("SELECT row_security_active(%s)", [table.quoted])
            if cursor.fetchone()[0]:
                raise Unusable(f"row security hides rows of {table.quoted} from this role")


@contextmanager
def asking() -> Iterator[None]:
    """A statement that fails because of the table is an outage of ours; whatever else fails is for the host."""
    try:
        yield
    except (ProgrammingError, OperationalError) as exc:
        if standing() is None or not is_about_a_table(exc):
            raise
        logger.warning('BETTER_AUTH["USER_TABLE"] cannot be read: %s', first_line(exc), extra={"reason": "user_table"})
        raise UserTableFailed("user_table") from exc


def is_about_a_table(exc: Exception) -> bool:
    # SQLite says with one and the same class that a table is missing and that a disk is full.
    return isinstance(exc, ProgrammingError | Unusable) or str(exc).startswith("no such ")


def first_line(exc: Exception) -> str:
    return str(exc).partition("\n")[0]


def question(table: UserTable, connection: BaseDatabaseWrapper, subject: str) -> str:
    """SQL for the standing of this subject."""
    layout = layout_of(table, connection)
    is_person = layout.is_person.replace("SUBJECT", subject)
    return QUESTION.format(is_banned=layout.is_banned, table=table.quoted, is_person=is_person)


def layout_of(table: UserTable, connection: BaseDatabaseWrapper) -> Layout:
    key = connection.alias, table
    known = _layouts.get(key)
    if known is None:
        known = _layouts[key] = read_layout(table, connection)
    return known


def read_layout(table: UserTable, connection: BaseDatabaseWrapper) -> Layout:
    types = columns_of(table, connection)
    if not types:
        raise Unusable(f"there is no table {table.quoted} that this connection sees")
    is_person = f"person.id = {part(AS_ID, types, 'id')}"
    if not table.asks_for_bans:
        return Layout(is_person, "1 = 0")
    ends = next((name for name in BAN_EXPIRES if name in types), BAN_EXPIRES[0])
    banned, over = part(IS_BANNED, types, "banned"), part(IS_OVER, types, ends)
    # A ban whose end cannot be read has none.
    return Layout(is_person, f"{banned} AND NOT coalesce({over}, 1 = 0)")


def part(by_type: Mapping[str, str], types: Mapping[str, str], column: str) -> str:
    """What is asked of a column of this type."""
    if column not in types:
        raise Unusable(f"it has no column {column}")
    if types[column] not in by_type:
        known = ", ".join(filter(None, by_type))
        raise Unusable(f"its column {column} is of the type {types[column]}, which is not one of {known}")
    return by_type[types[column]].replace("COLUMN", f'person."{column}"')


def columns_of(table: UserTable, connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Types by name. The catalogue tells them whatever the rights are."""
    if connection.vendor not in COLUMNS:
        raise Unusable(f"{connection.vendor} is not supported here, PostgreSQL and SQLite are")
    parameters = [table.quoted] if connection.vendor == "postgresql" else [table.name, table.schema or None]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS[connection.vendor], parameters)
        return dict(cursor.fetchall())
