"""Reminders of a todo, and those that an occurrence had.

Columns have defaults in the database, so that the version before this one can run on the new table.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from todos.migrations._columns import Check, add

COLUMNS = {
    "reminders": "text NOT NULL DEFAULT ''",
    "reminds_from": "date NULL",
    "reminds_until": "date NULL",
}
# Nothing holds minutes to a due date: the version before this one clears that without a look at reminders.
CHECKS = {
    "todo_reminders_length": Check("reminders", "length(reminders) <= 300"),
    "todo_days_of_reminders": Check(
        "reminds_until",
        """(reminds_from IS NULL AND reminds_until IS NULL)
        OR (reminders <> '' AND reminds_from IS NOT NULL AND reminds_until IS NOT NULL)""",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("todos", "0010_recurrence")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [add(COLUMNS, CHECKS)],
            [
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
                        condition=Q(reminds_from=None, reminds_until=None)
                        | (~Q(reminders="") & Q(reminds_from__isnull=False, reminds_until__isnull=False)),
                        name="todo_days_of_reminders",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE todos_completion ADD COLUMN reminders text NOT NULL DEFAULT ''",
            "ALTER TABLE todos_completion DROP COLUMN reminders",
            state_operations=[
                migrations.AddField("completion", "reminders", models.TextField(blank=True, db_default="", default="")),
            ],
        ),
    ]
