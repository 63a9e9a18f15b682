"""granian, and nginx in front of it where that is wanted: what `manage.py serve` becomes.

granian ends itself and the workers that are well when one of them dies twice within 5.5 s. This one starts whatever
died again, as often as it takes (docs/decisions/0910-whatever-dies-is-started-again.md). Without Django: a process that
only waits should not hold 70 MB.
"""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels, logger
from granian.server.mp import MPServer, WorkerProcess

from todoproject.serving import nginx
from todoproject.serving.alarm import Alarm
from todoproject.serving.supervision import Place

TURN_SECONDS = 0.25
# How long a worker may go on answering when told to stop. Behind nginx nobody waits for an answer any more by then.
STOP_SECONDS, STOP_SECONDS_BEHIND_NGINX = 30, 3


class Worker:
    def __init__(self, target: str, spawn: Callable[[Callable[[], object]], WorkerProcess]) -> None:
        # Both ends are kept: with one end closed, the other has something to read, namely its end.
        self.news, self.tell = Pipe(duplex=False)
        self.process = spawn(partial(load, target, self.tell))
        # Not by granian's `start`: its thread that watches would be in the way of the next fork.
        self.process.inner.start()

    def exit_status(self) -> int | None:
        status: int | None = self.process.inner.exitcode
        return status

    def is_up(self) -> bool:
        return self.news.poll()


def load(target: str, tell: Connection) -> object:
    """What a worker does before it serves."""
    # granian's handlers are not there yet, and those of the process that it was forked from would swallow the signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application: object = import_module(target).application
    tell.send_bytes(b"up")
    return application


class Server(MPServer):
    """granian's server with a main loop of its own: it ends when told to, or when nothing has ever come up."""

    def __init__(
        self,
        proxy: Place[nginx.Nginx] | None = None,
        streams: Place[nginx.Nginx] | None = None,
        module: str = "todoproject.wsgi",
        **options: Any,
    ) -> None:
        super().__init__(f"{module}:application", **options)
        self.main_loop_interrupt: Any = Alarm()
        self.module = module
        self.proxy, self.streams = proxy, streams
        self.places: list[Place[Worker]] = []

    def run(self) -> int:
        # granian ends with status 1 when a worker is gone by the time it stops, even if it was told to stop.
        with suppress(SystemExit):
            self.serve()
        if not self.interrupt_signal:
            logger.error("The server could not be started.")
        return 0 if self.interrupt_signal else 1

    def _spawn_workers(self, spawn_target: Callable[..., None], target_loader: Callable[..., object]) -> None:
        """Only says how: the first ones are started like those that follow them."""
        for number in range(self.workers):
            spawn = partial(self._spawn_worker, number, spawn_target)
            self.places.append(Place(f"worker {number + 1}", partial(Worker, self.module, spawn)))

    def _serve_loop(self, spawn_target: Callable[..., None], target_loader: Callable[..., object]) -> None:
        while not self.interrupt_signal and not self.is_hopeless:
            for place in self.places:
                place.turn()
            if self.proxy and any(place.has_been_up for place in self.places):
                self.proxy.turn()
                if self.streams:
                    self.streams.turn()
            self.main_loop_interrupt.wait(TURN_SECONDS)
            self.main_loop_interrupt.clear()

    @property
    def is_hopeless(self) -> bool:
        return all(place.is_hopeless for place in self.places) or bool(self.proxy and self.proxy.is_hopeless)

    def shutdown(self, exit_code: int = 0) -> None:
        # nginx waits for streams, too, and takes no requests meanwhile. Whoever listens comes back by himself.
        if self.streams and self.streams.child:
            self.streams.child.cut()
        # Then nginx: it answers what it has accepted, and needs the workers for that.
        if self.proxy and self.proxy.child:
            self.proxy.child.stop()
        self.wrks = [place.child.process for place in self.places if place.child]
        super().shutdown(exit_code)


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="todoproject.serving.server")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--nginx-max-body-bytes", type=int, help="put nginx in front, which refuses larger bodies")
    parser.add_argument("--nginx-max-import-bytes", type=int, help="what it lets an import have instead")
    parser.add_argument("--nginx-live-upstream", help="where `manage.py live` is, for nginx to pass streams from there")
    parser.add_argument("--nginx-max-streams", type=int, help="how many there may be")
    options = parser.parse_args(arguments)
    serve = partial(
        Server,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(),
        websockets=False,
        log_level=LogLevels.warning,
    )
    if options.nginx_max_body_bytes is None:
        return serve(address=options.host, port=options.port, workers_kill_timeout=STOP_SECONDS).run()
    with TemporaryDirectory(prefix="todo-serve-") as name:
        folder = Path(name)
        proxy, streams = in_front(folder, options), between(folder / "live", options)
        socket = folder / "application.sock"
        return serve(proxy, streams, uds=socket, workers_kill_timeout=STOP_SECONDS_BEHIND_NGINX).run()


def in_front(folder: Path, options: Namespace) -> Place[nginx.Nginx]:
    sizes = (options.nginx_max_body_bytes, options.nginx_max_import_bytes)
    command = nginx.command(folder, f"{options.host}:{options.port}", *sizes, options.nginx_max_streams)
    return Place("nginx", partial(nginx.Nginx, command, folder))


def between(folder: Path, options: Namespace) -> Place[nginx.Nginx] | None:
    if not options.nginx_live_upstream:
        return None
    folder.mkdir()
    command = nginx.command_for_streams(folder, options.nginx_live_upstream, options.nginx_max_streams)
    return Place("nginx for streams", partial(nginx.Nginx, command, folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
