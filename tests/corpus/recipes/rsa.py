"""What only RSA allows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tests.corpus.keys import KEYS, decode_integer, encode, pkcs1_encoded, pss_encoded
from tests.corpus.maker import Maker, Row

SHA256_HEAD = bytes.fromhex("3031300d060960864801650304020105000420")


def pkcs1_rows(make: Maker) -> Iterator[Row]:
    unsigned = make.unsigned().encode()
    modulus = decode_integer(make.key.private_jwk["n"])
    signature = int.from_bytes(make.key.sign(unsigned), "big")
    yield Row("rs256-good", "A plain RS256 token.", "", make.token())
    numbers = {
        "zero": ("The signature is zero.", 0),
        "one": ("The signature is one.", 1),
        "minus-one": ("The signature is the modulus minus one.", modulus - 1),
        "modulus": ("The signature is the modulus.", modulus),
        "negated": ("The modulus minus the signature.", modulus - signature),
    }
    for name, (says, number) in numbers.items():
        yield Row(f"rs256-{name}", says, "bad_signature", make.with_signature(number.to_bytes(256, "big")))
    above = (signature + modulus).to_bytes(257, "big")
    yield Row(
        "rs256-above",
        "The signature plus the modulus (RFC 8017, 5.2.2: refuse).",
        "bad_signature",
        make.with_signature(above.lstrip(b"\0")),
    )
    for name, (says, block) in paddings(unsigned).items():
        yield Row(f"rs256-{name}", says, "bad_signature", make.with_signature(make.key.sign_raw(block)))
    for algorithm in ("RS384", "RS512", "PS256"):
        forged = make.key.sign(unsigned, algorithm)
        yield Row(
            f"rs256-by-{algorithm.lower()}",
            f"alg is RS256, the signature is made by {algorithm}.",
            "bad_signature",
            make.with_signature(forged),
        )


def paddings(message: bytes) -> dict[str, tuple[str, bytes]]:
    """Blocks that only the key's owner can sign here, and that anybody can forge where the exponent is small."""
    digest = hashlib.sha256(message).digest()
    good = pkcs1_encoded(message, "sha256")
    short = b"\0\1" + b"\xff" * 8 + b"\0" + SHA256_HEAD + digest
    return {
        "sha1": ("A digest by SHA-1 inside.", pkcs1_encoded(message, "sha1")),
        "rubbish-after": (
            "Little padding, and rubbish after the digest (Bleichenbacher, 2006).",
            short + bytes(256 - len(short)),
        ),
        "type-2": ("Padding of the kind for encryption.", b"\0\2" + good[2:]),
        "type-0": ("Padding with zeros.", b"\0\0" + good[2:].replace(b"\xff", b"\0")),
        "no-info": ("The digest without the name of its algorithm.", b"\0\1" + b"\xff" * 221 + b"\0" + digest),
        "padding-byte": ("One byte of the padding is another.", good[:100] + b"\xfe" + good[101:]),
        "first-byte": ("The block does not begin with a zero.", b"\1" + good[1:]),
        "other-digest": ("The digest of something else.", pkcs1_encoded(message + b"x", "sha256")),
        "bare": ("The token's digest and no padding at all.", bytes(224) + digest),
    }


def small_exponent_rows(make: Maker) -> Iterator[Row]:
    """A key whose exponent is 3: a cube root is enough where a verifier does not look at the whole block."""
    key = KEYS["rsa-exponent-3"]
    unsigned = make.unsigned(header=make.header(key)).encode()
    head = b"\0\1\xff\xff\xff\xff\xff\xff\xff\xff\0" + SHA256_HEAD + hashlib.sha256(unsigned).digest()
    root = cube_root(int.from_bytes(head + b"\xff" * (256 - len(head)), "big"))
    says = "Forged without the private key, for verifiers that ignore what follows the digest (CVE-2006-4339)."
    yield Row("rs256-cube-root", says, "bad_signature", f"{unsigned.decode()}.{encode(root.to_bytes(256, 'big'))}")
    yield Row("rs256-exponent-3-good", "A plain RS256 token by a key whose exponent is 3.", "", make.token(key=key))


def cube_root(number: int) -> int:
    """The largest number whose cube is not above this one."""
    root = 1 << (number.bit_length() + 2) // 3
    while root**3 > number:
        root = (2 * root + number // root**2) // 3
    return root


def pss_rows(make: Maker) -> Iterator[Row]:
    """RFC 7518, 3.5: the salt is as long as the digest, and the mask is made by the same hash."""
    unsigned = make.unsigned().encode()
    yield Row("ps256-good", "A plain PS256 token.", "", make.token())
    blocks = {
        "no-salt": ("There is no salt.", pss_encoded(unsigned, "sha256", 0)),
        "salt-20": ("The salt has 20 bytes.", pss_encoded(unsigned, "sha256", 20)),
        "salt-64": ("The salt has 64 bytes.", pss_encoded(unsigned, "sha256", 64)),
        "salt-most": ("The salt is as long as possible, OpenSSL's default.", pss_encoded(unsigned, "sha256", 222)),
        "mask-sha1": ("The mask is made by SHA-1.", pss_encoded(unsigned, "sha256", mask="sha1")),
        "sha1": ("Digest and mask by SHA-1.", pss_encoded(unsigned, "sha1")),
        "sha512": ("Digest and mask by SHA-512.", pss_encoded(unsigned, "sha512")),
        "trailer": ("The last byte is another.", pss_encoded(unsigned, "sha256")[:-1] + b"\xcc"),
        "pkcs1": ("Signed with the padding of RS256.", pkcs1_encoded(unsigned, "sha256")),
    }
    for name, (says, block) in blocks.items():
        yield Row(f"ps256-{name}", says, "bad_signature", make.with_signature(make.key.sign_raw(block)))


def confusion_rows(make: Maker) -> Iterator[Row]:
    """Where several algorithms are accepted, a token may still not use a key for another one."""
    families = ("EdDSA", "ES256", "RS256")
    for algorithm in families:
        key = KEYS[f"main-{algorithm}"]
        yield Row(
            f"mixed-{algorithm.lower()}-good",
            f"A plain {algorithm} token beside keys of other kinds.",
            "",
            make.token(key=key),
        )
        for other in families:
            if other != algorithm:
                token = make.token({"alg": other}, key)
                yield Row(
                    f"mixed-{other.lower()}-by-{algorithm.lower()}-key",
                    f"alg is {other}, the key signs {algorithm}.",
                    "key_algorithm",
                    token,
                )
    key = KEYS["main-RS256"]
    unsigned = make.unsigned(header=make.header(key, alg="PS256"))
    token = f"{unsigned}.{encode(key.sign(unsigned.encode(), 'PS256'))}"
    says = "alg is PS256; the key's own alg is RS256 (RFC 7517, 4.4)."
    yield Row("mixed-ps256-by-rs256-key", says, "key_algorithm", token)
