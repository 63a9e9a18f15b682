"""What a token's claims grant here: groups by role, and whatever the project's own hook makes of them.

They follow the newest token that was seen. Where they cannot be written, the request fails: going on with the rights of
yesterday could let somebody do what was taken away.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q

from betterauth_auth import conf, hooks
from betterauth_auth.models import Identity
from betterauth_auth.tokens import VerifiedToken


def keep_up(identity: Identity, token: VerifiedToken) -> None:
    if not is_outdated(identity, token):
        return
    rules = conf.rules_of(token.issuer)
    seen = digest(rules, token)
    with transaction.atomic():
        if not take(identity, token, seen):
            return
        if rules.role_groups:
            set_groups(identity.user, rules, token)
        if rules.on_token:
            with hooks.running("ON_TOKEN"):
                hooks.hook(rules.on_token)(identity.user, token)
    identity.granted_by, identity.granted_issued_at = seen, token.issued_at


def keep_groups_up(identity: Identity, token: VerifiedToken) -> None:
    """For an ID token, which need not have the watched claims: `ON_TOKEN` is left to the next token of the API."""
    rules = conf.rules_of(token.issuer)
    if not rules.role_groups:
        return
    with transaction.atomic():
        # No digest is empty, so that the next token is looked at whatever it says.
        if take(identity, token, b""):
            set_groups(identity.user, rules, token)


def is_outdated(identity: Identity, token: VerifiedToken) -> bool:
    rules = conf.rules_of(token.issuer)
    if not rules.role_groups and not rules.on_token:
        return False
    latest = identity.granted_issued_at
    return (latest is None or token.issued_at > latest) and bytes(identity.granted_by or b"") != digest(rules, token)


def take(identity: Identity, token: VerifiedToken, seen: bytes) -> bool:
    """Notes in the database what is granted now, which also locks the row; False if a newer token was faster."""
    older = Q(granted_issued_at=None) | Q(granted_issued_at__lt=token.issued_at)
    found = Identity.objects.filter(older, pk=identity.pk)
    return found.update(granted_by=seen, granted_issued_at=token.issued_at) > 0


def digest(rules: conf.PeopleRules, token: VerifiedToken) -> bytes:
    """Names what is granted by these claims under these rules: it changes when either does."""
    watched = {name: token.claims.get(name) for name in rules.watched_claims}
    roles = sorted(token.roles) if rules.role_groups else None
    told = [dict(rules.role_groups), roles, rules.on_token, watched]
    text = json.dumps(told, sort_keys=True, default=plain)
    return hashlib.sha256(text.encode()).digest()


def plain(value: Any) -> Any:
    """A frozen object of the claims as one that JSON knows."""
    return dict(value)


def set_groups(user: Any, rules: conf.PeopleRules, token: VerifiedToken) -> None:
    """The user is in the groups of the token's roles, and in none of the other groups that the setting names."""
    managed = {name for names in rules.role_groups.values() for name in names}
    wanted = {name for role in token.roles for name in rules.role_groups.get(role, ())}
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in sorted(wanted)}
    user.groups.remove(*Group.objects.filter(name__in=managed - wanted))
    user.groups.add(*groups.values())
