"""Arithmetic on Edwards25519, slow and plain, for signatures that no library makes (RFC 8032, 5.1)."""

from __future__ import annotations

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]


def x_of(y: int, sign: int) -> int:
    """The x of the point with this y; ValueError where the curve has none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        raise ValueError("not on the curve")
    return P - x if x & 1 != sign else x


def add(one: Point, other: Point) -> Point:
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P)
    return x % P, y % P


def multiply(scalar: int, point: Point) -> Point:
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def encode(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


IDENTITY: Point = (0, 1)
BASE_Y = 4 * pow(5, -1, P) % P
BASE: Point = (x_of(BASE_Y, 0), BASE_Y)
# A point of order 8: eight of its multiples are all the points of small order.
Y_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)
TORSION: Point = (x_of(Y_OF_ORDER_8, 0), Y_OF_ORDER_8)


def small_order(multiple: int) -> Point:
    return multiply(multiple, TORSION)


def challenge(r: bytes, public: bytes, message: bytes, prefix: bytes = b"") -> int:
    return int.from_bytes(hashlib.sha512(prefix + r + public + message).digest(), "little") % ORDER


class Secret:
    """A private key by its seed."""

    def __init__(self, seed: bytes) -> None:
        digest = hashlib.sha512(seed).digest()
        self.scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
        self.nonce_prefix = digest[32:]
        self.public = encode(multiply(self.scalar, BASE))

    def sign(self, message: bytes, *, offset: Point = IDENTITY, prefix: bytes = b"") -> bytes:
        """A signature whose R is moved by `offset`; `prefix` is what Ed25519ctx and Ed25519ph put in front."""
        nonce = int.from_bytes(hashlib.sha512(prefix + self.nonce_prefix + message).digest(), "little") % ORDER
        r = encode(add(multiply(nonce, BASE), offset))
        s = (nonce + challenge(r, self.public, message, prefix) * self.scalar) % ORDER
        return r + s.to_bytes(32, "little")
