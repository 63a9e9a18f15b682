"""A column for the words of each todo, which PostgreSQL writes for the version before this one.

It has a default in the database, so that the version before can run on the new table: a trigger then writes the words of
title and notes, as far as PostgreSQL knows them; tags follow with the next change of the todo. SQLite, which one
program uses at a time, looks at title and notes where there are no words.
"""

from django.db import migrations, models

from todos.migrations import _columns

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
]
REVERSE = [
    "DROP TRIGGER todo_search_update ON todos_todo",
    "DROP TRIGGER todo_search_insert ON todos_todo",
    "DROP FUNCTION todos_write_search()",
    "DROP FUNCTION todos_searchable(text)",
]


def build(apps, schema_editor):
    run(schema_editor, POSTGRESQL)


def take_down(apps, schema_editor):
    run(schema_editor, REVERSE)


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0012_validated")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [_columns.add({"search": "text NOT NULL DEFAULT ''"}, {})],
            [migrations.AddField("todo", "search", models.TextField(db_default="", default="", editable=False))],
        ),
        migrations.RunPython(build, take_down),
    ]
