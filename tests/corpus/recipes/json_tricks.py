"""Genuine signatures over JSON that two readers would read differently, or none."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.maker import MUST, SHOULD, Maker, Row, json_bytes

DEEP = 5_000


def rows(make: Maker) -> Iterator[Row]:
    claims = json_bytes(make.claims())
    for table, level in ((not_json(claims), MUST), (ambiguous(claims), SHOULD)):
        for name, (says, payload) in table.items():
            yield Row(f"json-{name}", says, "malformed_json", make.sign(payload), level)
    for name, (says, header, level) in headers(make).items():
        yield Row(f"json-header-{name}", says, "malformed_json", make.sign(make.claims(), header), level)


def added(claims: bytes, member: bytes) -> bytes:
    """The claims with one more member at the end."""
    return claims[:-1] + b"," + member + b"}"


def not_json(claims: bytes) -> dict[str, tuple[str, bytes]]:
    """What RFC 8259 calls no JSON text, or RFC 7519 no claims set."""
    return {
        "array": ("The claims are an array.", b"[" + claims + b"]"),
        "empty-array": ("The claims are an empty array.", b"[]"),
        "string": ("The claims are a string.", b'"alice"'),
        "string-of-claims": ("The claims are a string that holds the claims.", json_bytes(claims.decode())),
        "number": ("The claims are a number.", b"1"),
        "null": ("The claims are null.", b"null"),
        "true": ("The claims are true.", b"true"),
        "words": ("The claims are a word.", b"alice"),
        "blanks": ("The claims are blanks.", b"   "),
        "url-encoded": ("The claims are a form.", b"sub=alice&exp=9999999999"),
        "rubbish-after": ("An object follows the claims.", claims + b"{}"),
        "nul-after": ("A NUL follows the claims.", claims + b"\0"),
        "rubbish-before": ("A letter precedes the claims.", b"x" + claims),
        "cut": ("The last brace is missing.", claims[:-1]),
        "trailing-comma": ("A comma follows the last claim.", claims[:-1] + b",}"),
        "leading-comma": ("A comma precedes the first claim.", b"{," + claims[1:]),
        "single-quotes": ("Single quotes.", claims.replace(b'"', b"'")),
        "bare-names": ("A name without quotes.", added(claims, b"x:1")),
        "comment": ("A comment follows the claims.", claims + b"//"),
        "block-comment": ("A comment among the claims.", added(claims, b'"x":1/**/')),
        "nan": ("A claim is NaN.", added(claims, b'"x":NaN')),
        "infinity": ("A claim is Infinity.", added(claims, b'"x":Infinity')),
        "minus-infinity": ("A claim is -Infinity.", added(claims, b'"x":-Infinity')),
        "leading-zero": ("A number begins with a zero.", added(claims, b'"x":01')),
        "plus": ("A number begins with a plus sign.", added(claims, b'"x":+1')),
        "hexadecimal": ("A number is hexadecimal.", added(claims, b'"x":0x1F')),
        "bare-point": ("A number ends with its point.", added(claims, b'"x":1.')),
        "python-true": ("True as Python spells it.", added(claims, b'"x":True')),
        "undefined": ("A claim is undefined.", added(claims, b'"x":undefined')),
        "raw-newline": ("A raw line break in a string.", added(claims, b'"x":"\n"')),
        "raw-nul": ("A raw NUL in a string.", added(claims, b'"x":"\0"')),
        "bad-escape": ("An escape that JSON does not have.", added(claims, b'"x":"\\x41"')),
        "half-escape": ("An escape that is cut short.", added(claims, b'"x":"\\u00"')),
        "no-break-space": ("A no-break space between two claims.", added(claims, b'\xc2\xa0"x":1')),
        "utf16": ("The claims are in UTF-16.", claims.decode().encode("utf-16")),
        "utf16-no-mark": ("The claims are in UTF-16 without a byte order mark.", claims.decode().encode("utf-16-le")),
        "utf32": ("The claims are in UTF-32.", claims.decode().encode("utf-32")),
        "latin1": ("A string is in Latin-1.", added(claims, b'"x":"\xe9"')),
        "overlong": ("A slash in two bytes of UTF-8.", added(claims, b'"x":"\xc0\xaf"')),
        "raw-surrogate": ("Half a character, encoded as if UTF-8 could.", added(claims, b'"x":"\xed\xa0\x80"')),
        "cut-utf8": ("A character that is cut short.", added(claims, b'"x":"\xf0\x9f\x98"')),
        "beyond-unicode": ("A character above the last one.", added(claims, b'"x":"\xf4\x90\x80\x80"')),
    }


def ambiguous(claims: bytes) -> dict[str, tuple[str, bytes]]:
    """JSON by its grammar, but one reader's claims are not another's, or reading them is the attack."""
    brackets, braces = b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP
    return {
        "mark": ("A byte order mark precedes the claims.", b"\xef\xbb\xbf" + claims),
        "sub-twice": ("sub stands there twice, with two people.", added(claims, b'"sub":"mallory"')),
        "sub-twice-first": ("sub stands there twice, the false one first.", b'{"sub":"mallory",' + claims[1:]),
        "exp-twice": ("exp stands there twice.", added(claims, b'"exp":9999999999')),
        "aud-twice": ("aud stands there twice.", b'{"aud":"https://other.example",' + claims[1:]),
        "twice-by-escape": (
            "sub stands there twice, once with an escape in its name.",
            added(claims, b'"s\\u0075b":"mallory"'),
        ),
        "twice-inside": ("A name stands twice in an object deep inside.", added(claims, b'"x":[{"a":1,"a":2}]')),
        "surrogate": ("Half a character by escape.", added(claims, b'"x":"\\ud800"')),
        "surrogate-name": ("Half a character as a name.", added(claims, b'"\\udfff":1')),
        "surrogates-swapped": (
            "The two halves of a character in the wrong order.",
            added(claims, b'"x":"\\ude00\\ud83d"'),
        ),
        "number-overflow": ("A number that no double holds.", added(claims, b'"x":1e400')),
        "5000-digits": ("A number of 5,000 digits.", added(claims, b'"x":' + b"9" * 5000)),
        "exponent-bomb": ("A number whose exponent has ten digits.", added(claims, b'"x":1e1000000000')),
        "depth-17": ("Arrays in each other, 17 deep.", added(claims, b'"x":' + b"[" * 17 + b"]" * 17)),
        "depth-objects": ("Objects in each other, 17 deep.", added(claims, b'"x":' + b'{"a":' * 17 + b"1" + b"}" * 17)),
        "depth-5000": ("Arrays in each other, 5,000 deep.", added(claims, b'"x":' + brackets[:DEEP] + brackets[DEEP:])),
        "depth-only": ("Nothing but 5,000 open brackets.", b"[" * DEEP),
        "depth-braces": ("Nothing but 2,000 objects in each other.", braces[: 5 * 2000] + b"1" + b"}" * 2000),
    }


def headers(make: Maker) -> dict[str, tuple[str, bytes, str]]:
    plain = json_bytes(make.header())
    return {
        "array": ("The header is an array.", b"[" + plain + b"]", MUST),
        "string": ("The header is a string.", b'"JWT"', MUST),
        "null": ("The header is null.", b"null", MUST),
        "number": ("The header is a number.", b"7", MUST),
        "cut": ("The header is cut short.", plain[:-1], MUST),
        "rubbish": ("An object follows the header.", plain + b"{}", MUST),
        "latin1": ("The header is not UTF-8.", added(plain, b'"typ":"J\xe9T"'), MUST),
        "utf16": ("The header is in UTF-16.", plain.decode().encode("utf-16"), MUST),
        "deep": ("5,000 brackets in the header.", added(plain, b'"typ":' + b"[" * DEEP + b"]" * DEEP), MUST),
        "mark": ("A byte order mark precedes the header.", b"\xef\xbb\xbf" + plain, SHOULD),
        "alg-twice": ("alg stands there twice, none first.", b'{"alg":"none",' + plain[1:], SHOULD),
        "alg-twice-last": ("alg stands there twice, none last.", added(plain, b'"alg":"none"'), MUST),
        "alg-twice-escape": (
            "alg stands there twice, once with an escape in its name.",
            added(plain, b'"\\u0061lg":"none"'),
            MUST,
        ),
        "kid-twice": (
            "kid stands there twice, with one value.",
            added(plain, b'"kid":' + json_bytes(make.key.kid)),
            SHOULD,
        ),
        "kid-twice-other": ("kid stands there twice, with two values.", added(plain, b'"kid":"other"'), SHOULD),
    }
