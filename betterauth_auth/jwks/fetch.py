"""Gets the bytes of a key set: from the issuer, a file or the settings."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from betterauth_auth.conf import Source

MAX_BYTES = 1024 * 1024


class FetchFailed(Exception):
    """Why there is no document; `retry_after_seconds` is what the server asked for, or nothing.

    `reason` is a stable code for logs and counters, `detail` says more to whoever reads the log.
    """

    def __init__(self, reason: str, retry_after_seconds: float = 0, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Document:
    body: bytes
    max_age_seconds: float | None = None
    server_date: str = ""


def fetch_document(source: Source) -> Document:
    """The document, or FetchFailed. Anything else that escapes is for the caller to treat as a failure too."""
    if source.document:
        return Document(source.document.encode("utf-8"))
    if source.file:
        return read_file(Path(source.file))
    # Late, because requests takes longer to load than everything else here, and static keys do without it.
    from betterauth_auth.jwks.download import download

    return download(source)


def load_what_is_needed(source: Source) -> None:
    """Loads PyJWT, and requests if anything will be fetched, in the thread that calls.

    Whoever forks while a thread of its own is loading them leaves a child that waits for ever for the other half.
    """
    import_module("betterauth_auth.jwks.signatures")
    if source.url:
        import_module("betterauth_auth.jwks.download")


def read_file(path: Path) -> Document:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise FetchFailed("file") from exc
    if len(body) > MAX_BYTES:
        raise FetchFailed("too_large")
    return Document(body)
