"""VerifiedToken -> local user: made on first sight, kept in step, refused when an operator said so."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.db import IntegrityError, models, transaction
from django.db.models.expressions import Combinable
from django.utils import timezone

from betterauth_auth import conf, grants, hooks, profile, usertable
from betterauth_auth.claims import SESSIONLESS
from betterauth_auth.exceptions import InvalidToken
from betterauth_auth.models import Identity
from betterauth_auth.signals import first_seen
from betterauth_auth.tokens import VerifiedToken


class LocalUser(Protocol):
    """A row of whatever AUTH_USER_MODEL is, for whom a token was good."""

    @property
    def pk(self) -> object: ...

    is_active: bool
    betterauth_identity: Identity


def identity_for(token: VerifiedToken) -> Identity:
    """The identity with its user, in one query; InvalidToken when an operator has shut this person out."""
    refuse_client(token)
    identity = find(token) or make(token)
    refuse_if_shut_out(identity, token)
    keep_up(identity, token)
    return identity


async def aidentity_for(token: VerifiedToken) -> Identity:
    """The same in an event loop. Django has no transactions there, so what writes goes to a thread as a whole."""
    refuse_client(token)
    identity = await afind(token) or await sync_to_async(make)(token)
    refuse_if_shut_out(identity, token)
    if is_outdated(identity, token):
        await sync_to_async(keep_up)(identity, token)
    return identity


def refuse_client(token: VerifiedToken) -> None:
    if token.is_client:
        raise InvalidToken("client_credentials", "it stands for a client, which is no local user")


def is_outdated(identity: Identity, token: VerifiedToken) -> bool:
    return profile.is_outdated(identity, token) or grants.is_outdated(identity, token)


def keep_up(identity: Identity, token: VerifiedToken) -> None:
    profile.keep_up(identity, token)
    grants.keep_up(identity, token)


def in_standing(user: Combinable, moment: Combinable) -> models.QuerySet[Identity]:
    """Of a user, what may come in with something that was issued at a moment: for a query of the host's, about a secret
    of its own that stands in for a token. Sessions that have ended are no matter, because it is of none.
    """
    is_standing = models.Q(tokens_valid_after=None) | models.Q(tokens_valid_after__lt=moment)
    found = Identity.objects.filter(is_standing, models.Q(("user_id", user)), user__is_active=True)
    return usertable.in_good_standing(found)


def user_of(identity: Identity) -> LocalUser:
    user = cast("LocalUser", identity.user)
    user.betterauth_identity = identity
    return user


def find(token: VerifiedToken) -> Identity | None:
    try:
        with usertable.asking():
            return with_user().get(issuer=token.identity_issuer, subject=token.subject)
    except Identity.DoesNotExist:
        return None


async def afind(token: VerifiedToken) -> Identity | None:
    try:
        with usertable.asking():
            return await with_user().aget(issuer=token.identity_issuer, subject=token.subject)
    except Identity.DoesNotExist:
        return None


def identities_of(users: Collection[Any]) -> list[Identity]:
    """The identities of these users, by their keys of whatever type, in one query, for who was let in and stays."""
    with usertable.asking():
        return list(with_user().filter(user__in=users))


def with_user() -> models.QuerySet[Identity]:
    return usertable.with_standing(Identity.objects.select_related("user"))


def make(token: VerifiedToken) -> Identity:
    usertable.refuse_newcomer(token)
    try:
        with transaction.atomic():
            identity = Identity(user=made_user(token), issuer=token.identity_issuer, subject=token.subject)
            profile.take(identity, token)
            identity.save(force_insert=True)
            first_seen.send(sender=Identity, identity=identity, token=token)
    except IntegrityError:
        # Another request of the same person was first; its user counts, ours is rolled back.
        existing = find(token)
        if existing is None:
            raise
        return existing
    if conf.current().hears_events:
        hear_of(identity)
        # With its user, which an event loop could not fetch later.
        return find(token) or identity
    return identity


def hear_of(identity: Identity) -> None:
    """After the row is there, so that an event at this moment finds it, or is found."""
    from betterauth_auth.events.ledger import catch_up

    catch_up(identity)
    if transaction.get_connection().in_atomic_block:
        # Under ATOMIC_REQUESTS, say, no event finds the row until the request has ended.
        transaction.on_commit(partial(catch_up, identity), robust=True)


def made_user(token: VerifiedToken) -> Any:  # whatever AUTH_USER_MODEL is
    path = conf.rules_of(token.issuer).make_user
    if not path:
        return make_user()
    with hooks.running("MAKE_USER"):
        user = hooks.hook(path)(token)
        if not isinstance(user, get_user_model()) or user.pk is None:
            raise TypeError("it did not return a saved user")
        # Whoever can sign up with somebody's address must not become that operator.
        if is_operator(user):
            raise ValueError("it returned an operator")
    return user


def make_user() -> Any:
    model = get_user_model()
    field = cast("models.Field", model._meta.get_field(model.USERNAME_FIELD))
    user = model(**{model.USERNAME_FIELD: random_username(field)})
    user.set_unusable_password()
    user.save()
    return user


def random_username(field: models.Field) -> str:
    # Never made from the token: a subject or an e-mail address could be spelled like an operator's name.
    name = f"user-{secrets.token_hex(12)}"
    return f"{name}@users.invalid" if isinstance(field, models.EmailField) else name[: field.max_length]


def refuse_if_shut_out_since(token: VerifiedToken) -> None:
    """For who was let in and stays: InvalidToken when this person has been shut out or deleted meanwhile."""
    identity = find(token)
    if identity is None:
        raise InvalidToken("inactive_user", "the local user was deleted")
    refuse_if_shut_out(identity, token)


def refuse_if_shut_out(identity: Identity, token: VerifiedToken) -> None:
    # `DeferredUser.pk_query` says the same in SQL.
    # Some databases compare text without case or accents and would hand out somebody else's row.
    if (identity.issuer, identity.subject) != (token.identity_issuer, token.subject):
        raise InvalidToken("subject", "the database matched a different subject: use a case-sensitive collation")
    if not identity.user.is_active:
        raise InvalidToken("inactive_user", "the local user was deactivated")
    if is_cut_off(identity.tokens_valid_after, token):
        raise InvalidToken("cut_off", "it was issued before all tokens of this person were cut off")
    if has_session_ended(identity, token):
        raise InvalidToken(
            "session_ended", "its session has ended, or one has since and it does not say which is its own"
        )
    usertable.refuse(identity.standing)


def is_cut_off(tokens_valid_after: datetime | None, token: VerifiedToken) -> bool:
    return tokens_valid_after is not None and token.issued_at <= tokens_valid_after


def has_session_ended(identity: Identity, token: VerifiedToken) -> bool:
    if token.session_mark != SESSIONLESS:
        return token.session_mark in (identity.ended_sessions or "")
    return identity.session_ended_at is not None and token.issued_at <= identity.session_ended_at


def deactivate(user: models.Model) -> None:
    """Refuses all of this person's tokens, later ones too, from the next request on."""
    type(user)._default_manager.filter(pk=user.pk).update(is_active=False)


