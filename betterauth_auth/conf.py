"""Typed settings with defaults, read from the Django setting BETTER_AUTH at the moment of use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from django.conf import settings as django_settings

from betterauth_auth import neon
from betterauth_auth.cookies.rules import CookieRules, build_cookie_rules
from betterauth_auth.events.rules import EVENT_DEFAULTS, EventRules, build_event_rules
from betterauth_auth.introspection.rules import (
    INTROSPECTION_DEFAULTS,
    IntrospectionRules,
    build_introspection_rules,
)
from betterauth_auth.jwks.keys import canonical
from betterauth_auth.people_rules import PeopleRules, build_people_rules, refused_standings
from betterauth_auth.values import Values, entries, flag, number, origin, resource_of, with_defaults, words

JWKS_PATH = "/api/auth/jwks"
# No real issuer can have this name, so a development token is foreign everywhere else.
DEVELOPMENT_ISSUER = "urn:betterauth_auth:development"
# Stands in TOKEN_TYPES for a token without `typ`, which is what Better Auth sends.
ABSENT = "absent"

ISSUER_DEFAULTS: Values = {
    "API_URL": "",
    "NEON_AUTH_BASE_URL": "",
    "NEON_AUTH_JWKS_URL": "",
    "JWKS_URL": "",
    "JWKS": "",
    "JWKS_FILE": "",
    "ISSUER": [],
    "AUDIENCE": [],
    "ALGORITHMS": ["EdDSA"],
    "TOKEN_TYPES": [ABSENT, "JWT"],
    "REQUIRED_SCOPES": [],
    "REFUSE": ["banned"],
    "IDENTITY_ISSUER": "",
    "MAKE_USER": "",
    "ROLE_GROUPS": {},
    "ON_TOKEN": "",
    "WATCHED_CLAIMS": [],
    "ORGANIZATION_ROLES": "",
    "USER_TABLE": "",
    "LEEWAY_SECONDS": 10,
    "MAX_TOKEN_LIFETIME_SECONDS": 24 * 60 * 60,
    "SOFT_LIFE_SECONDS": 5 * 60,
    "MIN_SOFT_LIFE_SECONDS": 60,
    "HARD_LIFE_SECONDS": 60 * 60,
    "FETCH_SECONDS": 3,
    "UNKNOWN_KID_BURST": 3,
    "UNKNOWN_KID_SECONDS": 10,
    "CACHE": "",
    "ACCEPT_CLIENTS": False,
    "CA_BUNDLE": "",
    "PROXY": "",
    **EVENT_DEFAULTS,
}
DEFAULTS: Values = {
    **ISSUER_DEFAULTS,
    "TOKEN_CACHE_SECONDS": 60,
    "TOKEN_CACHE_ENTRIES": 4096,
    "DEV_KEY_FILE": "",
    "ISSUERS": [],
    "VARIABLES": {},
    "RESOURCE": "",
    "AUTHORIZATION_SERVERS": [],
    "SCOPES_SUPPORTED": [],
    "COOKIE": "",
    "TOKEN_URL": "",
    "COOKIE_SECONDS": 30,
    "COOKIE_ENTRIES": 1024,
    "COOKIE_EXCHANGES": 8,
    "ADMIN_CLIENT_ID": "",
    "ADMIN_SERVER": "",
    "ADMIN_ISSUER": "",
    "ADMIN_SESSION_SECONDS": 60 * 60,
    "STAFF_ROLE": "",
    **INTROSPECTION_DEFAULTS,
}
# `typ` of the OAuth provider plugin's access tokens.
OAUTH_ACCESS = "at+jwt"
NAME_IN_MESSAGE = re.compile(r'BETTER_AUTH\["(\w+)"\](?! \()')
SOURCES = ("API_URL", "NEON_AUTH_BASE_URL", "NEON_AUTH_JWKS_URL", "JWKS_URL", "JWKS", "JWKS_FILE")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a key set comes from and how long it lives; equal sources share one key set."""

    url: str
    document: str
    file: str
    soft_life_seconds: float
    min_soft_life_seconds: float
    hard_life_seconds: float
    fetch_seconds: float
    unknown_kid_burst: int
    unknown_kid_seconds: float
    cache: str
    algorithms: frozenset[str]
    """A set without a key for any of them is of no use."""
    ca_bundle: str = ""
    proxy: str = field(default="", repr=False)
    """May hold a password."""

    @property
    def name(self) -> str:
        return self.url or self.file or "static JWKS"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a token of one Better Auth must be like."""

    issuers: tuple[str, ...]
    audiences: frozenset[str]
    algorithms: frozenset[str]
    token_types: frozenset[str]
    required_scopes: frozenset[str]
    leeway_seconds: float
    max_token_lifetime_seconds: float
    source: Source
    refused_standings: frozenset[str]
    accepts_clients: bool
    people: PeopleRules
    events: EventRules


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    policies: tuple[Policy, ...]
    policy_of_issuer: Mapping[str, Policy]
    algorithms: frozenset[str]
    token_types: frozenset[str]
    token_cache_seconds: float
    token_cache_entries: int
    is_development: bool
    dev_key_file: str = field(default="", repr=False)
    resource: str = ""
    """What access tokens are for, as their clients call it; empty where none is accepted."""
    authorization_servers: tuple[str, ...] = ()
    scopes_supported: tuple[str, ...] = ()
    cookie: CookieRules | None = None
    introspection: IntrospectionRules | None = None

    def introspection_of(self, issuer: str) -> IntrospectionRules | None:
        rules = self.introspection
        return rules if rules and issuer in rules.issuers else None

    @property
    def hears_events(self) -> bool:
        return any(policy.events.senders for policy in self.policies)


_current: tuple[object, bool, Settings] | None = None


def current() -> Settings:
    """The settings in force; read again as soon as Django's setting is another object."""
    global _current  # One assignment of an immutable value; a race builds the same twice.
    raw, is_debug = getattr(django_settings, "BETTER_AUTH", None), django_settings.DEBUG
    known = _current
    if known is not None and known[0] is raw and known[1] is is_debug:
        return known[2]
    settings = build(raw if isinstance(raw, dict) else {}, is_debug)
    _current = (raw, is_debug, settings)
    return settings


