"""The operator that a development database starts with, so that the admin can be tried at once."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

NAME = "operator"
PASSWORD_FILE = settings.BASE_DIR / "var" / "operator-password"


def development_operator() -> str:
    """Name and password of a superuser of the embedded database, made once; empty anywhere else."""
    if not settings.DEBUG or connection.vendor != "sqlite":
        return ""
    if not User.objects.filter(username=NAME).exists():
        PASSWORD_FILE.parent.mkdir(exist_ok=True)
        PASSWORD_FILE.touch(mode=0o600)
        PASSWORD_FILE.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        User.objects.create_superuser(NAME, password=PASSWORD_FILE.read_text(encoding="utf-8"))
    if not PASSWORD_FILE.exists():
        return ""
    return f"{NAME} / {PASSWORD_FILE.read_text(encoding='utf-8')}"
