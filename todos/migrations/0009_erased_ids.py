"""Creations look for tombstones with their ids. Until now a late one brought its row back, with its tombstone beside it."""

from django.db import migrations, models

FORGET = """
DELETE FROM todos_tombstone WHERE kind = '{kind}' AND EXISTS
  (SELECT 1 FROM {table} alive WHERE alive.owner_id = todos_tombstone.owner_id AND alive.uid = todos_tombstone.uid)
"""
TABLES = {"todo": "todos_todo", "list": "todos_list", "tag": "todos_tag"}


class Migration(migrations.Migration):
    dependencies = [("todos", "0008_meta")]
    operations = [
        migrations.AddIndex("tombstone", models.Index(fields=["owner", "uid"], name="tombstone_uid")),
        *(
            migrations.RunSQL(FORGET.format(kind=kind, table=table), migrations.RunSQL.noop)
            for kind, table in TABLES.items()
        ),
    ]
