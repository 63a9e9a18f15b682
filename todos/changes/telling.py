"""Tells the host that an account's version was raised, once that can be read by others."""

from functools import partial

from django.db import transaction

from todos import signals
from todos.models import Account


def tell(owner_id: int, version: int) -> None:
    """Whoever fails to pass it on has not failed the change."""
    signals.version_raised.send_robust(sender=Account, owner=owner_id, version=version)


def tell_when_committed(owner_id: int, version: int) -> None:
    transaction.on_commit(partial(tell, owner_id, version))
