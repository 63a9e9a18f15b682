"""Gets bytes from the issuer, its key set for one, within a time and a size, whatever the server does."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol

import requests
import urllib3
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from betterauth_auth.conf import Source
from betterauth_auth.jwks.fetch import MAX_BYTES, Document, FetchFailed

MAX_RETRY_AFTER_SECONDS = 5 * 60
USER_AGENT = "betterauth_auth (JWKS)"
# Compressed answers are not asked for: a small body could unfold to a huge one.
HEADERS = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
# Older ones cannot give what has arrived of a body without waiting for the rest.
MIN_URLLIB3 = (2, 2)


class Way(Protocol):
    """How to reach a server, and how long to wait for it."""

    @property
    def fetch_seconds(self) -> float: ...
    @property
    def ca_bundle(self) -> str: ...
    @property
    def proxy(self) -> str: ...


class Deadline:
    """Ends a request when its time is up, wherever it hangs.

    Timeouts of sockets start again with every byte, so a server that drips would hold the thread for as long as it
    likes. Shutting the connection down wakes the thread up in the middle of headers, body or TLS handshake.
    """

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.connection: socket.socket | None = None
        self.timer = threading.Timer(seconds, self.shut_down)
        self.timer.daemon = True

    def __enter__(self) -> Deadline:
        self.timer.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.timer.cancel()
        if self.connection is not None:
            self.connection.close()

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    def watch(self, connection: socket.socket) -> None:
        """The one connection of the request, from when it is first shown; TLS comes later, over the same."""
        if self.connection is not None:
            return
        # A duplicate, because the TLS layer takes the original socket object away.
        self.connection = connection.dup()
        if self.is_over:
            self.shut_down()

    def shut_down(self) -> None:
        if self.connection is not None:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # Already closed by the other side or by the reader.
                return


class FinalResponse(HTTPResponse):
    """Skips 102 and 103 as `http.client` itself skips 100. After 101 the connection would speak another protocol."""

    def begin(self) -> None:
        super().begin()
        while 101 < self.status < 200:
            # Without this it would take the headers of before for those of the answer.
            self.headers = None  # type: ignore[assignment] # as it is before the first call
            super().begin()


class WatchedContext(ssl.SSLContext):
    """Shows a Deadline the socket before the TLS handshake, in which a server can drip as well."""

    deadline: Deadline

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        self.deadline.watch(sock)
        return super().wrap_socket(sock, *args, **kwargs)


class DeadlineAdapter(HTTPAdapter):
    """Makes connections that show their socket to a Deadline."""

    def __init__(self, deadline: Deadline) -> None:
        class Response(FinalResponse):
            def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
                # A proxy's answer comes before the TLS handshake, and can drip as well.
                deadline.watch(sock)
                super().__init__(sock, *args, **kwargs)

        class Plain(HTTPConnection):
            response_class = Response

            def connect(self) -> None:
                super().connect()
                deadline.watch(self.sock)

        class Encrypted(HTTPSConnection):
            response_class = Response

        self.context = WatchedContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.deadline = deadline
        self.pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
            "https": type("EncryptedPool", (HTTPSConnectionPool,), {"ConnectionCls": Encrypted}),
        }
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self.context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self.context, **kwargs)
        manager.pool_classes_by_scheme = self.pools
        return manager


def urllib3_fault() -> str:
    """What is wrong with the urllib3 that is installed, or nothing."""
    version = urllib3.__version__
    is_new_enough = tuple(map(int, re.findall(r"[0-9]+", version)[:2])) >= MIN_URLLIB3
    return "" if is_new_enough else f"urllib3 {version} is too old to fetch keys with: install urllib3>=2.2"


def download(source: Source) -> Document:
    return get(source, source.url, MAX_BYTES)


def get(way: Way, url: str, max_bytes: int, headers: Mapping[str, str] | None = None) -> Document:
    status, told, body = answer_to("GET", way, url, max_bytes, headers=headers)
    if status != 200:
        raise FetchFailed(f"status_{status}", retry_after(told))
    return Document(body, max_age(told.get("Cache-Control", "")), told.get("Date", ""))


def post_form(
    way: Way, url: str, max_bytes: int, form: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body."""
    status, _, body = answer_to("POST", way, url, max_bytes, headers=headers, form=form)
    return status, body


def answer_to(
    method: str,
    way: Way,
    url: str,
    max_bytes: int,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body, which is read for 200 alone; FetchFailed where there is no whole answer."""
    if fault := urllib3_fault():
        raise FetchFailed("urllib3", detail=fault)
    with Deadline(way.fetch_seconds) as deadline, requests.Session() as session:
        set_up(session, way, deadline)
        try:
            response = session.request(
                method,
                url,
                data=form,
                headers={**HEADERS, **(headers or {})},
                stream=True,
                allow_redirects=False,
                timeout=way.fetch_seconds,
            )
            if response.status_code != 200:
                return response.status_code, response.headers, b""
            # `http.client` would ignore it and read on until the connection ends (RFC 9112, 6.3: discard).
            if not response.headers.get("Content-Length", "0").isdecimal():
                raise FetchFailed("connection")
            return response.status_code, response.headers, read_body(response, deadline, max_bytes)
        except requests.Timeout as exc:
            raise FetchFailed("timeout") from exc
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as exc:
            raise FetchFailed("timeout" if deadline.is_over else "connection") from exc


def set_up(session: requests.Session, way: Way, deadline: Deadline) -> None:
    # No credentials from .netrc, and no proxy or certificates from the environment.
    session.trust_env = False
    session.proxies = {"http": way.proxy, "https": way.proxy} if way.proxy else {}
    # Named, because some versions of requests put no certificates into a context that others made.
    session.verify = way.ca_bundle or DEFAULT_CA_BUNDLE_PATH
    session.mount("http://", DeadlineAdapter(deadline))
    session.mount("https://", DeadlineAdapter(deadline))


def read_body(response: requests.Response, deadline: Deadline, max_bytes: int) -> bytes:
    body = bytearray()
    # `read1` gives what has arrived; `iter_content` would wait until a chunk is full.
    while chunk := response.raw.read1(64 * 1024):
        body += chunk
        if len(body) > max_bytes:
            raise FetchFailed("too_large")
    if deadline.is_over:
        raise FetchFailed("timeout")
    return bytes(body)


def max_age(cache_control: str) -> float | None:
    if re.search(r"\bno-(?:store|cache)\b", cache_control, re.IGNORECASE):
        return 0
    match = re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,9})", cache_control, re.IGNORECASE)
    return float(match.group(1)) if match else None


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds the server asks to be left alone. Better Auth writes `x-retry-after`, proxies `Retry-After`."""
    value = headers.get("Retry-After") or headers.get("X-Retry-After") or ""
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return min(float(value), MAX_RETRY_AFTER_SECONDS)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
