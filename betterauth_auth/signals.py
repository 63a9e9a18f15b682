"""Moments other code may want to know about."""

from django.dispatch import Signal

# Sent once per identity with `identity` and `token`, inside the transaction that makes the local user.
first_seen = Signal()

# Sent for each refused token with `reason`, a stable code. The token itself is given to nobody.
token_refused = Signal()
