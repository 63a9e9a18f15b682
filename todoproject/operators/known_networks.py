"""From where operators have signed in lately, so that guesses from elsewhere can't lock them out.

In the database: it is what all processes share and what outlives them, with Redis and without.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from todoproject.models import KnownNetwork

REMEMBERED_DAYS = 30


def is_known(name: str, network: str) -> bool:
    """One look at the index, whether or not there is an operator of this name."""
    return KnownNetwork.objects.filter(digest=digest_of(name, network), seen_on__gt=oldest()).exists()


def remember(name: str, network: str) -> None:
    KnownNetwork.objects.filter(seen_on__lte=oldest()).delete()
    known = KnownNetwork(digest=digest_of(name, network), seen_on=today())
    KnownNetwork.objects.bulk_create(
        [known], update_conflicts=True, unique_fields=["digest"], update_fields=["seen_on"]
    )


def digest_of(name: str, network: str) -> str:
    """Keyed, because the few addresses of IPv4 could all be tried."""
    return salted_hmac("todoproject.known_networks", f"{network} {name.casefold()}", algorithm="sha256").hexdigest()


def oldest() -> date:
    return today() - timedelta(days=REMEMBERED_DAYS)


def today() -> date:
    return timezone.now().date()
