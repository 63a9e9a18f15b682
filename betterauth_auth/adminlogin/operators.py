"""VerifiedToken -> operator. The role alone makes somebody staff, and who comes without it is staff no longer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

from betterauth_auth import grants, users
from betterauth_auth.adminlogin.attempt import Refused
from betterauth_auth.adminlogin.conf import Door
from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.models import Identity
from betterauth_auth.tokens import VerifiedToken


def operator_for(door: Door, token: VerifiedToken) -> Any:  # whatever AUTH_USER_MODEL is
    has_role = door.staff_role in token.roles
    identity = users.find(token)
    if identity is None:
        # Nobody is written down for having been refused.
        if not has_role:
            raise Refused("role")
        identity = made(token)
    refuse_if_shut_out(identity, token)
    user: Any = identity.user
    # Else whoever rules the Better Auth server would rule everything here too.
    if user.is_superuser:
        raise Refused("superuser")
    grants.keep_groups_up(identity, token)
    if user.is_staff is not has_role:
        get_user_model()._default_manager.filter(pk=user.pk, is_superuser=False).update(is_staff=has_role)
        user.is_staff = has_role
    if not has_role:
        raise Refused("role")
    return user


def made(token: VerifiedToken) -> Identity:
    try:
        return users.make(token)
    except InvalidToken as exc:
        raise Refused(exc.reason) from exc


def refuse_if_shut_out(identity: Identity, token: VerifiedToken) -> None:
    try:
        users.refuse_if_shut_out(identity, token)
    except InvalidToken as exc:
        raise Refused(exc.reason) from exc
