"""What clients keep with a todo for themselves.

The column is added by hand, because Django would make SQLite's table anew and lose its triggers. It has a default in
the database, so that the version before this one can run on the new table.
"""

from django.db import migrations, models
from django.db.models.functions import Length

ADD = """
ALTER TABLE todos_todo ADD COLUMN meta text NOT NULL DEFAULT ''
CONSTRAINT todo_meta_length CHECK (length(meta) <= 2048)
"""


class Migration(migrations.Migration):
    dependencies = [("todos", "0007_former_names")]
    operations = [
        migrations.RunSQL(
            ADD,
            "ALTER TABLE todos_todo DROP COLUMN meta",
            state_operations=[
                migrations.AddField("todo", "meta", models.TextField(blank=True, default="", db_default="")),
                migrations.AddConstraint(
                    "todo",
                    models.CheckConstraint(
                        condition=models.lookups.LessThanOrEqual(Length("meta"), 2048), name="todo_meta_length"
                    ),
                ),
            ],
        )
    ]