def rules_of(issuer: str) -> PeopleRules:
    return current().policy_of_issuer[issuer].people


def forget(*, setting: str, **kwargs: object) -> None:
    """Receiver of Django's `setting_changed`, for tests that change the dictionary in place."""
    global _current
    if setting in {"BETTER_AUTH", "DEBUG"}:
        _current = None


def build(raw: Values, is_debug: bool) -> Settings:
    values = with_defaults(raw, DEFAULTS)
    is_development = is_development_issuer(values, is_debug)
    if is_development:
        policies = [development_policy(values)]
    else:
        policies = [build_policy(values)] if is_configured(values) else []
    policies += [build_policy(with_defaults(extra, ISSUER_DEFAULTS)) for extra in entries(values, "ISSUERS")]
    return Settings(
        policies=tuple(policies),
        policy_of_issuer=MappingProxyType(by_issuer(policies)),
        algorithms=frozenset().union(*(policy.algorithms for policy in policies)),
        token_types=frozenset().union(*(policy.token_types for policy in policies)),
        token_cache_seconds=number(values, "TOKEN_CACHE_SECONDS"),
        token_cache_entries=int(number(values, "TOKEN_CACHE_ENTRIES")),
        is_development=is_development,
        dev_key_file=str(values["DEV_KEY_FILE"]) if is_development else "",
        resource=resource_of(values) if any(map(accepts_access_tokens, policies)) else "",
        authorization_servers=tuple(words(values, "AUTHORIZATION_SERVERS") or issuers_of_access_tokens(policies)),
        scopes_supported=tuple(words(values, "SCOPES_SUPPORTED")),
        cookie=build_cookie_rules(values),
        # Those of ISSUERS are other servers, unless there is none beside them.
        introspection=build_introspection_rules(values, by_issuer(policies[:1] if is_configured(values) else policies)),
    )


def by_issuer(policies: list[Policy]) -> dict[str, Policy]:
    # An issuer that two policies claim belongs to neither; a system check says so.
    names = [name for policy in policies for name in set(policy.issuers)]
    return {name: policy for policy in policies for name in policy.issuers if names.count(name) == 1}


