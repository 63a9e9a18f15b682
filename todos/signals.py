"""What the application tells its host."""

from django.dispatch import Signal

# Sent with `owner` (the user's key) inside the transaction that erases the account. A receiver that raises undoes
# the erasure, so cutting off the tokens issued so far and erasing the rows happen together or not at all.
account_erased = Signal()

# Sent with `owner` and `version` after the change that raised it was committed, and never for one that was undone.
version_raised = Signal(use_caching=True)
