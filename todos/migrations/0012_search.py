"""The words of each todo, and PostgreSQL's index of them.

The column is added by hand, because Django would make SQLite's table anew and lose its triggers. It has a default in the
database, so that the version before this one can run on the new table: PostgreSQL then writes the words of title and
notes itself, as far as it knows them; tags follow with the next change of the todo. SQLite looks at title and notes
where there are none.

The index has each word behind its owner's key, so it needs no extension and nobody's right to create one.
"""

from django.db import migrations, models

from todos.search import searchable

ROWS = """
SELECT id, title, notes FROM todos_todo WHERE owner_id = %s AND id > %s ORDER BY id LIMIT 1000
"""
TAGS = """
SELECT link.todo_id, tag.name FROM todos_todotag link
  JOIN todos_tag tag ON tag.owner_id = link.owner_id AND tag.id = link.tag_id
 WHERE link.owner_id = %s ORDER BY tag.key
"""
UPDATE = "UPDATE todos_todo SET search = %s WHERE owner_id = %s AND id = %s"

# As `todos.search` does it, but for what Python knows of letters that the database does not.
POSTGRESQL = [
    r"""
    CREATE FUNCTION todos_searchable(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      WITH bare AS (SELECT lower(regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]+', '', 'g')) AS text)
      SELECT regexp_replace(
        regexp_replace(replace(translate(text, 'ıς', 'iσ'), 'ß', 'ss'), '[^a-z0-9\u0080-\U0010ffff]+', ' ', 'g'),
        ' *([^ ]{1,100})[^ ]* *', '/\1 ', 'g'
      ) FROM bare
    $$
    """,
    r"""
    CREATE FUNCTION todos_write_search() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.search := todos_searchable(NEW.title) || E'\n' || todos_searchable(NEW.notes) || E'\n'
        || CASE TG_OP WHEN 'UPDATE' THEN split_part(OLD.search, E'\n', 3) ELSE '' END;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER todo_search_insert BEFORE INSERT ON todos_todo
    FOR EACH ROW WHEN (NEW.search = '') EXECUTE FUNCTION todos_write_search()
    """,
    """
    CREATE TRIGGER todo_search_update BEFORE UPDATE OF title, notes ON todos_todo
    FOR EACH ROW WHEN (
      NEW.search = OLD.search
      AND (todos_searchable(NEW.title), todos_searchable(NEW.notes))
        <> (todos_searchable(OLD.title), todos_searchable(OLD.notes))
    )
    EXECUTE FUNCTION todos_write_search()
    """,
    # New words wait in a list, which every search goes through and somebody's write puts in order once it is long.
    """
    CREATE INDEX todo_words ON todos_todo
    USING gin (((replace(search, '/', owner_id::text || '/'))::tsvector)) WITH (gin_pending_list_limit = 256)
    """,
]
REVERSE = [
    "DROP INDEX todo_words",
    "DROP TRIGGER todo_search_update ON todos_todo",
    "DROP TRIGGER todo_search_insert ON todos_todo",
    "DROP FUNCTION todos_write_search()",
    "DROP FUNCTION todos_searchable(text)",
]


def write_words(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT owner_id FROM todos_account")
        for (owner_id,) in cursor.fetchall():
            write_words_of(owner_id, cursor)


def write_words_of(owner_id, cursor):
    cursor.execute(TAGS, [owner_id])
    tags: dict[int, list[str]] = {}
    for todo_id, name in cursor.fetchall():
        tags.setdefault(todo_id, []).append(name)
    latest = 0
    while True:
        cursor.execute(ROWS, [owner_id, latest])
        rows = cursor.fetchall()
        if not rows:
            return
        words = [(searchable(title, notes, tags.get(pk, ())), owner_id, pk) for pk, title, notes in rows]
        cursor.executemany(UPDATE, words)
        latest = rows[-1][0]


def build(apps, schema_editor):
    run(schema_editor, POSTGRESQL)


def take_down(apps, schema_editor):
    run(schema_editor, REVERSE)


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0011_reminders")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE todos_todo ADD COLUMN search text NOT NULL DEFAULT ''",
            "ALTER TABLE todos_todo DROP COLUMN search",
            state_operations=[
                migrations.AddField("todo", "search", models.TextField(db_default="", default="", editable=False))
            ],
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(build, take_down),
    ]
