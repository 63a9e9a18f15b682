"""The words of todos from before, and PostgreSQL's index of them, while everybody reads and writes.

The index has each word behind its owner's key, so it needs no extension and nobody's right to create one.
"""

from django.db import migrations

from todos.search import searchable

# What has words was written by the version that comes with them, or by a trigger.
ROWS = """
SELECT id, title, notes FROM todos_todo WHERE owner_id = %s AND id > %s AND search = '' ORDER BY id LIMIT 1000
"""
TAGS = """
SELECT link.todo_id, tag.name FROM todos_todotag link
  JOIN todos_tag tag ON tag.owner_id = link.owner_id AND tag.id = link.tag_id
 WHERE link.owner_id = %s ORDER BY tag.key
"""
UPDATE = "UPDATE todos_todo SET search = %s WHERE owner_id = %s AND id = %s AND search = ''"
IS_PARTITIONED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'todos_todo'::regclass"
# New words wait in a list, which every search goes through and somebody's write puts in order once it is long.
INDEX = """
CREATE INDEX {concurrently} todo_words ON todos_todo
USING gin (((replace(search, '/', owner_id::text || '/'))::tsvector)) WITH (gin_pending_list_limit = 256)
"""


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


def make_index(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    # What an attempt that was broken off has left.
    schema_editor.execute("DROP INDEX IF EXISTS todo_words")
    with connection.cursor() as cursor:
        cursor.execute(IS_PARTITIONED)
        (is_partitioned,) = cursor.fetchone()
    # PostgreSQL makes none beside writers for a table of partitions.
    schema_editor.execute(INDEX.format(concurrently="" if is_partitioned else "CONCURRENTLY"), params=None)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX todo_words")


class Migration(migrations.Migration):
    # An index that is made beside writers can't be in a transaction.
    atomic = False
    dependencies = [("todos", "0013_search")]
    operations = [
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(make_index, drop_index),
    ]
