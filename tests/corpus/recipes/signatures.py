"""Signatures that the key did not make over this token, whatever the algorithm."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tests.corpus.keys import decode, encode
from tests.corpus.maker import Maker, Row


def rows(make: Maker) -> Iterator[Row]:
    for name, (says, token) in {**changed(make), **elsewhere(make)}.items():
        yield Row(f"signature-{name}", says, "bad_signature", token)
    size = len(make.key.sign(b""))
    constants = {
        "zeros": (f"The signature is {size} bytes of zeros.", bytes(size)),
        "ones": (f"The signature is {size} bytes of ones.", b"\xff" * size),
        "one-byte": ("The signature is one byte.", b"\0"),
        "text": ("The signature is a word.", b"signature"),
        "long": ("The signature is 4,096 bytes.", bytes(4096)),
    }
    for name, (says, signature) in constants.items():
        yield Row(f"signature-{name}", says, "bad_signature", make.with_signature(signature))


def changed(make: Maker) -> dict[str, tuple[str, str]]:
    token = make.token()
    signed, _, text = token.rpartition(".")
    header, payload = signed.split(".")
    signature = decode(text)
    promoted = make.unsigned(make.claims(sub="admin", role="admin"))
    return {
        "first-bit": ("The first bit is changed.", make.with_signature(bit_changed(signature, 0))),
        "middle-bit": (
            "A bit in the middle is changed.",
            make.with_signature(bit_changed(signature, len(signature) // 2)),
        ),
        "last-bit": ("A bit of the last byte is changed.", make.with_signature(bit_changed(signature, -1))),
        "byte-missing": ("The last byte is missing.", make.with_signature(signature[:-1])),
        "byte-missing-first": ("The first byte is missing.", make.with_signature(signature[1:])),
        "byte-added": ("A byte follows.", make.with_signature(signature + b"\0")),
        "byte-added-first": ("A zero byte precedes.", make.with_signature(b"\0" + signature)),
        "half": ("Half of it.", make.with_signature(signature[: len(signature) // 2])),
        "twice": ("It stands there twice.", make.with_signature(signature * 2)),
        "reversed": ("Its bytes are reversed.", make.with_signature(signature[::-1])),
        "halves-swapped": (
            "Its halves have changed places.",
            make.with_signature(signature[len(signature) // 2 :] + signature[: len(signature) // 2]),
        ),
        "hexadecimal": ("It is written in hexadecimal digits.", make.with_signature(signature.hex().encode())),
        "base64-twice": ("It is encoded twice.", make.with_signature(text.encode())),
        "other-claims": ("The claims of an administrator under Alice's signature.", f"{promoted}.{text}"),
        "other-header": (
            "The header is spelled with a blank more.",
            f"{encode(decode(header) + b' ')}.{payload}.{text}",
        ),
        "longer-claims": ("The claims have a blank more.", f"{header}.{encode(decode(payload) + b' ')}.{text}"),
        "other-token": ("The signature of another token.", f"{signed}.{make.token(sub='bob').rpartition('.')[2]}"),
    }


def bit_changed(signature: bytes, position: int) -> bytes:
    raw = bytearray(signature)
    raw[position] ^= 1
    return bytes(raw)


def elsewhere(make: Maker) -> dict[str, tuple[str, str]]:
    """Real signatures by somebody, or over something else."""
    unsigned = make.unsigned()
    header, payload = unsigned.split(".")
    sign = make.key.sign
    return {
        "mallory": ("Signed by the attacker under the right kid.", make.sign(make.claims(), key=make.mallory)),
        "payload-only": ("Signed over the claims alone.", f"{unsigned}.{encode(sign(payload.encode()))}"),
        "header-only": ("Signed over the header alone.", f"{unsigned}.{encode(sign(header.encode()))}"),
        "no-dot": (
            "Signed over header and claims without the dot.",
            f"{unsigned}.{encode(sign((header + payload).encode()))}",
        ),
        "decoded": (
            "Signed over the decoded texts.",
            f"{unsigned}.{encode(sign(decode(header) + b'.' + decode(payload)))}",
        ),
        "digest": (
            "Signed over the SHA-256 of what was to be signed.",
            f"{unsigned}.{encode(sign(hashlib.sha256(unsigned.encode()).digest()))}",
        ),
        "nothing": ("Signed over nothing.", f"{unsigned}.{encode(sign(b''))}"),
        "trailing-dot": ("Signed over one dot more.", f"{unsigned}.{encode(sign(unsigned.encode() + b'.'))}"),
        "utf16": ("Signed over the same in UTF-16.", f"{unsigned}.{encode(sign(unsigned.encode('utf-16-le')))}"),
        "webhook": ("Signed as a webhook signs (detached, with a time): not a token.", webhook(make)),
    }


def webhook(make: Maker) -> str:
    header, payload = make.unsigned().split(".")
    body = encode(f"{make.now}000.{payload}".encode())
    return f"{header}.{payload}.{encode(make.key.sign(f'{header}.{body}'.encode()))}"
