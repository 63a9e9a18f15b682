"""Validates the checks of the two migrations before this one, and makes an index, while everybody reads and writes."""

from django.db import migrations, models
from django.db.models import Q

CHECKS = ("todo_repeat_from_known", "todo_series_of_rule", "todo_reminders_length", "todo_days_of_reminders")
INDEX = models.Index(
    fields=["owner", "reminds_until", "uid", "reminds_from"],
    name="todo_reminders",
    condition=Q(deleted_at=None) & Q(completed_at=None) & Q(reminds_until__isnull=False),
)
IS_PARTITIONED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'todos_todo'::regclass"


def validate(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE todos_todo {', '.join(f'VALIDATE CONSTRAINT {name}' for name in CHECKS)}")


def make_index(apps, schema_editor):
    connection, model = schema_editor.connection, apps.get_model("todos", "Todo")
    # What an attempt that was broken off has left.
    schema_editor.execute("DROP INDEX IF EXISTS todo_reminders")
    if connection.vendor != "postgresql":
        schema_editor.add_index(model, INDEX)
        return
    with connection.cursor() as cursor:
        cursor.execute(IS_PARTITIONED)
        (is_partitioned,) = cursor.fetchone()
    # PostgreSQL makes none beside writers for a table of partitions.
    schema_editor.execute(INDEX.create_sql(model, schema_editor, concurrently=not is_partitioned), params=None)


def drop_index(apps, schema_editor):
    schema_editor.execute("DROP INDEX todo_reminders")


class Migration(migrations.Migration):
    # An index that is made beside writers can't be in a transaction.
    atomic = False
    dependencies = [("todos", "0011_reminders")]
    operations = [
        migrations.RunPython(validate, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(make_index, drop_index)], [migrations.AddIndex("todo", INDEX)]
        ),
    ]
