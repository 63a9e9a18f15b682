"""Saved views. They refer to nothing, so there is no wall to build; positions are compared byte by byte as in 0002."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

import todos.models.owned

KINDS = [("todo", "Todo"), ("list", "List"), ("tag", "Tag"), ("view", "View")]


def collate(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE todos_view ALTER COLUMN position TYPE varchar(64) COLLATE "C"', params=None)


class Migration(migrations.Migration):
    dependencies = [("todos", "0015_calendar"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="View",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=todos.models.owned.uuid7, editable=False)),
                ("version", models.BigIntegerField(editable=False)),
                ("created_at", models.DateTimeField(editable=False)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("name", models.CharField(max_length=100)),
                ("color", models.CharField(blank=True, default="", max_length=7)),
                ("position", models.CharField(editable=False, max_length=64)),
                ("query", models.TextField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "uid"), name="view_owner_uid"),
                    models.CheckConstraint(condition=~Q(name=""), name="view_named"),
                    models.CheckConstraint(
                        condition=LessThanOrEqual(Length("query"), 2048), name="view_query_length"
                    ),
                ],
            },
        ),
        # Before the index on it.
        migrations.RunPython(collate, migrations.RunPython.noop),
        migrations.AddIndex("view", models.Index(fields=["owner", "position", "uid"], name="view_position")),
        migrations.AddIndex("view", models.Index(fields=["owner", "version", "uid"], name="view_version")),
        # A word more of a text; the column stays as it is.
        migrations.AlterField("tombstone", "kind", models.CharField(choices=KINDS, max_length=4)),
    ]
