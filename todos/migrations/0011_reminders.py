"""Reminders of a todo, and those that an occurrence had.

Columns are added by hand, because Django would make SQLite's table anew and lose its triggers; they have defaults in the
database, so that the version before this one can run on the new table.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

COLUMNS = {
    "reminders": """text NOT NULL DEFAULT ''
        CONSTRAINT todo_reminders_length CHECK (length(reminders) <= 300)
        CONSTRAINT todo_minutes_need_date CHECK (due_date IS NOT NULL OR reminders NOT LIKE '%minutes_before%')""",
    "reminds_from": "date NULL",
    "reminds_until": """date NULL CONSTRAINT todo_days_of_reminders CHECK (
        (reminders = '' AND reminds_from IS NULL AND reminds_until IS NULL)
        OR (reminders <> '' AND reminds_from IS NOT NULL AND reminds_until IS NOT NULL)
    )""",
}


class Migration(migrations.Migration):
    dependencies = [("todos", "0010_recurrence")]
    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE todos_todo ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()],
            # The checks go with their columns on PostgreSQL; SQLite wants the column that has the check gone first.
            [f"ALTER TABLE todos_todo DROP COLUMN {name}" for name in reversed(COLUMNS)],
            state_operations=[
                migrations.AddField("todo", "reminders", models.TextField(blank=True, db_default="", default="")),
                migrations.AddField("todo", "reminds_from", models.DateField(editable=False, null=True)),
                migrations.AddField("todo", "reminds_until", models.DateField(editable=False, null=True)),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=LessThanOrEqual(Length("reminders"), 300), name="todo_reminders_length"
                    ),
                ),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=Q(due_date__isnull=False) | ~Q(reminders__contains="minutes_before"),
                        name="todo_minutes_need_date",
                    ),
                ),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=Q(reminders="", reminds_from=None, reminds_until=None)
                        | (~Q(reminders="") & Q(reminds_from__isnull=False, reminds_until__isnull=False)),
                        name="todo_days_of_reminders",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "todo",
            models.Index(
                fields=["owner", "reminds_until", "uid", "reminds_from"],
                name="todo_reminders",
                condition=Q(deleted_at=None) & Q(completed_at=None) & Q(reminds_until__isnull=False),
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE todos_completion ADD COLUMN reminders text NOT NULL DEFAULT ''",
            "ALTER TABLE todos_completion DROP COLUMN reminders",
            state_operations=[
                migrations.AddField("completion", "reminders", models.TextField(blank=True, db_default="", default="")),
            ],
        ),
    ]
