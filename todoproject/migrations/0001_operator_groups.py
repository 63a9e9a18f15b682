from django.conf import settings
from django.db import migrations

# Each with its permissions as app, model and codename.
LOOK = [
    ("auth", "user", "view_user"),
    ("betterauth_auth", "identity", "view_identity"),
]
GROUPS = {
    "support": [
        *LOOK,
        ("betterauth_auth", "identity", "deactivate_person"),
        ("betterauth_auth", "identity", "cut_off_person"),
        ("todos", "todo", "view_todo"),
        ("todos", "list", "view_list"),
        ("todos", "tag", "view_tag"),
        ("todos", "todo", "restore_todo"),
    ],
    "privacy": [
        *LOOK,
        ("todos", "account", "export_account"),
        ("todos", "account", "erase_account"),
    ],
}


def make_groups(apps, schema_editor):
    """Django makes permissions after all migrations, so those that are not there yet are made here."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, permissions in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for app, model, codename in permissions:
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            names = dict(apps.get_model(app, model)._meta.permissions)
            permission, _ = Permission.objects.get_or_create(
                content_type=kind,
                codename=codename,
                defaults={"name": names.get(codename, f"Can {codename.replace('_', ' ')}")},
            )
            group.permissions.add(permission)


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("betterauth_auth", "0002_operators"),
        ("todos", "0003_operators"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
