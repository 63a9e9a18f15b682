"""Users, groups and permissions get keys of 64 bits, as everything else has; so do the columns that refer to them.

It is here because the tables are Django's own. PostgreSQL writes each of these tables anew. In SQLite such a key has
64 bits already, and writing the tables anew would lose their triggers.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models


class AlterKeyOfAuth(migrations.AlterField):
    def __init__(self, model_name: str) -> None:
        key = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
        super().__init__(model_name, "id", key)

    def deconstruct(self) -> Any:
        return type(self).__name__, [self.model_name], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        super().state_forwards("auth", state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards("auth", schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("betterauth_auth", "0003_grants"),
        ("todoproject", "0002_known_networks"),
        ("todos", "0005_quotas"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [AlterKeyOfAuth("permission"), AlterKeyOfAuth("group"), AlterKeyOfAuth("user")]
