"""What Django's schema can't say: references that include the owner, one level of subtasks, byte order, local time.

PostgreSQL checks references and subtasks at the end of a transaction, because a parent and its subtasks move in
several statements. SQLite can only check at once, so there the parent has to be written first.
"""

from django.db import migrations

REFERENCES = [
    ("todos_todo", "list_id", "todos_list"),
    ("todos_todo", "parent_id", "todos_todo"),
    ("todos_todotag", "todo_id", "todos_todo"),
    ("todos_todotag", "tag_id", "todos_tag"),
    ("todos_account", "default_list_id", "todos_list"),
]

POSTGRESQL = [
    # Locales sort digits and letters in ways of their own; positions and the keys of tags are compared byte by byte.
    'ALTER TABLE todos_todo ALTER COLUMN position TYPE varchar(64) COLLATE "C"',
    'ALTER TABLE todos_list ALTER COLUMN position TYPE varchar(64) COLLATE "C"',
    'ALTER TABLE todos_tag ALTER COLUMN key TYPE varchar(200) COLLATE "C"',
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_of_owner FOREIGN KEY (owner_id, {column})"
        f" REFERENCES {target} (owner_id, id) DEFERRABLE INITIALLY DEFERRED"
        for table, column, target in REFERENCES
    ),
    """
    CREATE FUNCTION todos_local_date(moment timestamptz, zone text) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT (moment AT TIME ZONE zone)::date $$
    """,
    # PostgreSQL takes the second of two equal local times. Counting from a day earlier finds the first, if it exists.
    """
    CREATE FUNCTION todos_instant(day date, at time, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT CASE
        WHEN ((day + at - interval '24 hours') AT TIME ZONE zone + interval '24 hours') AT TIME ZONE zone = day + at
        THEN (day + at - interval '24 hours') AT TIME ZONE zone + interval '24 hours'
        ELSE (day + at) AT TIME ZONE zone
      END
    $$
    """,
    """
    CREATE FUNCTION todos_check_parent() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT 1 FROM todos_todo child
          JOIN todos_todo parent ON parent.owner_id = child.owner_id AND parent.id = child.parent_id
         WHERE child.owner_id = NEW.owner_id AND (child.id = NEW.id OR child.parent_id = NEW.id)
           AND (parent.parent_id IS NOT NULL OR parent.list_id <> child.list_id)
      ) OR EXISTS (
        SELECT 1 FROM todos_todo this JOIN todos_todo child ON child.owner_id = this.owner_id AND child.parent_id = this.id
         WHERE this.owner_id = NEW.owner_id AND this.id = NEW.id AND this.parent_id IS NOT NULL
      ) THEN
        RAISE EXCEPTION 'a subtask is one level deep and in the list of its parent'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'todo_subtask';
      END IF;
      RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER todo_subtask_insert AFTER INSERT ON todos_todo DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION todos_check_parent()
    """,
    """
    CREATE CONSTRAINT TRIGGER todo_subtask_update AFTER UPDATE ON todos_todo DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.parent_id IS DISTINCT FROM OLD.parent_id OR NEW.list_id IS DISTINCT FROM OLD.list_id)
    EXECUTE FUNCTION todos_check_parent()
    """,
]

SUBTASK_FAULTS = """
    SELECT RAISE(ABORT, 'a subtask is one level deep and in the list of its parent') WHERE EXISTS (
      SELECT 1 FROM todos_todo parent WHERE parent.owner_id = NEW.owner_id AND parent.id = NEW.parent_id
         AND (parent.parent_id IS NOT NULL OR parent.list_id <> NEW.list_id)
    ) OR EXISTS (
      SELECT 1 FROM todos_todo child WHERE child.owner_id = NEW.owner_id AND child.parent_id = NEW.id
    );
"""


def sqlite_statements():
    yield (
        "CREATE TRIGGER todo_subtask_insert AFTER INSERT ON todos_todo"
        f" WHEN NEW.parent_id IS NOT NULL BEGIN {SUBTASK_FAULTS} END"
    )
    yield (
        "CREATE TRIGGER todo_subtask_update AFTER UPDATE OF parent_id, list_id ON todos_todo"
        f" WHEN NEW.parent_id IS NOT NULL BEGIN {SUBTASK_FAULTS} END"
    )
    for table, column, target in REFERENCES:
        fault = (
            f"SELECT RAISE(ABORT, '{table}.{column} is not a row of the owner') WHERE NOT EXISTS"
            f" (SELECT 1 FROM {target} target WHERE target.owner_id = NEW.owner_id AND target.id = NEW.{column});"
        )
        for event in ("INSERT", f"UPDATE OF {column}, owner_id"):
            name = f"{table}_{column}_of_owner_{event.split()[0].lower()}"
            yield (
                f"CREATE TRIGGER {name} AFTER {event} ON {table}"
                f" WHEN NEW.{column} IS NOT NULL BEGIN {fault} END"
            )


def build(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else sqlite_statements()
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0001_initial")]
    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
