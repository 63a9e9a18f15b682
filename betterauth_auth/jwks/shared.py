"""The key set in a Django cache, so that many processes fetch once. Signed, because others can write to a cache."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.cache import caches

from betterauth_auth.conf import Source

logger = logging.getLogger(__name__)
SALT = "betterauth_auth.jwks.shared"


@dataclass(frozen=True, slots=True)
class SharedDocument:
    body: bytes
    max_age_seconds: float | None
    age_seconds: float


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
    except signing.BadSignature:
        logger.warning("The shared key set of %s is old or was not written by us; it is not used.", source.name)
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


def cache_key(source: Source) -> str:
    return f"betterauth_auth:{hashlib.sha256(source.url.encode()).hexdigest()}"
