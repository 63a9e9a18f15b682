"""Which change completed a todo, so that reopening it reopens the subtasks that were completed with it.

Added by hand, because Django would make SQLite's table anew and lose its triggers. Nothing holds it to `completed_at`:
the version before this one runs on the new table, and reopens without a look at this column.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("todos", "0005_quotas")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE todos_todo ADD COLUMN completed_in bigint NULL",
            "ALTER TABLE todos_todo DROP COLUMN completed_in",
            state_operations=[
                migrations.AddField("todo", "completed_in", models.BigIntegerField(editable=False, null=True))
            ],
        ),
    ]
