"""Answers in gzip, for whoever asks for it; docs/decisions/0807-pages-are-compressed-here.md says why that is safe."""

from __future__ import annotations

import zlib

from rest_framework.request import Request

# Less than this fits into one packet as it is; more would take longer than 20 ms.
MIN_BYTES, MAX_BYTES = 1_000, 1_000_000
# The usual one, 6, makes a page a seventh smaller and takes three times as long.
LEVEL = 1
GZIP_WINDOW = 31
# JSON never begins like this.
MAGIC = b"\x1f\x8b"


def accepts_gzip(request: Request) -> bool:
    accepted = request.META.get("HTTP_ACCEPT_ENCODING")
    for part in accepted.split(",") if accepted else ():
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "gzip":
            return weight.strip().removeprefix("q=").strip("0.") != "" or not weight
    return False


def compressed(body: bytes) -> bytes:
    """The body in gzip, the same bytes for the same body; or as it is where that is no gain or costs too much."""
    if not MIN_BYTES <= len(body) <= MAX_BYTES:
        return body
    compressor = zlib.compressobj(LEVEL, wbits=GZIP_WINDOW)
    return compressor.compress(body) + compressor.flush()


def is_compressed(body: bytes) -> bool:
    return body.startswith(MAGIC)