def accepts_access_tokens(policy: Policy) -> bool:
    return OAUTH_ACCESS in policy.token_types


def issuers_of_access_tokens(policies: list[Policy]) -> list[str]:
    return [issuer for policy in policies if accepts_access_tokens(policy) for issuer in policy.issuers]


def is_configured(values: Values) -> bool:
    return any(values[name] for name in SOURCES)


def is_development_issuer(values: Values, is_debug: bool) -> bool:
    """Whether the local development key is trusted: only while debugging, and only where no issuer is configured."""
    return is_debug and bool(values["DEV_KEY_FILE"]) and not is_configured(values) and not values["ISSUERS"]


def development_policy(values: Values) -> Policy:
    # Imported here because the key is needed nowhere else, and never in production.
    from betterauth_auth.devkey import public_jwks

    own = {"ISSUER": [DEVELOPMENT_ISSUER], "AUDIENCE": [DEVELOPMENT_ISSUER], "ALGORITHMS": ["EdDSA"], "CACHE": ""}
    return build_policy({**values, **own, "JWKS": public_jwks(Path(str(values["DEV_KEY_FILE"])))})


def build_policy(values: Values) -> Policy:
    api_url = str(values["API_URL"]).rstrip("/")
    server_url = neon.base_url(values) or api_url
    own_origin = [origin(server_url)] if server_url else []
    return Policy(
        issuers=tuple(words(values, "ISSUER") or own_origin),
        audiences=frozenset(words(values, "AUDIENCE") or own_origin),
        algorithms=accepted_algorithms(values),
        token_types=frozenset(token_type.lower() for token_type in words(values, "TOKEN_TYPES")),
        required_scopes=frozenset(words(values, "REQUIRED_SCOPES")),
        leeway_seconds=number(values, "LEEWAY_SECONDS"),
        max_token_lifetime_seconds=number(values, "MAX_TOKEN_LIFETIME_SECONDS"),
        source=build_source(values, api_url),
        refused_standings=refused_standings(values),
        accepts_clients=flag(values, "ACCEPT_CLIENTS"),
        people=build_people_rules(values),
        events=build_event_rules(values),
    )


def build_source(values: Values, api_url: str) -> Source:
    document, file = values["JWKS"], str(values["JWKS_FILE"])
    is_static = bool(document or file)
    url = str(values["JWKS_URL"]) or neon.keys_url(values) or (f"{api_url}{JWKS_PATH}" if api_url else "")
    return Source(
        url="" if is_static else url,
        document=json.dumps(document) if isinstance(document, dict) else str(document),
        file="" if document else file,
        soft_life_seconds=number(values, "SOFT_LIFE_SECONDS"),
        min_soft_life_seconds=number(values, "MIN_SOFT_LIFE_SECONDS"),
        hard_life_seconds=number(values, "HARD_LIFE_SECONDS"),
        fetch_seconds=number(values, "FETCH_SECONDS"),
        unknown_kid_burst=int(number(values, "UNKNOWN_KID_BURST")),
        unknown_kid_seconds=number(values, "UNKNOWN_KID_SECONDS"),
        cache="" if is_static else str(values["CACHE"]),
        algorithms=accepted_algorithms(values),
        ca_bundle=str(values["CA_BUNDLE"]),
        proxy=str(values["PROXY"]),
    )


def accepted_algorithms(values: Values) -> frozenset[str]:
    return frozenset(map(canonical, words(values, "ALGORITHMS")))


def with_variables(message: str) -> str:
    """The message with what the project calls each setting behind it, by BETTER_AUTH["VARIABLES"]."""
    raw = getattr(django_settings, "BETTER_AUTH", None)
    variables = raw.get("VARIABLES") if isinstance(raw, dict) else None
    if not isinstance(variables, Mapping):
        return message
    # What stands in brackets behind a name is there already.
    return NAME_IN_MESSAGE.sub(
        lambda name: f"{name[0]} ({variables[name[1]]})" if name[1] in variables else name[0], message
    )
