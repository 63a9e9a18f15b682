"""Todos that repeat, and the occurrences that were completed.

Columns have defaults in the database, so that the version before this one can run on the new table, and completions go
with their todos, since it deletes these without them. References are as in 0002: they include the owner.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import todos.models.owned
from todos.migrations._columns import Check, add

COLUMNS = {
    "rrule": "varchar(200) NOT NULL DEFAULT ''",
    "repeat_from": "varchar(10) NOT NULL DEFAULT 'due'",
    "series_in": "bigint NULL",
    "series_start": "date NULL",
    "occurrence_on": "date NULL",
    "occurrence_number": "integer NULL",
}
# Nothing holds the rule to a due date: the version before this one clears that without a look at the rule.
CHECKS = {
    "todo_repeat_from_known": Check("repeat_from", "repeat_from IN ('due', 'completion')"),
    "todo_series_of_rule": Check(
        "occurrence_number",
        """(rrule = '' AND series_in IS NULL AND series_start IS NULL AND occurrence_on IS NULL
            AND occurrence_number IS NULL)
        OR (rrule <> '' AND series_in IS NOT NULL AND series_start IS NOT NULL AND occurrence_on IS NOT NULL
            AND occurrence_number IS NOT NULL)""",
    ),
}
POSTGRESQL = """
ALTER TABLE todos_completion ADD CONSTRAINT todos_completion_todo_id_of_owner FOREIGN KEY (owner_id, todo_id)
  REFERENCES todos_todo (owner_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
SQLITE = """
CREATE TRIGGER todos_completion_todo_id_of_owner_{name} AFTER {event} ON todos_completion
BEGIN
  SELECT RAISE(ABORT, 'todos_completion.todo_id is not a row of the owner') WHERE NOT EXISTS
    (SELECT 1 FROM todos_todo target WHERE target.owner_id = NEW.owner_id AND target.id = NEW.todo_id);
END
"""


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for name, event in (("insert", "INSERT"), ("update", "UPDATE OF todo_id, owner_id")):
        schema_editor.execute(SQLITE.format(name=name, event=event), params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0009_erased_ids"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.SeparateDatabaseAndState(
            [add(COLUMNS, CHECKS)],
            [
                migrations.AddField(
                    "todo", "rrule", models.CharField(blank=True, db_default="", default="", max_length=200)
                ),
                migrations.AddField(
                    "todo", "repeat_from", models.CharField(db_default="due", default="due", max_length=10)
                ),
                migrations.AddField("todo", "series_in", models.BigIntegerField(editable=False, null=True)),
                migrations.AddField("todo", "series_start", models.DateField(editable=False, null=True)),
                migrations.AddField("todo", "occurrence_on", models.DateField(editable=False, null=True)),
                migrations.AddField(
                    "todo", "occurrence_number", models.PositiveIntegerField(editable=False, null=True)
                ),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=Q(
                            rrule="", series_in=None, series_start=None, occurrence_on=None, occurrence_number=None
                        )
                        | (
                            ~Q(rrule="")
                            & Q(series_in__isnull=False, series_start__isnull=False)
                            & Q(occurrence_on__isnull=False, occurrence_number__isnull=False)
                        ),
                        name="todo_series_of_rule",
                    ),
                ),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=Q(repeat_from__in=["due", "completion"]), name="todo_repeat_from_known"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Completion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=todos.models.owned.uuid7, editable=False)),
                ("occurrence_on", models.DateField()),
                ("occurrence_number", models.PositiveIntegerField()),
                ("series_in", models.BigIntegerField()),
                ("due_date", models.DateField()),
                ("starts_on", models.DateField(null=True)),
                ("completed_at", models.DateTimeField()),
                ("missed", models.PositiveSmallIntegerField()),
                ("is_skipped", models.BooleanField(default=False)),
                ("subtasks", models.TextField(blank=True, default="")),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "todo",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="todos.todo",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "todo", "completed_at", "uid"], name="completion_todo"),
                    models.Index(fields=["owner", "completed_at", "uid"], name="completion_moment"),
                ],
                "constraints": [models.UniqueConstraint(fields=("owner", "uid"), name="completion_owner_uid")],
            },
        ),
        # Dropping the table takes them along.
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
