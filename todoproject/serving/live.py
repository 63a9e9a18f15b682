"""granian for streams: what `manage.py live` becomes. One process with one event loop, started again when it dies."""

from __future__ import annotations

import shutil
import sys
from argparse import ArgumentParser

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from todoproject.serving.server import Server

# Whoever listens comes back by himself, so nobody is waited for.
STOP_SECONDS = 1
# Connections beside the streams: those that come in, and those that send nothing.
SPARE = 500


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="todoproject.serving.live")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--streams", type=int, required=True)
    parser.add_argument("--metrics", required=True, help="a folder that is removed when the server ends")
    options = parser.parse_args(arguments)
    server = Server(
        module="todoproject.live.asgi",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=1,
        backpressure=options.streams + SPARE,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(),
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=STOP_SECONDS,
    )
    try:
        return server.run()
    finally:
        shutil.rmtree(options.metrics, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
