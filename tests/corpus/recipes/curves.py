"""What only elliptic curves allow: Ed25519 and ECDSA."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import utils

from tests.corpus import edwards
from tests.corpus.keys import CURVES, KEYS, decode, encode
from tests.corpus.maker import SHOULD, Maker, Row

ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16
    ),
    "ES512": int("1ff" + "f" * 63 + "a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", 16),
}
PRIME_256 = 2**256 - 2**224 + 2**192 + 2**96 - 1


def eddsa_rows(make: Maker) -> Iterator[Row]:
    unsigned = make.unsigned().encode()
    signature = make.key.sign(unsigned)
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    yield Row("eddsa-good", "A plain Ed25519 token.", "", make.token())
    scalars = {
        "s-plus-order": ("S plus the order of the group (RFC 8032, 5.1.7: refuse).", s + edwards.ORDER),
        "s-plus-2-orders": ("S plus twice the order.", s + 2 * edwards.ORDER),
        "s-plus-15-orders": ("S plus fifteen times the order, the most that fits.", s + 15 * edwards.ORDER),
        "s-negated": ("The order minus S.", edwards.ORDER - s),
        "s-zero": ("S is zero.", 0),
        "s-order": ("S is the order.", edwards.ORDER),
        "s-top-bit": ("The top bit of S is set.", s | 1 << 255),
    }
    for name, (says, scalar) in scalars.items():
        yield Row(
            f"eddsa-{name}", says, "bad_signature", make.with_signature(r + (scalar % 2**256).to_bytes(32, "little"))
        )
    yield from strange_points(make, signature)
    yield from variants(make, unsigned)
    yield Row("eddsa-ed448-length", "114 bytes, as Ed448 would have.", "bad_signature", make.with_signature(bytes(114)))
    named = make.sign(make.claims(), make.header(alg="Ed25519"))
    yield Row("eddsa-new-name", "alg is Ed25519, the name of RFC 9864; the settings say EdDSA.", "", named, SHOULD)


def strange_points(make: Maker, signature: bytes) -> Iterator[Row]:
    r, s = signature[:32], signature[32:]
    negated = r[:31] + bytes([r[31] ^ 0x80])
    points = {
        "r-zero": ("R is all zeros, a point of order 4.", bytes(32)),
        "r-identity": ("R is the neutral point.", edwards.encode(edwards.IDENTITY)),
        "r-prime": ("R is the prime, another spelling of zero.", edwards.P.to_bytes(32, "little")),
        "r-identity-spelled": (
            "R is the neutral point, spelled as the prime plus one.",
            (edwards.P + 1).to_bytes(32, "little"),
        ),
        "r-off-curve": ("R is no point of the curve.", (2).to_bytes(32, "little")),
        "r-ones": ("R is all ones.", b"\xff" * 32),
        "r-negated": ("The sign of R is changed.", negated),
        "r-public": ("R is the public key.", decode(make.key.jwk["x"])),
    }
    for name, (says, point) in points.items():
        yield Row(f"eddsa-{name}", says, "bad_signature", make.with_signature(point + s))
    yield Row(
        "eddsa-all-identity",
        "R is the neutral point and S is zero: good under keys of small order.",
        "bad_signature",
        make.with_signature(edwards.encode(edwards.IDENTITY) + bytes(32)),
    )
    unsigned, secret = make.unsigned().encode(), edwards.Secret(decode(make.key.private_jwk["d"]))
    for multiple in (1, 2, 4):
        says = f"R is moved by a point of order {8 // multiple}: good only for who multiplies all by eight (RFC 8032)."
        moved = secret.sign(unsigned, offset=edwards.small_order(multiple))
        yield Row(f"eddsa-r-order-{8 // multiple}", says, "bad_signature", make.with_signature(moved), SHOULD)


def variants(make: Maker, unsigned: bytes) -> Iterator[Row]:
    """Ed25519ph and Ed25519ctx are other algorithms (RFC 8032, 5.1)."""
    secret = edwards.Secret(decode(make.key.private_jwk["d"]))
    domain = b"SigEd25519 no Ed25519 collisions"
    hashed = secret.sign(hashlib.sha512(unsigned).digest(), prefix=domain + b"\x01\x00")
    context = secret.sign(unsigned, prefix=domain + b"\x00\x03jwt")
    yield Row(
        "eddsa-prehashed", "An Ed25519ph signature by the right key.", "bad_signature", make.with_signature(hashed)
    )
    yield Row(
        "eddsa-context", "An Ed25519ctx signature by the right key.", "bad_signature", make.with_signature(context)
    )
    digest = secret.sign(hashlib.sha512(unsigned).digest())
    yield Row(
        "eddsa-digest",
        "An Ed25519 signature over the SHA-512 of the token.",
        "bad_signature",
        make.with_signature(digest),
    )


def ecdsa_rows(make: Maker) -> Iterator[Row]:
    """CVE-2022-21449 and its relatives. r and s are numbers from 1 to the order of the group, without it."""
    name = make.key.algorithm
    order, size = ORDERS[name], (CURVES[name][0].key_size + 7) // 8
    signature = make.key.sign(make.unsigned().encode())
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    slug = name.lower()
    yield Row(f"{slug}-good", f"A plain {name} token.", "", make.token())
    yield Row(
        f"{slug}-other-s",
        "The order minus s: the other of the two signatures that ECDSA has. JWA does not choose.",
        "",
        make.with_signature(joined(r, order - s, size)),
        SHOULD,
    )
    numbers = {
        "zeros": ("r and s are zero.", 0, 0),
        "r-zero": ("r is zero.", 0, s),
        "s-zero": ("s is zero.", r, 0),
        "ones": ("r and s are one.", 1, 1),
        "orders": ("r and s are the order.", order, order),
        "r-order": ("r is the order.", order, s),
        "s-order": ("s is the order.", r, order),
        "r-above": ("r is the order plus one.", order + 1, s),
        "swapped": ("r and s have changed places.", s, r),
        "most": ("r and s are as large as their bytes allow.", 2 ** (8 * size) - 1, 2 ** (8 * size) - 1),
    }
    for case, (says, first, second) in numbers.items():
        yield Row(f"{slug}-{case}", says, "bad_signature", make.with_signature(joined(first, second, size)))
    yield from ecdsa_forms(make, slug, (r, s), size)


def joined(r: int, s: int, size: int) -> bytes:
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def ecdsa_forms(make: Maker, slug: str, numbers: tuple[int, int], size: int) -> Iterator[Row]:
    (r, s), zero = numbers, utils.encode_dss_signature(0, 0)
    forms = {
        "der": ("The signature is in DER, not r and s side by side (RFC 7518, 3.4).", utils.encode_dss_signature(r, s)),
        "der-zeros": ("r and s are zero, in DER.", zero),
        "wider": ("r and s have a zero byte more each.", joined(r, s, size + 1)),
        "no-s": ("s is missing.", r.to_bytes(size, "big")),
        "little-endian": (
            "r and s have their bytes reversed.",
            r.to_bytes(size, "little") + s.to_bytes(size, "little"),
        ),
        "p1363-and-more": ("A byte between r and s.", r.to_bytes(size, "big") + b"\0" + s.to_bytes(size, "big")),
    }
    for case, (says, signature) in forms.items():
        yield Row(f"{slug}-{case}", says, "bad_signature", make.with_signature(signature))


def curve_rows(make: Maker) -> Iterator[Row]:
    """Where ES256, ES384 and ES512 are all accepted: each goes with one curve (RFC 7518, 3.4)."""
    for algorithm in ("ES256", "ES384", "ES512"):
        key = KEYS[f"main-{algorithm}"]
        others = [name for name in ("ES256", "ES384", "ES512") if name != algorithm]
        yield Row(f"curves-{algorithm.lower()}-good", f"A plain {algorithm} token.", "", make.token(key=key))
        for other in others:
            unsigned = make.unsigned(header=make.header(key, alg=other))
            signature = key.sign_der(unsigned.encode(), CURVES[other][1])
            r, s = utils.decode_dss_signature(signature)
            token = f"{unsigned}.{encode(joined(r, s, (CURVES[algorithm][0].key_size + 7) // 8))}"
            yield Row(
                f"curves-{other.lower()}-by-{algorithm.lower()}-key",
                f"alg is {other}; the key and its curve are {algorithm}'s.",
                "key_algorithm",
                token,
            )
