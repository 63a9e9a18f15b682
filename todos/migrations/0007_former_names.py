"""Names that tags had. What Django's schema can't say of references is as in 0002: they include the owner."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POSTGRESQL = """
ALTER TABLE todos_formername ADD CONSTRAINT todos_formername_tag_id_of_owner FOREIGN KEY (owner_id, tag_id)
  REFERENCES todos_tag (owner_id, id) DEFERRABLE INITIALLY DEFERRED
"""
SQLITE = """
CREATE TRIGGER todos_formername_tag_id_of_owner_{name} AFTER {event} ON todos_formername
BEGIN
  SELECT RAISE(ABORT, 'todos_formername.tag_id is not a row of the owner') WHERE NOT EXISTS
    (SELECT 1 FROM todos_tag target WHERE target.owner_id = NEW.owner_id AND target.id = NEW.tag_id);
END
"""


def build(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        return
    for name, event in (("insert", "INSERT"), ("update", "UPDATE OF tag_id, owner_id")):
        schema_editor.execute(SQLITE.format(name=name, event=event), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("todos", "0006_completed_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="FormerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("renamed_at", models.DateTimeField()),
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
                    "tag",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="todos.tag",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "tag", "renamed_at"], name="formername_tag"),
                    models.Index(fields=["owner", "renamed_at"], name="formername_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("owner", "key"), name="formername_owner_key")],
            },
        ),
        # Dropping the table takes them along.
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
