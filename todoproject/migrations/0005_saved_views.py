from django.db import migrations

VIEW = {"app_label": "todos", "model": "view"}


def let_support_look(apps, schema_editor):
    """Django makes permissions after all migrations, so this one is made here. A group that was deleted stays so."""
    support = apps.get_model("auth", "Group").objects.filter(name="support").first()
    if support is None:
        return
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(**VIEW)
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_view", defaults={"name": "Can view view"}
    )
    support.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("todoproject", "0004_calendar"), ("todos", "0016_views")]

    operations = [migrations.RunPython(let_support_look, migrations.RunPython.noop)]
