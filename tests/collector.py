"""Servers on loopback that take what others are told of us: OpenTelemetry's collector, and Sentry."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Listener:
    """Keeps every body that is posted to it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.status, self.refused = 200, 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
        self.port = self.server.server_address[1]

    def __enter__(self) -> Any:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def take(self, body: bytes) -> int:
        if self.status == 200:
            self.bodies.append(body)
        else:
            self.refused += 1
        return self.status

    @property
    def everything(self) -> bytes:
        return b"\n".join(self.bodies)


def handler_for(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            self.send_response(listener.take(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler


class Collector(Listener):
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spans(self, route: str = "") -> list[Any]:
        found = [
            span
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return [span for span in found if not route or attributes(span)["http.route"] == route]


class Sentry(Listener):
    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.port}/1"

    def events(self) -> list[dict[str, Any]]:
        """An envelope is a line about itself, then for each item a line about it and one that is it."""
        items = [line for body in list(self.bodies) for line in body.splitlines()[1:]]
        told = zip(items[::2], items[1::2], strict=True)
        return [json.loads(event) for head, event in told if json.loads(head)["type"] == "event"]


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}
