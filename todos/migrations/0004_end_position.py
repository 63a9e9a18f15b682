"""PostgreSQL can make the position of a new row from its number by itself; see `todos.changes.positions.at_end`."""

from django.db import migrations

CREATE = """
CREATE FUNCTION todos_end_position(number bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  base36 CONSTANT text := '0123456789abcdefghijklmnopqrstuvwxyz';
  digits text := '';
BEGIN
  LOOP
    digits := substr(base36, (number % 36)::int + 1, 1) || digits;
    number := number / 36;
    EXIT WHEN number = 0;
  END LOOP;
  RETURN substr(base36, 18 + length(digits), 1) || digits || 'i';
END $$
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION todos_end_position", params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0003_operators")]
    operations = [migrations.RunPython(create, drop)]
