"""The operator that a development database starts with, so that the admin can be tried at once."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

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
