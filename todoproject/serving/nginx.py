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
from pathlib import Path

# The headers that the application reads, besides those that nginx writes: no other ones are passed on.
READ_HEADERS = (
    *("Accept", "Accept-Encoding", "Authorization", "Content-Type", "Cookie", "Idempotency-Key", "Range", "Referer"),
    *("If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "X-CSRFToken", "X-Request-ID"),
    *("X-Neon-Signature", "X-Neon-Signature-Kid", "X-Neon-Timestamp", "X-Neon-Event-Type", "X-Neon-Event-Id"),
    *("Origin", "Access-Control-Request-Method", "Access-Control-Request-Private-Network"),
)
TEMPLATE = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf.template"


class Nginx:
    """A running one."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.pid_file = folder / "nginx.pid"
        self.pid_file.unlink(missing_ok=True)
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

    def end_what_is_left(self) -> None:
        """Its workers outlive it when it is killed, and would keep the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def command(folder: Path, listen: str, max_body_bytes: int, max_import_bytes: int) -> list[str]:
    """What starts nginx, with everything it needs in `folder`."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        sys.exit("nginx is not installed; install it, or leave out --behind-nginx")
    text = TEMPLATE.read_text(encoding="utf-8")
    variables = {name: f"$http_{name.lower().replace('-', '_')}" for name in READ_HEADERS}
    passed = [f"proxy_set_header {name} {variable};" for name, variable in variables.items()]
    for name, value in (
        # Started by root, nginx would give its rights up and then not reach the application's socket.
        ("USER_LINE", "user root;" if os.geteuid() == 0 else ""),
        ("RUN_DIRECTORY", str(folder)),
        ("LISTEN_ADDRESS", listen),
        ("MAX_BODY_BYTES", str(max_body_bytes)),
        ("MAX_IMPORT_BYTES", str(max_import_bytes)),
        ("READ_HEADERS", "".join(variables.values())),
        ("PASS_HEADERS", "\n            ".join(passed)),
    ):
        text = text.replace(name, value)
    configuration = folder / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
