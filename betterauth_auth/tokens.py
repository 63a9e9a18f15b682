"""str -> VerifiedToken. Every check is stated here, the cheapest first, and each refusal has its own reason."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple, final

from betterauth_auth import claims as told
from betterauth_auth import conf, mistaken
from betterauth_auth.conf import ABSENT, OAUTH_ACCESS, Policy, Settings
from betterauth_auth.exceptions import InvalidToken, KeysUnavailable
from betterauth_auth.jwks import keyset
from betterauth_auth.jwks.keys import Key, canonical, is_kid
from betterauth_auth.jwks.waiting import Steps, awaiting, blocking
from betterauth_auth.strict_json import Claims, JsonObject, decode_base64url, encode_base64url, frozen, load_object
from betterauth_auth.tokencache import Entry, TokenCache

MAX_TOKEN_BYTES = 16 * 1024
MAX_SUBJECT_CHARACTERS = 255
SEGMENTS = 3
HEADER_PARAMETERS = frozenset({"alg", "kid", "typ"})

cache = TokenCache()


@final
@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """Claims whose signature, issuer, audience and times were checked. Only `verify` makes one."""

    issuer: str
    identity_issuer: str
    """Whose subjects these are; the issuer, unless BETTER_AUTH["IDENTITY_ISSUER"] names another of the same server."""
    subject: str
    audiences: tuple[str, ...]
    issued_at: datetime
    """Whole seconds, rounded down, so that it compares safely with a cut-off."""
    expires_at: datetime
    scopes: frozenset[str]
    kid: str
    claims: Claims = field(repr=False)
    """All claims, read-only to any depth: arrays are tuples."""
    is_client: bool = False
    """Whether it stands for a program, whose `client_id` is the subject, and for no person."""
    is_oauth_access: bool = False
    session_mark: str = told.SESSIONLESS
    """What `Identity.ended_sessions` holds once the session has ended."""

    # Each as of `issued_at`: who lost a role since then has it until this token expires.

    @property
    def roles(self) -> frozenset[str]:
        return told.roles(self.claims)

    @property
    def organization(self) -> told.Organization | None:
        return told.organization(self.claims)

    @property
    def session_id(self) -> str:
        return told.text(self.claims.get("sid"))

    @property
    def impersonated_by(self) -> str:
        return told.text(self.claims.get("impersonatedBy"))

    @property
    def client_id(self) -> str:
        return told.text(self.claims.get("client_id")) or told.text(self.claims.get("azp"))


class Parsed(NamedTuple):
    """A well-formed token about which nothing is proved."""

    signed: bytes
    signature: bytes
    algorithm: str
    token_type: str
    kid: str
    claims: JsonObject


def verify(token: str) -> VerifiedToken:
    """The verified token; InvalidToken when it is not good, KeysUnavailable when nobody can tell."""
    found = remembered_or_steps(token)
    return found if type(found) is VerifiedToken else blocking(found)


async def averify(token: str) -> VerifiedToken:
    """The same in an event loop: takes no thread, and holds nobody up while the issuer is asked."""
    found = remembered_or_steps(token)
    return found if type(found) is VerifiedToken else await awaiting(found)


def remembered_or_steps(token: str) -> VerifiedToken | Steps[VerifiedToken]:
    settings = conf.current()
    now = time.time()
    raw = as_bytes(token)
    digest = hashlib.sha256(raw).digest()
    # Without a method around it: this is most of what a remembered token costs.
    entry = cache.young.get(digest) or cache.old.get(digest)
    if entry is not None and entry.settings is settings and now < entry.until and entry.keys.holds(entry.key):
        return entry.token
    return steps_to_verify(raw, digest, settings, now)


def steps_to_verify(raw: bytes, digest: bytes, settings: Settings, now: float) -> Steps[VerifiedToken]:
    if not settings.policies:
        raise KeysUnavailable("not_configured", 60)
    parsed = parse(raw, settings)
    policy = policy_for(parsed, settings, now)
    keys = keyset.of(policy.source)
    key = yield from steps_to_prove(parsed, keys)
    verified = checked_claims(parsed, policy, now)
    until = min(verified.expires_at.timestamp(), now + settings.token_cache_seconds)
    if settings.token_cache_entries and now < until:
        cache.keep(digest, Entry(settings, verified, keys, key, until), len(raw), settings.token_cache_entries)
    return verified


def steps_to_verify_detached(raw: bytes, payload: bytes, policy: Policy) -> Steps[str]:
    """The kid of a signature that stands beside what was signed (RFC 7515, appendix F)."""
    head, gap, tail = raw.partition(b"..")
    try:
        header, signature = load_object(decode_base64url(head)), decode_base64url(tail)
    except ValueError:
        raise InvalidToken("malformed", "it is no detached signature: header, two dots, signature") from None
    signed = head + gap[1:] + encode_base64url(payload)
    parsed = Parsed(signed, signature, *checked_header(header, policy), {})
    return (yield from steps_to_prove(parsed, keyset.of(policy.source))).kid


def as_bytes(token: str) -> bytes:
    if not token:
        raise InvalidToken("empty", "there is nothing after Bearer")
    if len(token) > MAX_TOKEN_BYTES:
        raise InvalidToken("too_large", f"it has {len(token)} characters, {MAX_TOKEN_BYTES} are accepted")
    if not token.isascii():
        raise InvalidToken("malformed", "it holds characters that no token has")
    return token.encode("ascii")


def parse(raw: bytes, settings: Settings) -> Parsed:
    segments = raw.split(b".", SEGMENTS)
    if len(segments) != SEGMENTS:
        raise mistaken.refusal(raw)
    try:
        header_text, payload_text, signature = map(decode_base64url, segments)
    except ValueError:
        raise mistaken.refusal(raw) from None
    try:
        header, claims = load_object(header_text), load_object(payload_text)
    except ValueError as exc:
        raise InvalidToken("malformed_json", f"header or claims are not strict JSON objects: {exc}") from None
    return Parsed(raw[: raw.rindex(b".")], signature, *checked_header(header, settings), claims)


def checked_header(header: JsonObject, rules: Settings | Policy) -> tuple[str, str, str]:
    """Algorithm, type and kid."""
    if foreign := header.keys() - HEADER_PARAMETERS:
        raise InvalidToken("header_parameter", f"the header holds {sorted(foreign)}, which nothing here may obey")
    algorithm = header.get("alg")
    algorithm = canonical(algorithm) if isinstance(algorithm, str) else ""
    if algorithm not in rules.algorithms:
        raise InvalidToken("algorithm", f'it is signed with {header.get("alg")!r}; see BETTER_AUTH["ALGORITHMS"]')
    token_type = type_of(header)
    if token_type not in rules.token_types:
        raise InvalidToken("token_type", f'its typ is {header.get("typ")!r}; see BETTER_AUTH["TOKEN_TYPES"]')
    kid = header.get("kid")
    if not is_kid(kid):
        raise InvalidToken("kid", "its header has no kid of 1 to 128 printable characters")
    return algorithm, token_type, kid


def type_of(header: JsonObject) -> str:
    if "typ" not in header:
        return ABSENT
    value = header["typ"]
    # Media types know no case and may leave out "application/" (RFC 7515, 4.1.9). A literal "absent" is not absence.
    name = value.lower().removeprefix("application/") if isinstance(value, str) else ""
    return "" if name == ABSENT else name


def policy_for(parsed: Parsed, settings: Settings, now: float) -> Policy:
    """The policy of the issuer the token names, if the token could be good at all: junk never causes a fetch."""
    claims, issuer = parsed.claims, parsed.claims.get("iss")
    policy = settings.policy_of_issuer.get(issuer) if isinstance(issuer, str) else None
    if policy is None:
        expected = ", ".join(settings.policy_of_issuer)
        raise InvalidToken("issuer", f'its issuer is {issuer!r}, expected {expected}: set BETTER_AUTH["ISSUER"]')
    if parsed.algorithm not in policy.algorithms:
        raise InvalidToken("algorithm", f'this issuer may not sign with {parsed.algorithm}: BETTER_AUTH["ALGORITHMS"]')
    if parsed.token_type not in policy.token_types:
        raise InvalidToken(
            "token_type", f'tokens of this issuer may not have typ {parsed.token_type}: BETTER_AUTH["TOKEN_TYPES"]'
        )
    if policy.audiences.isdisjoint(audiences(claims)):
        expected = ", ".join(sorted(policy.audiences))
        raise InvalidToken(
            "audience", f'its audience is {claims.get("aud")!r}, expected {expected}: set BETTER_AUTH["AUDIENCE"]'
        )
    expires = numeric(claims, "exp")
    if expires + policy.leeway_seconds <= now:
        raise InvalidToken("expired", f"it expired {round(now - expires)} seconds ago")
    return policy


def audiences(claims: Claims) -> tuple[str, ...]:
    value = claims.get("aud")
    values = value if isinstance(value, list) else [value]
    found = tuple(audience for audience in values if isinstance(audience, str))
    if len(found) < len(values):
        raise InvalidToken("audience", "aud is neither a string nor an array of strings")
    return found


def numeric(claims: Claims, name: str) -> float:
    if name not in claims:
        raise InvalidToken("missing_claim", f"it has no {name}")
    value = claims[name]
    # bool is an int to Python; infinities and NaN did not get past the parser.
    if type(value) is not int and type(value) is not float:
        raise InvalidToken("claim_type", f"{name} is not a number")
    return value


def steps_to_prove(parsed: Parsed, keys: keyset.KeySet) -> Steps[Key]:
    """The key that made the signature."""
    key = yield from keys.steps_to_find(parsed.kid)
    if is_signed_by(parsed, key):
        return key
    again = yield from keys.steps_to_find_replacement(key)
    if again is not None and is_signed_by(parsed, again):
        return again
    raise InvalidToken("bad_signature", f"the signature was not made by key {parsed.kid} of this issuer")


def is_signed_by(parsed: Parsed, key: Key) -> bool:
    if parsed.algorithm not in key.algorithms:
        raise InvalidToken("key_algorithm", f"key {key.kid} cannot sign with {parsed.algorithm}")
    return key.verifies(parsed.algorithm, parsed.signed, parsed.signature)


def checked_claims(parsed: Parsed, policy: Policy, now: float) -> VerifiedToken:
    claims = parsed.claims
    issued, expires = numeric(claims, "iat"), numeric(claims, "exp")
    if issued > now + policy.leeway_seconds:
        raise InvalidToken("issued_in_future", "it was issued in the future; compare the clocks of the two servers")
    if not 0 < expires - issued <= policy.max_token_lifetime_seconds:
        raise InvalidToken("lifetime", 'it lives too long: see BETTER_AUTH["MAX_TOKEN_LIFETIME_SECONDS"]')
    if "nbf" in claims and numeric(claims, "nbf") > now + policy.leeway_seconds:
        raise InvalidToken("not_yet_valid", "it is not valid yet; compare the clocks of the two servers")
    refuse_other_kinds(parsed, policy)
    refuse_standing(claims, policy, now)
    issuer = str(claims["iss"])
    return VerifiedToken(
        issuer=issuer,
        identity_issuer=policy.people.identity_issuer or issuer,
        subject=checked_subject(claims),
        audiences=audiences(claims),
        issued_at=datetime.fromtimestamp(issued // 1, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        scopes=told.scopes(claims),
        kid=parsed.kid,
        claims=frozen(claims),
        is_client=told.is_of_client(claims),
        is_oauth_access=parsed.token_type == OAUTH_ACCESS,
        session_mark=told.session_mark(claims.get("sid")),
    )


def checked_subject(claims: Claims) -> str:
    subject = claims.get("sub")
    if "sub" not in claims:
        raise InvalidToken("missing_claim", "it has no sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        raise InvalidToken("subject", "sub is not a string of 1 to 255 characters")
    if not subject.isprintable() or subject != subject.strip():
        raise InvalidToken("subject", "sub holds control characters or spaces around it")
    return subject


def refuse_other_kinds(parsed: Parsed, policy: Policy) -> None:
    claims = parsed.claims
    if "cnf" in claims:
        raise InvalidToken("sender_constrained", "it is bound to its sender (cnf) and no plain Bearer token")
    is_welcome = policy.accepts_clients and parsed.token_type == OAUTH_ACCESS and told.scopes(claims)
    if told.is_of_client(claims) and not is_welcome:
        raise InvalidToken(
            "client_credentials", 'it stands for a client, not for a person: BETTER_AUTH["ACCEPT_CLIENTS"]'
        )


def refuse_standing(claims: Claims, policy: Policy, now: float) -> None:
    for standing in told.standing(claims, now):
        if standing in policy.refused_standings:
            raise InvalidToken(standing, f'the person is {standing}; see BETTER_AUTH["REFUSE"]')
