"""The private keys of the corpus, which everybody knows. Their signatures can be repeated byte by byte."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

DATA = Path(__file__).resolve().parent / "data"
CURVES = {
    "ES256": (ec.SECP256R1(), hashes.SHA256()),
    "ES384": (ec.SECP384R1(), hashes.SHA384()),
    "ES512": (ec.SECP521R1(), hashes.SHA512()),
    "ES256K": (ec.SECP256K1(), hashes.SHA256()),
}
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_integer(number: int, size: int | None = None) -> str:
    return encode(number.to_bytes(size or max(1, (number.bit_length() + 7) // 8), "big"))


def decode_integer(text: str) -> int:
    return int.from_bytes(decode(text), "big")


@dataclass(frozen=True)
class PrivateKey:
    algorithm: str
    private_jwk: dict[str, str]

    @property
    def kid(self) -> str:
        return self.private_jwk["kid"]

    @property
    def jwk(self) -> dict[str, Any]:
        """What Better Auth would publish of it."""
        public = {name: value for name, value in self.private_jwk.items() if name not in PRIVATE}
        return {"alg": self.algorithm, **public}

    @property
    def public(self) -> Any:
        return self.loaded.public_key()

    @cached_property
    def loaded(self) -> Any:
        if self.algorithm == "EdDSA":
            return ed25519.Ed25519PrivateKey.from_private_bytes(decode(self.private_jwk["d"]))
        numbers = {
            name: decode_integer(value) for name, value in self.private_jwk.items() if name in {*PRIVATE, "n", "e"}
        }
        if self.algorithm in CURVES:
            return ec.derive_private_key(numbers["d"], CURVES[self.algorithm][0])
        public = rsa.RSAPublicNumbers(numbers["e"], numbers["n"])
        names = {"dp": "dmp1", "dq": "dmq1", "qi": "iqmp"}
        parts = {names.get(name, name): numbers[name] for name in PRIVATE}
        return rsa.RSAPrivateNumbers(public_numbers=public, **parts).private_key(unsafe_skip_rsa_key_validation=True)

    def sign(self, message: bytes, algorithm: str = "") -> bytes:
        algorithm = algorithm or self.algorithm
        if algorithm == "EdDSA":
            return self.loaded.sign(message)
        if algorithm in CURVES:
            size = (CURVES[algorithm][0].key_size + 7) // 8
            r, s = utils.decode_dss_signature(self.sign_der(message, CURVES[algorithm][1]))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if algorithm.startswith("PS"):
            return self.sign_raw(pss_encoded(message, f"sha{algorithm[2:]}"))
        return self.loaded.sign(message, padding.PKCS1v15(), getattr(hashes, f"SHA{algorithm[2:]}")())

    def sign_der(self, message: bytes, digest: hashes.HashAlgorithm) -> bytes:
        return self.loaded.sign(message, ec.ECDSA(digest, deterministic_signing=True))

    def sign_raw(self, encoded: bytes) -> bytes:
        """RSA without any padding of its own, also by keys that no library takes."""
        part = {name: decode_integer(text) for name, text in self.private_jwk.items() if name in {"n", *PRIVATE}}
        message = int.from_bytes(encoded, "big")
        if "dp" in part:
            # By the two primes apart, which is four times as fast (RFC 8017, 5.1.2).
            one, other = pow(message, part["dp"], part["p"]), pow(message, part["dq"], part["q"])
            signature = other + (one - other) * part["qi"] % part["p"] * part["q"]
        else:
            signature = pow(message, part["d"], part["n"])
        return signature.to_bytes((part["n"].bit_length() + 7) // 8, "big")


def pss_encoded(message: bytes, name: str, salt_size: int | None = None, mask: str = "", size: int = 256) -> bytes:
    """EMSA-PSS (RFC 8017, 9.1.1) for a modulus of `size` bytes, with a salt that follows from the message."""
    digest = hashlib.new(name, message).digest()
    wanted = len(digest) if salt_size is None else salt_size
    salt = hashlib.shake_256(message).digest(wanted)
    hashed = hashlib.new(name, bytes(8) + digest + salt).digest()
    block = bytes(size - len(salt) - len(hashed) - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, mask_of(hashed, len(block), mask or name), strict=True))
    masked[0] &= 0x7F
    return bytes(masked) + hashed + b"\xbc"


def mask_of(seed: bytes, size: int, name: str) -> bytes:
    blocks = (hashlib.new(name, seed + counter.to_bytes(4, "big")).digest() for counter in range(size // 16 + 1))
    return b"".join(blocks)[:size]


def pkcs1_encoded(message: bytes, name: str, size: int = 256) -> bytes:
    """EMSA-PKCS1-v1_5 (RFC 8017, 9.2)."""
    heads = {"sha1": "3021300906052b0e03021a05000414", "sha256": "3031300d060960864801650304020105000420"}
    info = bytes.fromhex(heads[name]) + hashlib.new(name, message).digest()
    return b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info


def all_keys() -> dict[str, PrivateKey]:
    """By name. `main` signs, `older` signed before it, `mallory` is the attacker's."""
    found = json.loads((DATA / "keys.json").read_text(encoding="utf-8"))
    return {name: PrivateKey(algorithm_of(name), jwk) for name, jwk in found.items()}


def algorithm_of(name: str) -> str:
    role, _, algorithm = name.partition("-")
    return "RS256" if role == "rsa" else algorithm


KEYS = all_keys()
