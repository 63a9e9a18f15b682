"""The commonest change, a new todo that refers to nothing, as one statement in PostgreSQL.

Finding the owner, raising the counter and inserting the row is one round trip then, and no transaction is held open.
Whatever does not fit leaves nothing behind and gives None: `todos.run` does the same step by step, and knows why not.
"""

from __future__ import annotations

from functools import cache
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from todos import clock, conf
from todos.changes.change import ERASED_BEFORE, VERSION_BEFORE, condition
from todos.changes.telling import tell
from todos.changes.values import DEFAULTS, PLAIN
from todos.compiled import shapes
from todos.compiled.caller import Caller
from todos.models.owned import uuid7
from todos.models.todo import Todo, derived
from todos.search import searchable
from todos.types import Values

NO_LIMIT = 2**62
# What a column has that is not named. To name them all took a sixth of PostgreSQL's time for a new todo.
UNSAID = {
    field.name: field.db_default if field.has_db_default() else None
    for field in Todo._meta.concrete_fields
    if field.has_db_default() or field.null
}
# An UPDATE that had to wait for another writer sees the account as that one left it, but subqueries see no newer rows.
# That is enough: a list that takes no new todos is nobody's default, and an account that was erased in the meantime
# is not found.
STATEMENT = """
WITH account AS (
  UPDATE todos_account SET version = version + 1, todo_count = todo_count + 1
  WHERE owner_id = %s AND {is_found} AND todo_count < %s AND erased_at IS NOT DISTINCT FROM {erased_before}{unburied}
  RETURNING owner_id, version, time_zone, default_list_id
), made AS (
  INSERT INTO todos_todo (owner_id, version, position, list_id, {columns})
  SELECT %s, version, todos_end_position(version),
    COALESCE(default_list_id, (SELECT id FROM todos_list WHERE owner_id = %s AND is_inbox)), {values}
  FROM account
  RETURNING version, position, list_id
)
SELECT made.version, made.position, account.time_zone,
  (SELECT uid FROM todos_list WHERE owner_id = %s AND id = made.list_id)
FROM made, account
"""
# Of an id that the client has chosen: no row with it was deleted for good, nor could one be while this waited.
UNBURIED = """
    AND version = {version_before}
    AND NOT EXISTS (SELECT 1 FROM todos_tombstone WHERE owner_id = %s AND kind = 'todo' AND uid = %s)"""


def create(caller: Caller, uid: UUID | None, given: Values) -> Values | None:
    """The columns of the new row, `list_uid` and `owner_zone` among them."""
    database = connections[DEFAULT_DB_ALIAS]
    if not is_possible(given, database):
        return None
    row = {"uid": uid or uuid7(), **columns_of(given)}
    is_found, owner_id, found = condition(caller)
    room = conf.quota("todos") or NO_LIMIT
    chosen = [owner_id, owner_id, uid] if uid else []
    said = {name: value for name, value in row.items() if name not in UNSAID or value != UNSAID[name]}
    parameters = [owner_id, *found, room, owner_id, *chosen, owner_id, owner_id, *said.values(), owner_id]
    try:
        made = shapes.fetched(database, statement(is_found, tuple(said), bool(uid)), parameters)
    except IntegrityError:
        # The id is taken, or there is no Inbox yet.
        return None
    if not made:
        return None
    caller.admit()
    ((version, position, zone, list_uid),) = made
    # It is committed: no transaction was open.
    tell(owner_id, version)
    return {**row, "version": version, "position": position, "owner_zone": zone, "list_uid": list_uid}


@cache
def statement(is_found: str, names: tuple[str, ...], is_chosen: bool) -> str:
    columns, values = ", ".join(names), ", ".join(["%s"] * len(names))
    unburied = UNBURIED.format(version_before=VERSION_BEFORE) if is_chosen else ""
    conditions = {"is_found": is_found, "erased_before": ERASED_BEFORE, "unburied": unburied}
    return STATEMENT.format(**conditions, columns=columns, values=values)


def is_possible(given: Values, database: BaseDatabaseWrapper) -> bool:
    refers = given.get("list") or given.get("parent") or given.get("tags") or given.get("rrule")
    is_half_a_date = ((given.get("due_time") or given.get("reminders")) and not given.get("due_date")) or (
        given.get("time_zone") and not given.get("due_time")
    )
    # Inside a transaction a refusal would take the whole of it along.
    is_elsewhere = database.vendor != "postgresql" or database.in_atomic_block or conf.is_distributed()
    return not (refers or is_half_a_date or is_elsewhere)


def columns_of(given: Values) -> Values:
    """The row's columns that do not follow from the account."""
    now = clock.now()
    values = {**DEFAULTS, **given}
    return {
        "created_at": now,
        "updated_at": now,
        "completed_at": now if values["completed"] else None,
        **{name: values[name] for name in PLAIN},
        "search": searchable(values["title"], values["notes"]),
        **derived(values["title"], values["due_date"], values["due_time"], values["time_zone"], values["reminders"]),
    }
