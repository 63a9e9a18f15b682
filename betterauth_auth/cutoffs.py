"""Tells whoever remembers a person that events have cut him off: this process at once, others through a cache.

It is a hint and no check: who was cut off is refused by the database whether anybody hears of it or not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from hashlib import sha256
from typing import TypeAlias

from django.core.cache import caches

from betterauth_auth import conf

logger = logging.getLogger(__name__)
Person: TypeAlias = tuple[str, str]
# Longer than anybody remembers a session.
KEPT_SECONDS = 120
MAX_PEOPLE = 4096

_moments: dict[str, float] = {}


def announce(issuer: str, subject: str) -> None:
    key, now = key_of((issuer, subject)), time.time()
    if len(_moments) >= MAX_PEOPLE:
        _moments.clear()
    _moments[key] = now
    for name in shared_caches():
        try:
            caches[name].set(key, now, timeout=KEPT_SECONDS)
        except Exception:
            # Each cache backend fails in ways of its own, and the database says it too.
            logger.warning("The cache %r could not be written.", name, exc_info=True)


def moments_of(people: Iterable[Person]) -> dict[Person, float]:
    """When each of them was cut off, of those who were lately."""
    keys = {key_of(person): person for person in people}
    found = {key: _moments[key] for key in keys if key in _moments}
    for name in shared_caches() if keys else ():
        try:
            found.update(caches[name].get_many(list(keys)))
        except Exception:
            logger.warning("The cache %r could not be read.", name, exc_info=True)
    # Others can write to a cache.
    return {keys[key]: moment for key, moment in found.items() if key in keys and isinstance(moment, float)}


def shared_caches() -> set[str]:
    policies = conf.current().policies
    return {policy.source.cache for policy in policies if policy.source.cache and policy.events.senders}


def key_of(person: Person) -> str:
    issuer, subject = person
    return f"betterauth_auth:cutoff:{sha256(f'{len(issuer)} {issuer} {subject}'.encode()).hexdigest()}"
