"""Settings about events: who may tell of them, and what is made of sign-ups."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from betterauth_auth.values import Values, flag, words

PLUGIN, LOGOUT, NEON = "plugin", "logout", "neon"
SENDERS = (PLUGIN, LOGOUT, NEON)
EVENT_DEFAULTS: Values = {
    "EVENTS": [],
    "LOGOUT_CLIENT_ID": "",
    "SIGN_UP_DOMAINS": [],
    "SIGN_UP_MAKES_USER": False,
}


@dataclass(frozen=True, slots=True)
class EventRules:
    senders: frozenset[str]
    logout_client_id: str
    sign_up_domains: frozenset[str]
    makes_user: bool


def build_event_rules(values: Values) -> EventRules:
    senders = frozenset(words(values, "EVENTS"))
    if unknown := sorted(senders - {*SENDERS}):
        raise ImproperlyConfigured(f'BETTER_AUTH["EVENTS"] knows {", ".join(SENDERS)}, not {unknown[0]!r}.')
    return EventRules(
        senders=senders,
        logout_client_id=str(values["LOGOUT_CLIENT_ID"]),
        sign_up_domains=frozenset(domain.lower().removeprefix("@") for domain in words(values, "SIGN_UP_DOMAINS")),
        makes_user=flag(values, "SIGN_UP_MAKES_USER"),
    )
