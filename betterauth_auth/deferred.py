"""A signed-in user who is fetched only when something asks for more than whose rows to read.

A view with `defers_user = True` promises: before an answer leaves, either a row was read through `pk_query()`, which
finds no key for somebody who was shut out, or the user was fetched, which refuses such a person. So the check costs no
round trip of its own, and it is neither skipped nor remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import ClassVar

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, Model, Q, QuerySet, TextField
from django.db.models.functions import StrIndex
from django.utils.functional import SimpleLazyObject, empty

from betterauth_auth import users, usertable
from betterauth_auth.claims import SESSIONLESS
from betterauth_auth.models import Identity
from betterauth_auth.tokens import VerifiedToken
from betterauth_auth.users import LocalUser

# The moment of tokens that name their session, for which no moment counts.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# Others compare text without case or accents and could find somebody else's row.
EXACT_DATABASES = frozenset({"postgresql", "sqlite"})


class DeferredUser(SimpleLazyObject):
    """The user of a verified token. Behaves like the user itself; the first look at it fetches it, or refuses."""

    is_authenticated = True
    is_anonymous = False
    pk_fields: ClassVar[dict[str, TextField | DateTimeField | BigIntegerField]] = {
        "issuer": TextField(),
        "subject": TextField(),
        "issued_at": DateTimeField(),
        "session": TextField(),
        "sessionless_at": DateTimeField(),
        "owner": BigIntegerField(),
    }

    def __init__(self, token: VerifiedToken, fetch: Callable[[], LocalUser], remembered_pk: object) -> None:
        super().__init__(fetch)
        vars(self).update(token=token, remembered_pk=remembered_pk)

    def __bool__(self) -> bool:
        return True

    @property
    def remembered_pk(self) -> object:
        """The key that the user had when this token was here before, None the first time."""
        return self.__dict__["remembered_pk"]

    @property
    def is_fetched(self) -> bool:
        return self.__dict__["_wrapped"] is not empty

    def fetch(self) -> None:
        if not self.is_fetched:
            self.fetch_again()

    def fetch_again(self) -> None:
        """Refuses whoever was shut out since the user was fetched."""
        self._setup()
        if self.remembered_pk is not None:
            remember(self.__dict__["token"], self.pk)

    @property
    def subject_key(self) -> str:
        """Names the person in signatures and counters, whether fetched or not."""
        token: VerifiedToken = self.__dict__["token"]
        return f"{token.identity_issuer}|{token.subject}"

    @property
    def pk_values(self) -> dict[str, object]:
        """What `pk_query` compares with; a query that is compiled once is given these anew for each request.

        A remembered key may be another one by now, if the database was set back or the person was erased. Then the
        query finds nobody.
        """
        own = vars(self)
        token: VerifiedToken = own["token"]
        owner = own["remembered_pk"] if own["_wrapped"] is empty else self.pk
        return {
            "issuer": token.identity_issuer,
            "subject": token.subject,
            "issued_at": token.issued_at,
            "session": token.session_mark,
            "sessionless_at": token.issued_at if token.session_mark == SESSIONLESS else LONG_AGO,
            "owner": owner,
        }

    @staticmethod
    def pk_query(
        issuer: object, subject: object, issued_at: object, session: object, sessionless_at: object, owner: object
    ) -> QuerySet[Identity, Mapping[str, object]]:
        """The key of the active user whose tokens of that moment and session are not cut off: one row, or none."""
        # The key has whatever type the host's model gives it.
        is_remembered = Q(("user_id", owner))
        is_standing = Q(tokens_valid_after=None) | Q(tokens_valid_after__lt=issued_at)
        # Whose token names no session came in before any ended, or after the last one.
        has_session = Q(session_ended_at=None) | Q(session_ended_at__lt=sessionless_at) | Q(ended=0)
        identities = Identity.objects.alias(ended=StrIndex("ended_sessions", session)).filter(
            is_standing, has_session, is_remembered, issuer=issuer, subject=subject, user__is_active=True
        )
        return usertable.in_good_standing(identities).annotate(key=F("user_id")).values("key")


class Recent:
    """The latest values, in two generations, so that nothing is sorted or locked. A race can only lose some."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.clear()

    def clear(self, **kwargs: object) -> None:
        self.young: dict[Hashable, object] = {}
        self.old: dict[Hashable, object] = {}

    def get(self, key: Hashable) -> object:
        return self.young.get(key) or self.old.get(key)

    def add(self, key: Hashable, value: object) -> None:
        if len(self.young) * 2 >= self.size:
            self.old, self.young = self.young, {}
        self.young[key] = value


# The user's key of each token whose claims this process has compared with the stored profile. Nothing depends on the
# key being right: see `pk_values`.
keys_of_tokens = Recent(8192)


def user_of(token: VerifiedToken, fetch: Callable[[], LocalUser]) -> DeferredUser:
    """The first request of each token in each process fetches at once, so that the profile follows new claims."""
    known = keys_of_tokens.get(which(token))
    user = DeferredUser(token, fetch, known)
    if known is None:
        user.fetch()
        if not users.is_outdated(user.betterauth_identity, token):
            remember(token, user.pk)
    return user


def which(token: VerifiedToken) -> Hashable:
    return token.identity_issuer, token.subject, token.issued_at


def remember(token: VerifiedToken, pk: object) -> None:
    keys_of_tokens.add(which(token), pk)


@cache
def is_possible() -> bool:
    """Whether a query can tell what fetching would tell."""
    model: type[Model] = get_user_model()
    names = {field.name for field in model._meta.get_fields()}
    # For AbstractBaseUser it is no field, but an attribute that is always true.
    return connection.vendor in EXACT_DATABASES and "is_active" in names
