"""What is not a JWS in compact form, or not in its one spelling."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.keys import decode, encode
from tests.corpus.maker import SHOULD, Maker, Row

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def rows(make: Maker) -> Iterator[Row]:
    yield from segments(make)
    yield from alphabet(make)
    yield from around(make)
    yield from sizes(make)


def segments(make: Maker) -> Iterator[Row]:
    token = make.token()
    header, payload, signature = token.split(".")
    yield Row("shape-two-segments", "The signature is missing, with its dot.", "malformed", f"{header}.{payload}")
    yield Row("shape-one-segment", "Nothing but the claims.", "no_jwt", payload)
    yield Row("shape-four-segments", "The signature stands there twice.", "malformed", f"{token}.{signature}")
    yield Row("shape-empty-fourth", "A dot at the end.", "malformed", f"{token}.")
    yield Row("shape-leading-dot", "A dot at the start.", "malformed", f".{token}")
    yield Row(
        "shape-double-dot", "Two dots between header and claims.", "malformed", f"{header}..{payload}.{signature}"
    )
    yield Row("shape-dots", "Two dots and nothing else.", "malformed_json", "..")
    yield Row("shape-letters", "Letters between the dots.", "malformed", "a.b.c")
    yield Row("shape-no-header", "The header is empty.", "malformed_json", f".{payload}.{signature}")
    yield Row(
        "shape-no-claims",
        "The claims are empty, as in a detached signature.",
        "malformed_json",
        f"{header}..{signature}",
    )
    yield Row("shape-no-signature", "The signature is empty.", "bad_signature", f"{header}.{payload}.")
    yield Row(
        "shape-swapped", "Header and claims have changed places.", "header_parameter", f"{payload}.{header}.{signature}"
    )
    yield Row("shape-json", "The JSON form of a JWS.", "no_jwt", json_form(header, payload, signature))


def json_form(header: str, payload: str, signature: str) -> str:
    return f'{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}'


def alphabet(make: Maker) -> Iterator[Row]:
    header, payload, signature = make.token().split(".")
    standard = (
        make.with_signature(b"\xfb\xff\xfe" * 21 + b"\xfb").rpartition(".")[2].translate(str.maketrans("-_", "+/"))
    )
    spoiled = {
        "padding": ("Padding after the signature.", f"{header}.{payload}.{padded(signature)}"),
        "padding-header": ("Padding after the header.", f"{padded(header)}.{payload}.{signature}"),
        "padding-claims": ("Padding after the claims.", f"{header}.{padded(payload)}.{signature}"),
        "padding-too-much": ("Four signs of padding.", f"{header}.{payload}.{signature}===="),
        "padding-percent": ("Padding in percent encoding.", f"{header}.{payload}.{signature}%3D%3D"),
        "standard-alphabet": ("The signature is in base64's standard alphabet.", f"{header}.{payload}.{standard}"),
        "blank-header": ("A blank in the header.", f"{broken(header, ' ')}.{payload}.{signature}"),
        "blank-claims": ("A blank in the claims.", f"{header}.{broken(payload, ' ')}.{signature}"),
        "blank-signature": ("A blank in the signature.", f"{header}.{payload}.{broken(signature, ' ')}"),
        "tab": ("A tab in the claims.", f"{header}.{broken(payload, chr(9))}.{signature}"),
        "line-break": ("A line break in the signature.", f"{header}.{payload}.{broken(signature, chr(10))}"),
        "carriage-return": (
            "CR and LF in the signature.",
            f"{header}.{payload}.{broken(signature, chr(13) + chr(10))}",
        ),
        "form-feed": ("A form feed in the signature.", f"{header}.{payload}.{broken(signature, chr(12))}"),
        "nul": ("A NUL in the claims.", f"{header}.{broken(payload, chr(0))}.{signature}"),
        "tilde": (
            "A tilde in the signature, as decoders that skip it would not see.",
            f"{header}.{payload}.{broken(signature, '~')}",
        ),
        "comma": ("A comma in the signature.", f"{header}.{payload}.{broken(signature, ',')}"),
        "exclamation": ("An exclamation mark in the header.", f"{broken(header, '!')}.{payload}.{signature}"),
        "accent": ("A letter with an accent in the claims.", f"{header}.{broken(payload, chr(0xE9))}.{signature}"),
        "full-width": ("A full-width letter in the signature.", f"{header}.{payload}.{broken(signature, chr(0xFF21))}"),
        "zero-width": ("A zero-width space in the signature.", f"{header}.{payload}.{broken(signature, chr(0x200B))}"),
        "cut": ("One sign of the signature is missing.", f"{header}.{payload}.{signature[:-1]}"),
        "odd-length": ("The header has a length that base64 never has.", f"{odd(header)}.{payload}.{signature}"),
    }
    for name, (says, token) in spoiled.items():
        yield Row(f"shape-{name}", says, "malformed", token)
    yield from left_over_bits(make)


def padded(segment: str) -> str:
    return segment + "=" * (-len(segment) % 4 or 4)


def broken(segment: str, foreign: str) -> str:
    return f"{segment[:8]}{foreign}{segment[8:]}"


def odd(segment: str) -> str:
    return segment + "A" * ((1 - len(segment)) % 4)


def left_over_bits(make: Maker) -> Iterator[Row]:
    """Bits that belong to no byte are set: another text for the same bytes (RFC 4648, 3.5)."""
    says = "Bits of the last letter that belong to no byte are set in the {}."
    signature = make.token().rpartition(".")[2]
    if len(decode(signature)) % 3:
        token = make.unsigned() + "." + with_bits(signature)
        yield Row("shape-bits-signature", says.format("signature"), "malformed", token, SHOULD)
    claims = make.claims(x="")
    while len(make.unsigned(claims).partition(".")[2]) % 4 == 0:
        claims["x"] += "x"
    header, payload = make.unsigned(claims).split(".")
    signed = f"{header}.{with_bits(payload)}"
    token = f"{signed}.{encode(make.key.sign(signed.encode()))}"
    yield Row(
        "shape-bits-claims", says.format("claims") + " The signature is over that spelling.", "malformed", token, SHOULD
    )


def with_bits(segment: str) -> str:
    return segment[:-1] + ALPHABET[ALPHABET.index(segment[-1]) + 1]


def around(make: Maker) -> Iterator[Row]:
    token = make.token()
    wrapped = {
        "quotes": ("Quotes around it.", f'"{token}"'),
        "angles": ("Angle brackets around it.", f"<{token}>"),
        "twice": ("Two tokens with a blank between them.", f"{token} {token}"),
        "comma-twice": ("Two tokens with a comma between them.", f"{token},{token}"),
        "semicolon": ("A parameter after it.", f"{token}; charset=utf-8"),
    }
    for name, (says, text) in wrapped.items():
        # Two tokens have more dots than one, and are malformed either way.
        yield Row(f"shape-{name}", says, "malformed", text)


def sizes(make: Maker) -> Iterator[Row]:
    yield Row("size-16k-letters", "16,385 letters.", "too_large", "a" * (16 * 1024 + 1))
    yield Row("size-10m-letters", "Ten million letters.", "too_large", "a" * 10_000_000)
    yield Row("size-10m-dots", "Ten million dots.", "too_large", "." * 10_000_000)
    signed = {"64k": 48_000, "10m": 7_500_000}
    for name, length in signed.items():
        says = f"A genuine signature over a picture of {length:,} letters."
        yield Row(f"size-{name}-signed", says, "too_large", make.token(image="x" * length), SHOULD)
    unsigned = make.unsigned(make.claims(image="x" * 7_500_000))
    yield Row(
        "size-10m-unsigned",
        "Ten million letters in the form of a token, signed by nobody.",
        "too_large",
        f"{unsigned}.AAAA",
    )
