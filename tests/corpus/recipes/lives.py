"""Key sets that change while a verifier uses them, and crowds that should not make it ask again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.corpus.keys import PrivateKey
from tests.corpus.maker import ACCEPT, REFUSE, UNAVAILABLE, Maker
from tests.corpus.recipes.keysets import maker
from tests.corpus.recipes.scripts import GOOD, MALLORY, NEW, Server, Step, answer, asked, document

CROWD = 20
NO_KEYS = b'{"keys":[]}'


def lives(now: int) -> Iterator[Server]:
    yield from rotations(now)
    yield from crowds(now)


def rotations(now: int) -> Iterator[Server]:
    rotations: dict[str, tuple[str, Callable[[Maker], list[Step]]]] = {
        "new-key": ("A new key signs right after the set was fetched, as Better Auth's always does.", new_key),
        "third-key": ("Several servers rotate at once: two new keys one after the other.", third_key),
        "same-kid": ("The database was made anew: the old kid is another key's.", same_kid),
        "withdrawn": ("A key was withdrawn, and the verifier has seen the set without it.", withdrawn),
        "mallory": ("The attacker's token comes first, and its kid is not in the set.", mallory_first),
        "empty": ("The set is empty, which is legal: all keys are past their time.", empty),
        "emptied": ("The set is suddenly empty: a mistake, as like as not.", emptied),
        "recovery": ("The server is back a second after it failed.", recovery),
    }
    for name, (says, steps) in rotations.items():
        entry_id = f"rotation-{name}"
        yield Server(entry_id, says, steps(maker(entry_id, now)), "changing key sets")


def with_keys(*keys: PrivateKey) -> Step:
    return {"play": answer(document(*keys))}


def in_use(make: Maker) -> list[Step]:
    """The verifier has fetched a set of one key."""
    return [with_keys(GOOD), asked(make.token(), ACCEPT)]


def new_key(make: Maker) -> list[Step]:
    return [*in_use(make), with_keys(GOOD, NEW), asked(make.token(key=NEW), ACCEPT)]


def third_key(make: Maker) -> list[Step]:
    third = [asked(make.token(key=MALLORY), ACCEPT), asked(make.token(sub="bob"), ACCEPT)]
    return [*new_key(make), with_keys(GOOD, NEW, MALLORY), *third]


def same_kid(make: Maker) -> list[Step]:
    other = PrivateKey("EdDSA", {**NEW.private_jwk, "kid": GOOD.kid})
    return [*in_use(make), with_keys(other), asked(make.token(key=other), ACCEPT)]


def withdrawn(make: Maker) -> list[Step]:
    old = [asked(make.token(), REFUSE, "unknown_kid"), asked(make.token(sub="bob"), REFUSE, "unknown_kid")]
    return [*in_use(make), with_keys(NEW), asked(make.token(key=NEW), ACCEPT), *old]


def mallory_first(make: Maker) -> list[Step]:
    return [with_keys(GOOD, NEW), asked(make.token(key=MALLORY), REFUSE, "unknown_kid"), asked(make.token(), ACCEPT)]


def empty(make: Maker) -> list[Step]:
    return [{"play": answer(NO_KEYS)}, asked(make.token(), REFUSE, "unknown_kid")]


def emptied(make: Maker) -> list[Step]:
    unknown, known = asked(make.token(key=NEW), UNAVAILABLE, "empty_set"), asked(make.token(sub="bob"), ACCEPT)
    return [*in_use(make), {"play": answer(NO_KEYS)}, unknown, known]


def recovery(make: Maker) -> list[Step]:
    failing = [{"play": answer(b"", 500)}, asked(make.token(), UNAVAILABLE, "status_500")]
    return [*failing, {"wait": 1.2}, *in_use(make)]


def crowds(now: int) -> Iterator[Server]:
    """Anybody can send tokens; how often the server of the keys is asked is not theirs to say."""
    kinds: dict[str, tuple[str, int, Callable[[Maker, str], str]]] = {
        "unknown-kids": ("kids that no key has", 6, lambda make, number: make.token({"kid": f"junk-{number}"})),
        "one-kid": ("tokens of one kid that no key has", 6, lambda make, number: make.token({"kid": "x"}, jti=number)),
        "signatures": ("bad signatures under the right kid", 6, forged),
        "foreign": ("tokens of another issuer: nothing about them needs a key", 1, foreign),
        "expired": ("tokens long expired", 1, expired),
        "good": ("good tokens", 1, lambda make, number: make.token(sub=f"user-{number}")),
    }
    for name, (what, fetches, kind) in kinds.items():
        make = maker(f"crowd-{name}", now)
        expect = ACCEPT if name == "good" else REFUSE
        crowd = [asked(kind(make, str(number)), expect) for number in range(CROWD)]
        says = f"{CROWD} {what}. At most {fetches} fetches are needed."
        steps = [*in_use(make), *crowd, {"fetches_at_most": fetches}]
        yield Server(f"crowd-{name}", says, steps, "crowds")


def forged(make: Maker, number: str) -> str:
    return make.sign(make.claims(jti=number), key=make.mallory)


def foreign(make: Maker, number: str) -> str:
    return make.token({"kid": f"junk-{number}"}, iss="https://mallory.example")


def expired(make: Maker, number: str) -> str:
    return make.token({"kid": f"junk-{number}"}, iat=make.now - 7200, exp=make.now - 3600)
