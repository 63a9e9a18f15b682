from typing import Any

from django.db import migrations, models

# `istartswith` is UPPER(column) LIKE UPPER('text%') to PostgreSQL, which finds it with this kind of index only.
SEARCHED = ("email", "name")


def add_search_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for column in SEARCHED:
            schema_editor.execute(
                f"CREATE INDEX betterauth_identity_{column} ON betterauth_auth_identity"
                f" (UPPER({column}::text) text_pattern_ops)"
            )


def remove_search_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for column in SEARCHED:
            schema_editor.execute(f"DROP INDEX betterauth_identity_{column}")


class Migration(migrations.Migration):
    dependencies = [("betterauth_auth", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="identity",
            options={
                "permissions": [
                    ("deactivate_person", "Can deactivate and reactivate people"),
                    ("cut_off_person", "Can cut off people's tokens"),
                ],
                "verbose_name_plural": "identities",
            },
        ),
        migrations.AddIndex(
            model_name="identity", index=models.Index(fields=["subject"], name="betterauth_identity_subject")
        ),
        migrations.RunPython(add_search_indexes, remove_search_indexes),
    ]
