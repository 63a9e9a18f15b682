"""Wrong configuration, found by `manage.py check` before the first request. The ids are stable."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from betterauth_auth import conf, neon, revocation_checks
from betterauth_auth.adminlogin import conf as adminlogin
from betterauth_auth.cookies.rules import MAX_SECONDS
from betterauth_auth.jwks.fetch import FetchFailed, fetch_document
from betterauth_auth.jwks.keys import SUPPORTED_ALGORITHMS
from betterauth_auth.jwks.snapshot import Snapshot

OURS = "betterauth_auth.doors.django.BetterAuthMiddleware"
SESSIONS = "django.contrib.auth.middleware.AuthenticationMiddleware"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_ISSUER_CHARACTERS = 255
# What a browser lets only https set: anybody on the network path could set another one.
GUARDED_COOKIES = ("__Secure-", "__Host-")
COOKIE_NAME = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def register_all() -> None:
    checks.register(check_settings, checks.Tags.security)
    checks.register(check_authenticator_order, checks.Tags.security)
    checks.register(check_middleware_order, checks.Tags.security)
    checks.register(check_user_table, checks.Tags.database)


def check_settings(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    raw = getattr(django_settings, "BETTER_AUTH", None)
    if not isinstance(raw, dict):
        return [error("E001", "The setting BETTER_AUTH is missing.", 'Set BETTER_AUTH = {"API_URL": "https://…"}.')]
    try:
        settings = conf.build(raw, django_settings.DEBUG)
    except neon.Contradiction as exc:
        hint = "Correct one of them: nobody is let in until it is clear whose keys count."
        return [error("E035", str(exc), hint)]
    except (ImproperlyConfigured, TypeError, AttributeError) as exc:
        return [error("E008", f"BETTER_AUTH cannot be read: {exc}", "See the settings table of betterauth_auth.")]
    if not settings.policies:
        hint = (
            'Set BETTER_AUTH["API_URL"] to the address of your Better Auth server, as https://auth.example.com, or '
            'BETTER_AUTH["NEON_AUTH_BASE_URL"] to that of your Neon Auth.'
        )
        return [error("E001", "No Better Auth server is configured.", hint)]
    messages = [message for policy in settings.policies for message in policy_faults(policy)]
    faults = [*shared_issuers(settings), *resource_faults(raw, settings), *cookie_faults(raw, settings)]
    faults += revocation_checks.faults(settings, error, is_private_address)
    return [*messages, *faults, *admin_faults(raw, settings)]


def policy_faults(policy: conf.Policy) -> Iterator[checks.CheckMessage]:
    if not policy.issuers:
        hint = 'Set BETTER_AUTH["ISSUER"], or BETTER_AUTH["API_URL"] for its origin.'
        yield error("E002", "No issuer is accepted.", hint)
    if not policy.audiences:
        hint = 'Set BETTER_AUTH["AUDIENCE"] to what Better Auth puts into aud.'
        yield error("E003", "No audience is accepted.", hint)
    if policy.algorithms - SUPPORTED_ALGORITHMS or not policy.algorithms:
        listed = ", ".join(sorted(policy.algorithms)) or "none"
        hint = f'BETTER_AUTH["ALGORITHMS"] knows {", ".join(sorted(SUPPORTED_ALGORITHMS))}; secrets are never shared.'
        yield error("E004", f"The accepted algorithms are {listed}.", hint)
    for issuer in policy.issuers:
        if issuer.endswith("/") and parts_of(issuer).hostname:
            hint = "Better Auth's issuer is an origin without a slash; tokens are compared letter by letter."
            yield error("E006", f"The issuer {issuer!r} ends in a slash.", hint)
        if len(issuer) > MAX_ISSUER_CHARACTERS:
            yield error("E002", "An issuer is longer than 255 characters.", "Shorten it in Better Auth's jwt.issuer.")
    if policy.source.hard_life_seconds < policy.source.soft_life_seconds:
        fault = 'BETTER_AUTH["HARD_LIFE_SECONDS"] is shorter than BETTER_AUTH["SOFT_LIFE_SECONDS"].'
        yield error("E009", fault, "Make it the longer of the two.")
    yield from people_faults(policy)
    yield from remote_faults(policy.source) if policy.source.url else static_faults(policy.source)


def people_faults(policy: conf.Policy) -> Iterator[checks.CheckMessage]:
    people = policy.people
    for name in ("MAKE_USER", "ON_TOKEN", "ORGANIZATION_ROLES"):
        if fault := hook_fault(getattr(people, name.lower())):
            yield error("E015", f'BETTER_AUTH["{name}"] {fault}.', "Name a function, as package.module.function.")
    if people.role_groups and not hasattr(get_user_model(), "groups"):
        yield error("E016", "The user model knows no groups.", 'Derive it from PermissionsMixin, or use "ON_TOKEN".')
    if people.identity_issuer and people.identity_issuer not in policy.issuers:
        hint = 'Name one of BETTER_AUTH["ISSUER"]: whose subjects they are, whichever of the issuers signed.'
        yield error("E017", f"No token comes from the issuer of the identities, {people.identity_issuer!r}.", hint)
    if len(policy.issuers) > 1 and not people.identity_issuer:
        hint = 'Set BETTER_AUTH["IDENTITY_ISSUER"] to one of them if they are one server, and do not change it later.'
        message = "Somebody who signs in through several issuers becomes several local users."
        yield checks.Warning(message, hint=conf.with_variables(hint), id="betterauth_auth.W001")


def hook_fault(path: str) -> str:
    if not path:
        return ""
    try:
        return "" if callable(import_string(path)) else "is not a function"
    except ImportError as exc:
        return f"cannot be imported: {exc}"


def parts_of(url: str) -> SplitResult:
    """Nothing of what is no address at all."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def shown(url: str) -> str:
    """Without what stands before the host, which may be a password."""
    return url.rpartition("@")[2]


