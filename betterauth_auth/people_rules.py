"""Settings about people: whom to refuse although the token is genuine, and what tokens make of a local user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.core.exceptions import ImproperlyConfigured

from betterauth_auth.values import Values, words

STANDINGS = frozenset({"banned", "impersonated", "anonymous"})


@dataclass(frozen=True, slots=True)
class PeopleRules:
    """How the people of one Better Auth become local users, and what their tokens change about them."""

    identity_issuer: str
    make_user: str
    role_groups: Mapping[str, tuple[str, ...]]
    on_token: str
    watched_claims: tuple[str, ...]
    organization_roles: str


def build_people_rules(values: Values) -> PeopleRules:
    groups = values["ROLE_GROUPS"]
    if not isinstance(groups, Mapping):
        raise ImproperlyConfigured('BETTER_AUTH["ROLE_GROUPS"] is not a dictionary.')
    return PeopleRules(
        identity_issuer=str(values["IDENTITY_ISSUER"]),
        make_user=str(values["MAKE_USER"]),
        role_groups=MappingProxyType({role: tuple(words(groups, role)) for role in groups}),
        on_token=str(values["ON_TOKEN"]),
        watched_claims=tuple(words(values, "WATCHED_CLAIMS")),
        organization_roles=str(values["ORGANIZATION_ROLES"]),
    )


def refused_standings(values: Values) -> frozenset[str]:
    refused = frozenset(words(values, "REFUSE"))
    if unknown := sorted(refused - STANDINGS):
        raise ImproperlyConfigured(f'BETTER_AUTH["REFUSE"] knows {", ".join(sorted(STANDINGS))}, not {unknown[0]!r}.')
    return refused
