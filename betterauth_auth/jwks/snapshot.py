"""A key set as it was at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from betterauth_auth.conf import Source, with_variables
from betterauth_auth.jwks.fetch import FetchFailed
from betterauth_auth.jwks.keys import Key, usable_keys
from betterauth_auth.strict_json import load_document

MAX_KEYS = 256
MAX_REASONS = 5
NEVER = float("-inf")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Immutable, so that readers need no lock. Moments are of the key set's clock."""

    keys: Mapping[str, Key] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    asked_at: float = NEVER
    soft_until: float = NEVER
    hard_until: float = NEVER

    def followed_by(
        self, body: bytes, source: Source, asked_at: float, max_age_seconds: float | None = None
    ) -> Snapshot:
        """The snapshot this JWKS document makes; FetchFailed when it is none."""
        try:
            jwks = load_document(body).get("keys")
        except ValueError as exc:
            raise FetchFailed("not_json") from exc
        if not isinstance(jwks, list):
            raise FetchFailed("no_keys_member")
        if len(jwks) > MAX_KEYS:
            raise FetchFailed("too_many_keys")
        found, left_out = usable_keys(jwks)
        if jwks and not any(key.algorithms & source.algorithms for key in found.values()):
            # No keys at all are legal; keys of which none serves are a mistake, which would sign everybody out.
            raise FetchFailed("no_usable_keys", detail=why_unusable(found, left_out))
        soft_life = source.soft_life_seconds
        if max_age_seconds is not None:
            soft_life = min(soft_life, max(max_age_seconds, source.min_soft_life_seconds))
        return Snapshot(
            keys=MappingProxyType({kid: self.same_or(key) for kid, key in found.items()}),
            left_out=tuple(left_out),
            asked_at=asked_at,
            soft_until=asked_at + soft_life,
            hard_until=asked_at + max(soft_life, source.hard_life_seconds),
        )

    def same_or(self, key: Key) -> Key:
        # A key that stays is the same object, so that tokens verified with it stay verified.
        known = self.keys.get(key.kid)
        return known if known is not None and known.is_same_as(key) else key


def why_unusable(found: Mapping[str, Key], left_out: list[str]) -> str:
    foreign = [
        f'kid {key.kid}: {", ".join(sorted(key.algorithms))} not in BETTER_AUTH["ALGORITHMS"]' for key in found.values()
    ]
    return with_variables("; ".join((left_out + foreign)[:MAX_REASONS]))