def remote_faults(source: conf.Source) -> Iterator[checks.CheckMessage]:
    from betterauth_auth.jwks.download import urllib3_fault

    url = parts_of(source.url)
    if url.scheme not in {"http", "https"} or not url.hostname or "@" in url.netloc:
        hint = 'Write BETTER_AUTH["API_URL"] or BETTER_AUTH["JWKS_URL"] as https://host, without a password.'
        yield error("E005", f"The address of the keys, {shown(source.url)!r}, is not a plain web address.", hint)
    elif url.scheme == "http" and not django_settings.DEBUG and url.hostname not in LOOPBACK:
        hint = (
            'Use https in BETTER_AUTH["JWKS_URL"] or BETTER_AUTH["API_URL"]: '
            "anyone on the network path could substitute their own keys."
        )
        yield error("E005", f"The keys would come over plain http from {url.hostname}.", hint)
    if source.url.endswith(conf.JWKS_PATH) and neon.is_address(source.url.removesuffix(conf.JWKS_PATH)):
        hint = 'Set BETTER_AUTH["NEON_AUTH_BASE_URL"] to this address, and leave BETTER_AUTH["API_URL"] empty.'
        message = f"{url.hostname} is a Neon Auth, whose keys are at {neon.KEYS_PATH} of its address."
        yield checks.Warning(message, hint=conf.with_variables(hint), id="betterauth_auth.W012")
    if source.cache and source.cache not in django_settings.CACHES:
        yield error("E011", f"CACHES has no {source.cache!r}.", 'Correct BETTER_AUTH["CACHE"] or leave it empty.')
    if source.ca_bundle and not is_ca_bundle(source.ca_bundle):
        hint = 'Name a PEM file with certificates in BETTER_AUTH["CA_BUNDLE"], or leave it empty.'
        yield error("E019", f"{source.ca_bundle!r} holds no certificates that can be read.", hint)
    if source.proxy and not is_web_proxy(source.proxy):
        hint = 'Write BETTER_AUTH["PROXY"] as http://host:port or http://user:password@host:port.'
        yield error("E020", f"The proxy {shown(source.proxy)!r} is not one for the web.", hint)
    if fault := urllib3_fault():
        yield error("E013", f"{fault}.", 'Or give the keys in BETTER_AUTH["JWKS_FILE"], which need no fetching.')


def is_ca_bundle(path: str) -> bool:
    try:
        return bool(ssl.create_default_context(cafile=path).get_ca_certs())
    except (OSError, ValueError):
        return False


def is_web_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # A port that is none is found when it is asked for.
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0 and parts.path in {"", "/"}
    except ValueError:
        return False


def static_faults(source: conf.Source) -> Iterator[checks.CheckMessage]:
    try:
        keys = Snapshot().followed_by(fetch_document(source).body, source, asked_at=0).keys
        reason = "it is empty"
    except FetchFailed as exc:
        keys, reason = {}, exc.detail or "it cannot be read as a JWKS document"
    if not keys:
        yield error("E010", f"The {source.name} has no usable key: {reason}.", "Copy what /api/auth/jwks answers.")


def resource_faults(raw: conf.Values, settings: conf.Settings) -> Iterator[checks.CheckMessage]:
    wanted = raw.get("RESOURCE")
    accepting = [policy for policy in settings.policies if conf.accepts_access_tokens(policy)]
    if wanted and not accepting:
        hint = 'Add at+jwt to BETTER_AUTH["TOKEN_TYPES"], or leave BETTER_AUTH["RESOURCE"] empty.'
        yield error("E018", "OAuth clients would be sent for tokens that are not accepted.", hint)
    if wanted and any(wanted not in policy.audiences for policy in accepting):
        hint = 'Add BETTER_AUTH["RESOURCE"] to BETTER_AUTH["AUDIENCE"], as OAuth clients ask for tokens for it.'
        yield error("E018", f"Access tokens for {wanted} would be refused for their audience.", hint)


