"""The key set in a Django cache, so that many processes fetch once. Signed, because others can write to a cache.

They take turns at the issuer: whoever adds an entry to the cache asks, the others go on with the set that they have.
The entry ends by itself, and nobody obeys it for long, so neither a process that died nor a cache that lies keeps
anybody from asking.
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from django.core import signing
from django.core.cache import caches

from betterauth_auth.conf import Source
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.jwks.snapshot import Snapshot

logger = logging.getLogger(__name__)
SALT = "betterauth_auth.jwks.shared"
# The age of a shared set comes from another clock than the age of our own.
CLOCK_TOLERANCE_SECONDS = 1
# A turn lasts as long as a fetch can, and a little more for the cache.
TURN_MARGIN_SECONDS = 1
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class SharedDocument:
    body: bytes
    max_age_seconds: float | None
    age_seconds: float


def newer(known: Snapshot, source: Source, asked_at: float, kid: str) -> Snapshot | None:
    """The shared set in place of the known one, if it answers what a fetch of that moment and for that kid is for."""
    document = read(source)
    if document is None:
        return None
    try:
        found = known.followed_by(document.body, source, asked_at - document.age_seconds, document.max_age_seconds)
    except FetchFailed as exc:
        logger.warning("The shared key set of %s is not used: %s.", source.name, exc.reason)
        return None
    return found if asked_at < found.soft_until and is_worth_taking(found, known, kid) else None


def is_worth_taking(found: Snapshot, known: Snapshot, kid: str) -> bool:
    if known.keys and not found.keys:
        # An empty set is doubted, and another process's word confirms nothing.
        return False
    if kid:
        # Who asks again for a kid that is known doubts the key itself, and wants the issuer's word for it.
        return kid in found.keys and kid not in known.keys and found.asked_at > known.asked_at
    return found.asked_at > known.asked_at + CLOCK_TOLERANCE_SECONDS


def read(source: Source) -> SharedDocument | None:
    """What another process fetched lately, or None. A cache that fails or lies is as good as an empty one."""
    try:
        text = caches[source.cache].get(cache_key(source))
        if not isinstance(text, str):
            return None
        value = signing.loads(text, salt=SALT, max_age=timedelta(seconds=source.soft_life_seconds))
        if value["url"] != source.url:
            return None
        age_seconds = max(0.0, time.time() - value["asked_at"])
        return SharedDocument(value["body"].encode("utf-8"), value["max_age"], age_seconds)
    except signing.SignatureExpired:
        # Caches count in whole seconds.
        return None
    except signing.BadSignature:
        logger.warning("The shared key set of %s was not written by us; it is not used.", source.name)
    except Exception:
        # Each cache backend fails in ways of its own.
        logger.warning("The cache %r could not be read.", source.cache, exc_info=True)
    return None


def write(source: Source, body: bytes, max_age_seconds: float | None, asked_at: float) -> None:
    value = {"url": source.url, "body": body.decode("utf-8"), "max_age": max_age_seconds, "asked_at": asked_at}
    try:
        text = signing.dumps(value, salt=SALT, compress=True)
        caches[source.cache].set(cache_key(source), text, timeout=source.soft_life_seconds)
    except Exception:
        # Sharing is a convenience; the set in hand is good.
        logger.warning("The cache %r could not be written.", source.cache, exc_info=True)


@contextmanager
def turn(source: Source) -> Iterator[bool | None]:
    """Whether it is this process's turn to ask the issuer; None where the cache cannot tell."""
    is_ours = take_turn(source)
    try:
        yield is_ours
    finally:
        if is_ours:
            end_turn(source)


def turn_seconds(source: Source) -> float:
    return source.fetch_seconds + TURN_MARGIN_SECONDS


def take_turn(source: Source) -> bool | None:
    try:
        return caches[source.cache].add(turn_key(source), 1, timeout=turn_seconds(source))
    except Exception:
        logger.warning("The cache %r could not be asked whose turn it is.", source.cache, exc_info=True)
        return None


def end_turn(source: Source) -> None:
    try:
        caches[source.cache].delete(turn_key(source))
    except Exception:
        # It ends by itself.
        logger.warning("The cache %r could not be written.", source.cache, exc_info=True)


def spread(snapshot: Snapshot) -> Snapshot:
    """The snapshot with a soft life up to a tenth shorter, so that processes do not find it old at the same moment."""
    life = snapshot.soft_until - snapshot.asked_at
    sooner = random.uniform(0, JITTER) * life  # noqa: S311 - jitter, not a secret
    return replace(snapshot, soft_until=snapshot.soft_until - sooner)


def turn_key(source: Source) -> str:
    return f"{cache_key(source)}:turn"


def cache_key(source: Source) -> str:
    return f"betterauth_auth:{hashlib.sha256(source.url.encode()).hexdigest()}"
