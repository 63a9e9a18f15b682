"""A count of each owner's todos, and answers too long to keep in short.

The column is added by hand, because Django would make SQLite's table anew and lose its triggers. It has a default in
the database, so that the version before this one can run on the new table; what it writes is not counted.
"""

from django.db import migrations, models

COUNT = """
UPDATE todos_account
SET todo_count = (SELECT count(*) FROM todos_todo WHERE todos_todo.owner_id = todos_account.owner_id)
"""


class Migration(migrations.Migration):
    dependencies = [("todos", "0004_end_position")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE todos_account ADD COLUMN todo_count bigint NOT NULL DEFAULT 0",
            "ALTER TABLE todos_account DROP COLUMN todo_count",
            state_operations=[
                migrations.AddField("account", "todo_count", models.BigIntegerField(default=0, db_default=0))
            ],
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddField("idempotencykey", "brief", models.JSONField(null=True)),
    ]
