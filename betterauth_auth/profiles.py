"""Settings under which one kind of token is good and no other, so that each kind goes through the one verifier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from betterauth_auth.conf import Policy, Settings


def settings_for(
    policies: Iterable[Policy], *, audience: str, token_type: str, max_lifetime_seconds: float | None = None
) -> Settings:
    """Nothing that is verified under them is remembered."""
    strict = tuple(
        replace(
            policy,
            audiences=frozenset({audience}),
            token_types=frozenset({token_type}),
            required_scopes=frozenset(),
            accepts_clients=False,
            max_token_lifetime_seconds=max_lifetime_seconds or policy.max_token_lifetime_seconds,
        )
        for policy in policies
    )
    return Settings(
        policies=strict,
        policy_of_issuer={issuer: policy for policy in strict for issuer in policy.issuers},
        algorithms=frozenset().union(*(policy.algorithms for policy in strict)),
        token_types=frozenset({token_type}),
        token_cache_seconds=0,
        token_cache_entries=0,
        is_development=False,
    )