def cookie_faults(raw: conf.Values, settings: conf.Settings) -> Iterator[checks.CheckMessage]:
    rules = settings.cookie
    if rules is None:
        return
    if not COOKIE_NAME.fullmatch(rules.name):
        hint = 'Write BETTER_AUTH["COOKIE"] as "__Secure-better-auth.session_token".'
        yield error("E021", f"{rules.name!r} is no name of a cookie.", hint)
    elif not rules.name.startswith(GUARDED_COOKIES) and not django_settings.DEBUG:
        hint = 'Set BETTER_AUTH["COOKIE"] to "__Secure-better-auth.session_token", as Better Auth calls it under https.'
        yield checks.Warning(
            f"Whoever is on the network path can set a cookie named {rules.name}.",
            hint=conf.with_variables(hint),
            id="betterauth_auth.W002",
        )
    if not is_private_address(rules.url):
        hint = 'Write BETTER_AUTH["TOKEN_URL"] as https://host/api/auth/token: whoever reads a cookie has the session.'
        yield error("E022", f"Session cookies would be sent to {shown(rules.url)!r}.", hint)
    seconds = raw.get("COOKIE_SECONDS", 0)
    if isinstance(seconds, int | float) and seconds > MAX_SECONDS:
        hint = f'Set BETTER_AUTH["COOKIE_SECONDS"] to {MAX_SECONDS} at most, which is what it is taken for.'
        yield error("E023", f"A sign-out would go unnoticed for {seconds} seconds.", hint)
    if any(policy.required_scopes for policy in settings.policies[:1]):
        hint = 'Leave BETTER_AUTH["REQUIRED_SCOPES"] empty, or BETTER_AUTH["COOKIE"].'
        yield error("E024", "Every session cookie would be refused, for session tokens carry no scopes.", hint)


def is_private_address(url: str) -> bool:
    parts = parts_of(url)
    is_plain = bool(parts.hostname) and "@" not in parts.netloc and not parts.query and not parts.fragment
    is_private = parts.scheme == "https" or django_settings.DEBUG or parts.hostname in LOOPBACK
    return is_plain and is_private and parts.scheme in {"http", "https"}


def admin_faults(raw: conf.Values, settings: conf.Settings) -> Iterator[checks.CheckMessage]:
    try:
        door = adminlogin.build(raw, settings)
    except ImproperlyConfigured as exc:
        yield error("E025", f"Operators can't sign in: {exc}", "See the README of betterauth_auth, Operators.")
        return
    if door and not is_private_address(door.server):
        hint = 'Write BETTER_AUTH["ADMIN_SERVER"] as https://host/api/auth: codes and tokens pass through it.'
        yield error("E025", f"Operators would be sent to {shown(door.server)!r}.", hint)


def shared_issuers(settings: conf.Settings) -> Iterator[checks.CheckMessage]:
    names = [issuer for policy in settings.policies for issuer in set(policy.issuers)]
    for issuer in sorted({name for name in names if names.count(name) > 1}):
        hint = "List each issuer once, or nobody knows whose keys verify its tokens."
        yield error("E012", f"The issuer {issuer!r} is configured more than once.", hint)


def check_user_table(
    app_configs: object, databases: Sequence[str] | None = None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Whether Better Auth's table can be asked, found here so that no request has to find out."""
    from betterauth_auth import usertable

    hint = (
        'Correct BETTER_AUTH["USER_TABLE"], or GRANT SELECT (and USAGE on its schema) to the role that this service '
        "connects as. Until then every request of a person is answered 503."
    )
    try:
        found = [*usertable.faults(databases)]
    except ImproperlyConfigured:
        # Which is E008 already.
        return []
    return [error("E036", f"The table of users cannot be asked: {fault}.", hint) for fault in found]


def check_authenticator_order(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    # Without the setting no class of ours comes first, and DRF may not even be installed.
    if not hasattr(django_settings, "REST_FRAMEWORK"):
        return []
    # DRF's settings import the classes, which may import models.
    from rest_framework.authentication import BaseAuthentication
    from rest_framework.settings import api_settings

    from betterauth_auth.authentication import BetterAuthAuthentication

    classes = [
        import_string(name) if isinstance(name, str) else name for name in api_settings.DEFAULT_AUTHENTICATION_CLASSES
    ]
    if not any(issubclass(cls, BetterAuthAuthentication) for cls in classes):
        return []
    if classes[0].authenticate_header is not BaseAuthentication.authenticate_header:
        return []
    hint = (
        "Put BetterAuthAuthentication first: DRF takes the 401 challenge from the first class and answers 403 without."
    )
    return [error("E007", f"{classes[0].__name__} comes first and has no challenge.", hint)]


def check_middleware_order(app_configs: object, **kwargs: object) -> list[checks.CheckMessage]:
    names = list(django_settings.MIDDLEWARE)
    if OURS not in names or SESSIONS not in names or names.index(SESSIONS) < names.index(OURS):
        return []
    hint = "Put BetterAuthMiddleware after AuthenticationMiddleware."
    return [error("E014", "The user of a session would take the place of the token's.", hint)]


def error(number: str, message: str, hint: str) -> checks.Error:
    own = conf.with_variables
    return checks.Error(own(message), hint=own(hint), id=f"betterauth_auth.{number}")
