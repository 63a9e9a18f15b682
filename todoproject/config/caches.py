"""Where counters of limits and shared key sets are: in each process, or in a Redis for all."""

from __future__ import annotations

from typing import TypeAlias

Cache: TypeAlias = dict[str, object]

LOCAL: Cache = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    # Django's default of 300 entries would forget most callers' counts.
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}


def caches(redis_url: str) -> dict[str, Cache]:
    return {"default": redis(redis_url) if redis_url else LOCAL, "local": {**LOCAL, "LOCATION": "local"}}


def redis(url: str) -> Cache:
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        # A cache that does not answer must not hold up a request that can do without it.
        "OPTIONS": {
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
            "serializer": "todoproject.http.json_io.CacheSerializer",
        },
    }
