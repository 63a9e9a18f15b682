"""Who sent this `Authorization` header? The one question that every door asks, and the answers to those it denies."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias

from asgiref.sync import sync_to_async
from django.core.exceptions import ImproperlyConfigured

from betterauth_auth import conf, counters
from betterauth_auth.exceptions import Denied, HookFailed, InvalidToken, KeysUnavailable, UserTableFailed
from betterauth_auth.jwks.fetch import load_what_is_needed
from betterauth_auth.metadata import challenge_parameters
from betterauth_auth.signals import token_refused
from betterauth_auth.tokens import VerifiedToken, averify, verify

# It imports the table, and where the app is not installed there is none: `stateless` works there too.
if TYPE_CHECKING:
    from betterauth_auth.users import LocalUser

logger = logging.getLogger(__name__)
CHALLENGE = 'Bearer realm="api"'
INVALID = 'error="invalid_token"'
# One text whatever the reason.
NEEDED = "A valid Better Auth token is needed."
MISCONFIGURED_RETRY_SECONDS = 60
# What verifying raises. Whatever else happens is for the host to deal with.
Failure: TypeAlias = InvalidToken | KeysUnavailable | ImproperlyConfigured
FAILURES = (InvalidToken, KeysUnavailable, ImproperlyConfigured)


@dataclass(frozen=True)
class TokenUser:
    """What the user is where no database is asked."""

    token: VerifiedToken
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True
    is_staff: ClassVar[bool] = False
    is_superuser: ClassVar[bool] = False

    @property
    def pk(self) -> str:
        # DRF's throttles tell users apart by it.
        return f"{self.token.identity_issuer}|{self.token.subject}"

    def __str__(self) -> str:
        return self.token.subject


class ClientUser(TokenUser):
    """A program that signed in as itself. There is no person behind it, so all it may do is in its scopes."""

    @property
    def client_id(self) -> str:
        return self.token.subject

    @property
    def pk(self) -> str:
        # Nobody's subject, even where a person's is spelled like the client's.
        return f"{self.token.identity_issuer}|client|{self.token.subject}"


class SignedIn(NamedTuple):
    user: LocalUser | TokenUser
    token: VerifiedToken


def identify(
    authorization: str | None,
    *,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    required: bool = False,
    stateless: bool = False,
    clients: bool = False,
) -> SignedIn | None:
    """Who is signed in by this header; None without a Bearer token, unless one is `required`; Denied when it is bad.

    The token needs all of the scopes and one of the roles. `stateless` asks no database: there is no local user, and
    deactivated people and cut-offs are not seen. With `clients` programs come in too, if scopes are asked for.
    """
    credentials = bearer_credentials(authorization)
    if credentials is None:
        refuse_nobody(required)
        return None
    return signed_in(verified(credentials), scopes, roles, stateless, clients)


async def aidentify(
    authorization: str | None,
    *,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    required: bool = False,
    stateless: bool = False,
    clients: bool = False,
) -> SignedIn | None:
    """The same in an event loop, which goes on meanwhile."""
    credentials = bearer_credentials(authorization)
    if credentials is None:
        refuse_nobody(required)
        return None
    return await asigned_in(await averified(credentials), scopes, roles, stateless, clients)


def signed_in(
    token: VerifiedToken, scopes: Iterable[str], roles: Iterable[str], stateless: bool, clients: bool
) -> SignedIn:
    if token.is_client:
        return SignedIn(client_of(token, clients, scopes, roles), token)
    user = TokenUser(token) if stateless else fetched_user(token)
    refuse_without(token, scopes, roles)
    return SignedIn(user, token)


async def asigned_in(
    token: VerifiedToken, scopes: Iterable[str], roles: Iterable[str], stateless: bool, clients: bool
) -> SignedIn:
    if token.is_client:
        return SignedIn(client_of(token, clients, scopes, roles), token)
    user = TokenUser(token) if stateless else await afetched_user(token)
    refuse_without(token, scopes, roles)
    return SignedIn(user, token)


def load_ahead() -> None:
    """Loads what fetches keys and checks signatures, which would make an event loop stand still at the first token."""
    # Wrong settings are told to every request.
    with suppress(ImproperlyConfigured):
        for policy in conf.current().policies:
            load_what_is_needed(policy.source)


def bearer_credentials(authorization: str | None) -> str | None:
    """What follows `Bearer`, perhaps nothing; None when the header does not try to sign in this way."""
    scheme, _, credentials = (authorization or "").partition(" ")
    return credentials.strip(" ") if scheme.lower() == "bearer" else None


def refuse_nobody(required: bool) -> None:
    if required:
        raise Denied(401, "not_authenticated", NEEDED, {"WWW-Authenticate": challenge()})


def verified(credentials: str) -> VerifiedToken:
    try:
        token = verify(credentials)
        if token.is_oauth_access:
            refuse_revoked(credentials, token)
    except FAILURES as exc:
        raise denied(exc) from exc
    refuse_without_required_scopes(token)
    return token


async def averified(credentials: str) -> VerifiedToken:
    try:
        token = await averify(credentials)
        if token.is_oauth_access and conf.current().introspection_of(token.issuer):
            await sync_to_async(refuse_revoked, thread_sensitive=False)(credentials, token)
    except FAILURES as exc:
        raise await adenied(exc) from exc
    refuse_without_required_scopes(token)
    return token


def refuse_revoked(credentials: str, token: VerifiedToken) -> None:
    rules = conf.current().introspection_of(token.issuer)
    if rules is not None:
        from betterauth_auth.introspection import standing

        standing.require(credentials, token, rules)


def fetched_user(token: VerifiedToken) -> LocalUser:
    """The local user, in one query; Denied when an operator has shut this person out."""
    from betterauth_auth.users import identity_for, user_of

    try:
        return user_of(identity_for(token))
    except (InvalidToken, HookFailed, UserTableFailed) as exc:
        raise denied(exc) from exc


async def afetched_user(token: VerifiedToken) -> LocalUser:
    from betterauth_auth.users import aidentity_for, user_of

    try:
        return user_of(await aidentity_for(token))
    except (InvalidToken, HookFailed, UserTableFailed) as exc:
        raise await adenied(exc) from exc


def refuse_without_required_scopes(token: VerifiedToken) -> None:
    """The scopes that the settings ask of every token."""
    required = conf.current().policy_of_issuer[token.issuer].required_scopes
    if not required <= token.scopes:
        raise insufficient_scope(required)


def client_of(token: VerifiedToken, clients: bool, scopes: Iterable[str], roles: Iterable[str] = ()) -> ClientUser:
    # Where no scope is asked for, every client of the issuer could come in.
    if not clients or not names(scopes):
        raise Denied(403, "client", "This is for people and not for programs.", {})
    refuse_without(token, scopes, roles)
    return ClientUser(token)


def refuse_without(token: VerifiedToken, scopes: Iterable[str], roles: Iterable[str]) -> None:
    needed, any_of = names(scopes), names(roles)
    if not needed <= token.scopes:
        raise insufficient_scope(needed)
    if any_of and any_of.isdisjoint(token.roles):
        raise Denied(403, "role", "The token does not have a role that may do this.", {})


def names(values: Iterable[str]) -> frozenset[str]:
    if isinstance(values, str):
        # It would be taken apart into its letters.
        raise TypeError(f"Write [{values!r}] instead of {values!r}.")
    return frozenset(values)


def denied(failure: Failure) -> Denied:
    """The answer to this failure, after telling operators the reason."""
    answer = answer_to(failure)
    if isinstance(failure, InvalidToken):
        token_refused.send_robust(sender=Denied, reason=failure.reason)
    return answer


async def adenied(failure: Failure) -> Denied:
    answer = answer_to(failure)
    if isinstance(failure, InvalidToken) and token_refused.has_listeners(Denied):
        # Receivers are ordinary functions and may ask the database.
        await sync_to_async(token_refused.send_robust)(sender=Denied, reason=failure.reason)
    return answer


def answer_to(failure: Failure) -> Denied:
    if isinstance(failure, InvalidToken):
        counters.count_refused(failure.reason)
        logger.info("A token was refused: %s.", failure.reason, extra={"reason": failure.reason})
        return Denied(401, "invalid_token", NEEDED, {"WWW-Authenticate": challenge(INVALID)})
    if isinstance(failure, KeysUnavailable):
        logger.warning("A token could not be verified: %s.", failure.reason, extra={"reason": failure.reason})
        return unavailable(failure.retry_after_seconds)
    logger.error("BETTER_AUTH is configured wrongly, see `manage.py check`: %s", failure)
    return unavailable(MISCONFIGURED_RETRY_SECONDS)


def insufficient_scope(scopes: Iterable[str]) -> Denied:
    """With the challenge that RFC 6750 asks for."""
    needed = challenge('error="insufficient_scope"', f'scope="{" ".join(sorted(scopes))}"')
    detail = "The token does not have the scope this needs."
    return Denied(403, "insufficient_scope", detail, {"WWW-Authenticate": needed})


def challenge(*parameters: str) -> str:
    return ", ".join([CHALLENGE, *parameters, *challenge_parameters()])


def unavailable(retry_after_seconds: int) -> Denied:
    """Whether the token is good cannot be known now. A 401 would make clients sign everybody out."""
    detail = "Tokens cannot be verified right now. Try again."
    return Denied(503, "unavailable", detail, {"Retry-After": str(retry_after_seconds)})