def reactivate(user: models.Model) -> None:
    type(user)._default_manager.filter(pk=user.pk).update(is_active=True)


def is_operator(user: object) -> bool:
    """Whether the user signs in to the admin. Where the user model knows no such people, nobody does."""
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))


def cut_off(user: models.Model) -> None:
    """Refuses all of this person's tokens issued until now, from the next request on."""
    Identity.objects.filter(user_id=user.pk).update(tokens_valid_after=cut_off_moment())
    end_admin_sessions(user)


def end_admin_sessions(user: Any) -> None:
    """Of an operator who came through Better Auth. Who has a password here did not need to."""
    if is_operator(user) and not user.has_usable_password():
        # Django's sessions hold to the password, and one that is unusable is never the same twice.
        user.set_unusable_password()
        user.save(update_fields=["password"])


def forget_person(user: models.Model) -> None:
    """Erases what the tokens told about this person and refuses all tokens issued until now.

    Issuer and subject stay, so that an old token finds the cut-off instead of making a new account. A later token
    comes back to the same local user, with a fresh profile.
    """
    moment = cut_off_moment()
    Identity.objects.filter(user_id=user.pk).update(
        name="", email="", is_email_verified=False, image="", profile_issued_at=moment, tokens_valid_after=moment
    )


def cut_off_moment() -> datetime:
    """The latest `iat` that a token issued until now can have.

    An issuer's clock may be ahead of ours by the leeway, so whoever signs in within the leeway is refused until it is
    over. Tokens know whole seconds only, so the second of the cut-off is cut off as a whole.
    """
    leeway = max((policy.leeway_seconds for policy in conf.current().policies), default=0)
    return (timezone.now() + timedelta(seconds=leeway)).replace(microsecond=0)
