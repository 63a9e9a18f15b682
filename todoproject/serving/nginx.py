"""nginx in front of the application server: its configuration and its process.

A client that sends slowly holds one of nginx's thousands of connections. Without it, eight slow bodies hold all eight
worker threads (docs/decisions/0501-granian-behind-nginx.md).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

# The headers that the application reads, besides those that nginx writes: no other ones are passed on.
READ_HEADERS = (
    *("Accept", "Accept-Encoding", "Authorization", "Content-Type", "Cookie", "Idempotency-Key", "Range", "Referer"),
    *("If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "X-CSRFToken", "X-Request-ID"),
    *("X-Neon-Signature", "X-Neon-Signature-Kid", "X-Neon-Timestamp", "X-Neon-Event-Type", "X-Neon-Event-Id"),
    *("Origin", "Access-Control-Request-Method", "Access-Control-Request-Private-Network"),
    "Traceparent",
)
TEMPLATES = Path(__file__).resolve().parent.parent.parent / "deploy"
# Of everybody, and beside the streams: who is told that there is no room for one.
CONNECTIONS, SPARE = 4096, 500


class Nginx:
    """A running one."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.pid_file = folder / "nginx.pid"
        self.pid_file.unlink(missing_ok=True)
        # One that was killed has left it, and no other could listen there.
        (folder / "nginx.sock").unlink(missing_ok=True)
        # In a session of its own: Ctrl-C is for the server, which ends nginx in its order.
        self.process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command line

    def exit_status(self) -> int | None:
        status = self.process.poll()
        if status is not None:
            self.end_what_is_left()
        return status

    def is_up(self) -> bool:
        """nginx writes this file when it listens."""
        return self.pid_file.exists()

    def stop(self) -> None:
        """Ends it when everything that it has accepted is answered."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def cut(self) -> None:
        """Ends it with everything that goes through it."""
        self.process.terminate()
        self.process.wait()

    def end_what_is_left(self) -> None:
        """Its workers outlive it when it is killed, and would keep the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def command(
    folder: Path, listen: str, max_body_bytes: int, max_import_bytes: int, max_streams: int | None = None
) -> list[str]:
    """What starts nginx, with everything it needs in `folder`; streams come from the nginx of `command_for_streams`."""
    variables = {name: f"$http_{name.lower().replace('-', '_')}" for name in READ_HEADERS}
    passed = [f"proxy_set_header {name} {variable};" for name, variable in variables.items()]
    return configured(
        folder,
        "nginx.conf.template",
        CONNECTIONS if max_streams is None else CONNECTIONS + 2 * (max_streams + SPARE),
        LISTEN_ADDRESS=listen,
        MAX_BODY_BYTES=str(max_body_bytes),
        MAX_IMPORT_BYTES=str(max_import_bytes),
        READ_HEADERS="".join(variables.values()),
        PASS_HEADERS="\n            ".join(passed),
        STREAMS="application" if max_streams is None else "live",
    )


def command_for_streams(folder: Path, upstream: str, max_streams: int) -> list[str]:
    """What starts the nginx between the one in front and `manage.py live`."""
    servers = " ".join(name_servers())
    return configured(
        folder,
        "nginx-live.conf.template",
        2 * (max_streams + SPARE),
        LIVE_UPSTREAM=upstream,
        RESOLVER_LINE=f"resolver {servers} valid=10s; resolver_timeout 5s;" if servers else "",
    )


def configured(folder: Path, template: str, connections: int, **values: str) -> list[str]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        sys.exit("nginx is not installed; install it, or leave out --behind-nginx")
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for name, value in {
        **values,
        # Started by root, nginx would give its rights up and then not reach the application's socket.
        "USER_LINE": "user root;" if os.geteuid() == 0 else "",
        "RUN_DIRECTORY": str(folder),
        "CONNECTIONS": str(connections),
        # Beside each connection there may be a file for what is buffered.
        "OPEN_FILES": str(2 * connections),
    }.items():
        text = text.replace(name, value)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]


def name_servers() -> list[str]:
    """Those of the system, because nginx reads none of its files."""
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = [words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver"]
    # nginx knows no zones of addresses.
    return [f"[{each}]" if ip_address(each).version == 6 else each for each in found if "%" not in each]
