"""Who of the operators is above whom, and the one that a development database starts with."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db import connection
from django.db.models import Q, QuerySet

NAME = "operator"


def development_operator() -> str:
    """Name and password of a superuser of the embedded database, made once; empty anywhere else."""
    if not settings.DEBUG or connection.vendor != "sqlite":
        return ""
    file = password_file()
    if not User.objects.filter(username=NAME).exists():
        file.parent.mkdir(exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        User.objects.create_superuser(NAME, password=file.read_text(encoding="utf-8"))
    password = file.read_text(encoding="utf-8") if file.exists() else ""
    # Somebody may have changed it in the admin.
    return f"{NAME} / {password}" if User.objects.get(username=NAME).check_password(password) else ""


def password_file() -> Path:
    """Each database file has an operator of its own."""
    name = Path(connection.settings_dict["NAME"]).stem
    return Path(settings.BASE_DIR) / "var" / f"operator-password-{name}"


def within_rights_of(operator: User | AnonymousUser, users: QuerySet[User]) -> QuerySet[User]:
    """Those of these users who may do nothing that this operator may not. Being deactivated makes nobody less."""
    held = Permission.objects.filter(Q(user=operator) | Q(group__user=operator))
    more = Permission.objects.exclude(pk__in=held.values("pk"))
    return users.filter(is_superuser=False).exclude(user_permissions__in=more).exclude(groups__permissions__in=more)
