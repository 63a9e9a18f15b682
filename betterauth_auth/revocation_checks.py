"""Wrong settings about events and introspection."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core import checks

from betterauth_auth.conf import OAUTH_ACCESS, Settings
from betterauth_auth.events.rules import LOGOUT, NEON

Error = Callable[[str, str, str], checks.Error]


def faults(
    settings: Settings, error: Error, is_private_address: Callable[[str], bool]
) -> Iterator[checks.CheckMessage]:
    yield from event_faults(settings, error)
    rules = settings.introspection
    if rules is None:
        return
    if not is_private_address(rules.url) or not rules.client_secret:
        hint = 'Set BETTER_AUTH["INTROSPECT_CLIENT_SECRET"], and BETTER_AUTH["INTROSPECT_URL"] as https://host/….'
        yield error("E046", "Tokens and a secret would be sent nowhere, or in plain sight.", hint)
    if OAUTH_ACCESS not in settings.token_types:
        hint = 'Add at+jwt to BETTER_AUTH["TOKEN_TYPES"], or leave BETTER_AUTH["INTROSPECT_CLIENT_ID"] empty.'
        yield error("E047", "Nobody would be asked about any token, for access tokens are not accepted.", hint)


def event_faults(settings: Settings, error: Error) -> Iterator[checks.CheckMessage]:
    told = [policy.events for policy in settings.policies]
    clients = {rules.logout_client_id for rules in told if LOGOUT in rules.senders}
    if clients and ("" in clients or len(clients) > 1):
        hint = 'Set BETTER_AUTH["LOGOUT_CLIENT_ID"] to the one client that the logout tokens are for.'
        yield error("E045", "Logout tokens would be refused.", hint)
    if any(client in policy.audiences for client in clients for policy in settings.policies):
        hint = 'Take the client out of BETTER_AUTH["AUDIENCE"].'
        yield error("E045", "The API would take ID tokens of the client that hears of logouts.", hint)
    if sum(NEON in rules.senders for rules in told) > 1:
        hint = 'Name neon in BETTER_AUTH["EVENTS"] of one server.'
        yield error("E045", "Whose Neon Auth a webhook is from could not be told.", hint)
