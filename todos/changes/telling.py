"""Tells the host that an account's version was raised, once that can be read by others."""

from functools import partial

from django.db import transaction

from todos import signals
from todos.models import Account


def tell_when_committed(owner_id: int, version: int) -> None:
    """At once where no transaction is open. Whoever fails to pass it on has not failed the change."""
    send = partial(signals.version_raised.send, sender=Account, owner=owner_id, version=version)
    transaction.on_commit(send, robust=True)
