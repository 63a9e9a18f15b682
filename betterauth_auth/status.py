"""How the key sets are, from memory alone: for health checks, metrics and operators' pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from betterauth_auth import conf
from betterauth_auth.jwks import keyset
from betterauth_auth.jwks.snapshot import NEVER


@dataclass(frozen=True, slots=True)
class KeySetStatus:
    issuers: tuple[str, ...]
    source: str
    """The JWKS URL, the file, or `static JWKS`."""
    kids: tuple[str, ...]
    algorithms: tuple[str, ...]
    left_out: tuple[str, ...]
    """Why each JWK that cannot be used cannot be used."""
    is_usable: bool
    """Whether tokens can be verified right now without a fetch."""
    age_seconds: float | None
    last_outcome: str
    """`never`, `ok`, or what was wrong with the last fetch."""
    last_attempt_at: datetime | None


def key_sets() -> list[KeySetStatus]:
    return [status_of(policy) for policy in conf.current().policies]


def status_of(policy: conf.Policy) -> KeySetStatus:
    refresher = keyset.of(policy.source).refresher
    snapshot, now = refresher.snapshot, refresher.clock()
    is_fetched = snapshot.asked_at != NEVER
    return KeySetStatus(
        issuers=policy.issuers,
        source=policy.source.name,
        kids=tuple(snapshot.keys),
        algorithms=tuple(sorted({name for key in snapshot.keys.values() for name in key.algorithms})),
        left_out=snapshot.left_out,
        is_usable=now < snapshot.hard_until,
        age_seconds=now - snapshot.asked_at if is_fetched else None,
        last_outcome=refresher.outcome.reason,
        last_attempt_at=datetime.fromtimestamp(refresher.last_attempt_at, UTC) if refresher.last_attempt_at else None,
    )


def warm_up() -> None:
    """Starts fetching what is missing or old, in the background; a readiness probe may call it each time."""
    for policy in conf.current().policies:
        keyset.of(policy.source).refresher.refresh_in_background()
