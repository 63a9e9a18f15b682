"""Support revokes the address of a calendar, as it cuts off tokens."""

from django.db import migrations

SUPPORT, CODENAME = "support", "revoke_calendar"


def give(apps, schema_editor):
    """Django makes permissions after all migrations, so it may not be there yet."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="todos", model="calendaraddress"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind,
        codename=CODENAME,
        defaults={"name": "Can revoke the addresses of users' calendars"},
    )
    # Whoever has deleted the group does without.
    for group in apps.get_model("auth", "Group").objects.filter(name=SUPPORT):
        group.permissions.add(permission)


def take(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=SUPPORT):
        group.permissions.remove(*group.permissions.filter(codename=CODENAME))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("todoproject", "0003_big_keys"),
        ("todos", "0015_calendar"),
    ]

    operations = [migrations.RunPython(give, take)]
