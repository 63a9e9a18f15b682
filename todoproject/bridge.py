"""Where the two apps meet: todos knows a user, betterauth_auth knows how the user signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core.signals import setting_changed
from django.dispatch import receiver
from rest_framework.request import Request

from betterauth_auth.models import Identity
from betterauth_auth.signals import first_seen
from betterauth_auth.users import forget_person
from todos.changes import open_account
from todos.compiled import shapes
from todos.reading import page_cache
from todos.signals import account_erased


def profile(request: Request) -> dict[str, object]:
    """What /me says about the person, besides the settings."""
    user: Any = request.user
    identity: Identity = user.betterauth_identity
    return {
        "subject": identity.subject,
        "email": identity.email or None,
        "email_verified": identity.is_email_verified,
        "name": identity.name or None,
        "image": identity.image or None,
    }


@receiver(first_seen)
def open_the_account(identity: Identity, **kwargs: object) -> None:
    """Together with the user, so that everybody has an Inbox, whatever the first request is."""
    open_account(identity.user_id)


@receiver(setting_changed)
def compile_anew(*, setting: str, **kwargs: object) -> None:
    """What finds the caller depends on BETTER_AUTH["USER_TABLE"]."""
    if setting == "BETTER_AUTH":
        shapes.forget()
        page_cache.pages.clear()


@receiver(account_erased)
def forget_the_person_too(owner: int, **kwargs: object) -> None:
    """A token that was issued before the erasure must not bring the account back."""
    forget_person(User.objects.get(pk=owner))


if TYPE_CHECKING:
    from betterauth_auth.deferred import DeferredUser
    from todoproject.postgresql.base import DatabaseWrapper
    from todos.compiled.contracts import FindableUser, PreparingDatabase

    # Where these differ, reading would go a longer way without a word.
    def as_todos_wants_it(user: DeferredUser, database: DatabaseWrapper) -> tuple[FindableUser, PreparingDatabase]:
        return user, database
