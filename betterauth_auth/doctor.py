"""What `manage.py betterauth doctor` finds out, one line at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from django.db import connections

from betterauth_auth import checks, conf, tokens, usertable
from betterauth_auth.conf import Policy, Settings, Source
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable, UserTableFailed
from betterauth_auth.introspection.rules import IntrospectionRules
from betterauth_auth.introspection.standing import is_active
from betterauth_auth.jwks.fetch import FetchFailed, fetch_document
from betterauth_auth.jwks.keys import usable_keys
from betterauth_auth.jwks.snapshot import Snapshot
from betterauth_auth.strict_json import load_document
from betterauth_auth.users import find, refuse_if_shut_out

TOLERABLE_CLOCK_DIFFERENCE_SECONDS = 5
ADVICE = {
    "connection": 'is it running, and is the address right from this machine? See BETTER_AUTH["JWKS_URL"]',
    "timeout": "it does not answer in time",
    "status_404": "there is no key set at this address: is the jwt plugin on, and is basePath the usual one?",
    "status_429": "it limits our requests",
    "not_json": "what it answers is no JSON: is this really the JWKS address?",
    "no_keys_member": "what it answers is JSON, but no key set",
    "file": "the file cannot be read",
    "too_large": "it answers more than a MiB",
    "too_many_keys": "more than 256 keys are not taken; delete old rows of Better Auth's table jwks",
    "no_usable_keys": (
        "the set is not taken: what runs goes on with its keys until their hard life is over, what starts answers 503. "
        'Correct the keys at Better Auth, or BETTER_AUTH["ALGORITHMS"]'
    ),
    "empty_set": (
        "the set is empty, which is legal: every token is refused until somebody signs in and a key is made. "
        "What runs and has keys goes on with them until a second fetch, 30 s later or more, finds none either"
    ),
    "urllib3": "the library that fetches is too old, see above",
}


@dataclass(frozen=True, slots=True)
class Finding:
    is_well: bool
    text: str


def findings(settings: Settings, token: str | None) -> Iterator[Finding]:
    for finding in all_findings(settings, token):
        yield replace(finding, text=conf.with_variables(finding.text))


def all_findings(settings: Settings, token: str | None) -> Iterator[Finding]:
    for message in [*checks.check_settings(None), *checks.check_user_table(None, list(connections))]:
        yield Finding(False, f"{message.msg} {message.hint} ({message.id})")
    if settings.is_development:
        yield Finding(True, "No server is configured: tokens of the local development key are trusted (DEBUG only).")
    for policy in settings.policies:
        yield from findings_about(policy)
        if table := policy.people.user_table:
            asked = "deletions and bans" if table.asks_for_bans else "deletions"
            yield Finding(True, f"The table {table.quoted} is asked about {asked} with every look at a person.")
    if token is not None:
        yield from findings_about_token(token.strip())


def findings_about(policy: Policy) -> Iterator[Finding]:
    yield Finding(True, f"Issuers: {', '.join(policy.issuers)}; audiences: {', '.join(sorted(policy.audiences))}.")
    source = policy.source
    try:
        document = fetch_document(source)
    except FetchFailed as exc:
        yield failure(source, exc.reason)
        return
    yield from findings_about_keys(document.body, policy)
    if document.server_date:
        yield clock_finding(document.server_date)
    yield caching_finding(source, document.max_age_seconds)


def findings_about_keys(body: bytes, policy: Policy) -> Iterator[Finding]:
    name = policy.source.name
    try:
        jwks = load_document(body).get("keys")
    except ValueError:
        jwks = None
    if not isinstance(jwks, list):
        yield Finding(False, f"{name}: the answer is no key set; {ADVICE['not_json']}.")
        return
    found, left_out = usable_keys(jwks)
    yield Finding(bool(found), f"{name}: {len(found)} usable keys.")
    for key in found.values():
        algorithms = ", ".join(sorted(key.algorithms))
        is_allowed = not key.algorithms.isdisjoint(policy.algorithms)
        advice = "" if is_allowed else '; not accepted: add it to BETTER_AUTH["ALGORITHMS"]'
        yield Finding(is_allowed, f"  kid {key.kid}: {algorithms}, thumbprint {key.thumbprint}{advice}")
    for line in left_out:
        yield Finding(False, f"  left out: {line}")
    try:
        Snapshot().followed_by(body, policy.source, asked_at=0)
    except FetchFailed as exc:
        yield failure(policy.source, exc.reason)
    if not jwks:
        yield failure(policy.source, "empty_set")


def failure(source: Source, reason: str) -> Finding:
    cure = ADVICE.get(reason, "see the log of the Better Auth server")
    return Finding(False, f"{source.name}: {reason}; {cure}.")


def clock_finding(server_date: str) -> Finding:
    try:
        difference = round(time.time() - parsedate_to_datetime(server_date).timestamp())
    except (ValueError, OverflowError):
        return Finding(True, "The server sends no readable date; clocks could not be compared.")
    is_well = abs(difference) <= TOLERABLE_CLOCK_DIFFERENCE_SECONDS
    return Finding(is_well, f"Our clock differs from the server's by {difference} seconds.")


def caching_finding(source: Source, max_age_seconds: float | None) -> Finding:
    told = "says nothing about caching" if max_age_seconds is None else f"allows {max_age_seconds:.0f} s of caching"
    shared = f"shared through the cache {source.cache!r}" if source.cache else "kept by each process"
    soft, hard = source.soft_life_seconds, source.hard_life_seconds
    return Finding(True, f"The server {told}; fresh for {soft:g} s, used for {hard:g} s in an outage, {shared}.")


def findings_about_token(token: str) -> Iterator[Finding]:
    try:
        verified = tokens.verify(token.removeprefix("Bearer ").strip())
    except InvalidToken as exc:
        yield Finding(False, f"The token is refused ({exc.reason}): {exc.explanation}.")
        return
    except KeysUnavailable as exc:
        yield Finding(False, f"The token cannot be verified now ({exc.reason}).")
        return
    yield Finding(True, f"The token is good: subject {verified.subject!r}, until {verified.expires_at:%H:%M:%S} UTC.")
    if verified.is_oauth_access and (rules := conf.current().introspection_of(verified.issuer)):
        yield introspection_finding(token.removeprefix("Bearer ").strip(), verified, rules)
    if verified.is_client:
        yield Finding(True, "It stands for a program. Views that accept clients let it in, by its scopes.")
        return
    try:
        identity = find(verified)
        if identity is None:
            usertable.refuse_newcomer(verified)
            yield Finding(True, "This subject has not been seen here yet; its first request makes a local user.")
            return
        refuse_if_shut_out(identity, verified)
    except UserTableFailed:
        # What is wrong with it is said above.
        yield Finding(False, 'Its person cannot be looked for in BETTER_AUTH["USER_TABLE"].')
        return
    except InvalidToken as exc:
        yield Finding(False, f"Its person is refused ({exc.reason}): {exc.explanation}.")
        return
    yield Finding(True, f"It signs in as the local user {identity.user}.")


def introspection_finding(token: str, verified: tokens.VerifiedToken, rules: IntrospectionRules) -> Finding:
    try:
        is_standing = is_active(token, rules)
    except FetchFailed as exc:
        return Finding(False, f"{rules.url}: {exc.reason}; access tokens are 503 until it answers.")
    if not is_standing:
        cure = "it was revoked, its session has ended, or our client is not linked to the resource at Better Auth"
        return Finding(False, f"The OAuth provider says that the token is inactive: {cure}.")
    if not verified.session_id:
        return Finding(False, "The token stands, but names no session: the provider won't hear of a sign-out.")
    return Finding(
        True, "The token stands. Sign out and ask again: if it still does, update @better-auth/oauth-provider."
    )
