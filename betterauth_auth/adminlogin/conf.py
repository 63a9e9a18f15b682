"""How operators sign in through Better Auth, if they do; read from BETTER_AUTH at the moment of use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from betterauth_auth import conf
from betterauth_auth.conf import ABSENT, Policy, Settings
from betterauth_auth.profiles import settings_for
from betterauth_auth.values import Values, number, with_defaults


@dataclass(frozen=True, slots=True)
class Door:
    """The OAuth provider of a Better Auth server, and what its ID tokens must be like to open the admin."""

    client_id: str
    server: str
    issuer: str
    staff_role: str
    session_seconds: float
    rules: Settings
    """Of nothing but ID tokens of this client: none of them is remembered, and no other token is good here."""

    @property
    def policy(self) -> Policy:
        return self.rules.policies[0]


def door() -> Door | None:
    """None while nobody has asked for it; ImproperlyConfigured where it would not be safe."""
    raw = getattr(django_settings, "BETTER_AUTH", None)
    return build(raw if isinstance(raw, dict) else {}, conf.current())


def is_open() -> bool:
    """Whether a page should offer this way in."""
    try:
        return door() is not None
    except ImproperlyConfigured:
        return False


def build(raw: Values, settings: Settings) -> Door | None:
    values = with_defaults(raw, conf.DEFAULTS)
    client_id, staff_role = text(values, "ADMIN_CLIENT_ID"), text(values, "STAFF_ROLE")
    if not client_id:
        return None
    api_url = str(values["API_URL"]).rstrip("/")
    server = text(values, "ADMIN_SERVER").rstrip("/") or (f"{api_url}/api/auth" if api_url else "")
    issuer = text(values, "ADMIN_ISSUER") or server
    policy = settings.policy_of_issuer.get(issuer)
    if not staff_role:
        raise ImproperlyConfigured('BETTER_AUTH["STAFF_ROLE"] does not say who may come in.')
    if policy is None:
        raise ImproperlyConfigured(f'BETTER_AUTH["ISSUER"] does not list {issuer!r}, which signs the ID tokens.')
    if any(client_id in other.audiences for other in settings.policies):
        raise ImproperlyConfigured(
            'BETTER_AUTH["AUDIENCE"] lists the client of the admin: the API would take ID tokens.'
        )
    refuse_users_without_rights()
    return Door(
        client_id=client_id,
        server=server,
        issuer=issuer,
        staff_role=staff_role,
        session_seconds=max(1, number(values, "ADMIN_SESSION_SECONDS")),
        rules=settings_for([replace(policy, issuers=(issuer,))], audience=client_id, token_type=ABSENT),
    )


def refuse_users_without_rights() -> None:
    for name in ("is_staff", "is_superuser"):
        if not hasattr(get_user_model(), name):
            raise ImproperlyConfigured(f"the user model does not know {name}, so nobody can be an operator.")


def text(values: Values, name: str) -> str:
    value = values[name]
    if not isinstance(value, str):
        raise ImproperlyConfigured(f'BETTER_AUTH["{name}"] is not a string.')
    return value
