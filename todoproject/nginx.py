"""The application server behind nginx, both as children of this process: the form in which the image serves.

A client that sends slowly holds one of nginx's thousands of connections. Without it, eight slow bodies hold all eight
worker threads (docs/decisions/0501-granian-behind-nginx.md). Run by `manage.py serve --behind-nginx`, without Django: a
process that only waits should not hold 70 MB.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

TEMPLATE = Path(__file__).resolve().parent.parent / "deploy" / "nginx.conf.template"
START_SECONDS = 30
UNUSED_SECONDS = 3


def main(listen: str, max_body_bytes: str, *server_command: str) -> int:
    """Runs both until told to stop or until one of them ends; the exit status says which it was."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx is None:
        sys.exit("nginx is not installed; install it, or leave out --behind-nginx")
    with tempfile.TemporaryDirectory(prefix="todo-serve-") as folder:
        socket = Path(folder) / "application.sock"
        configuration = Path(folder) / "nginx.conf"
        configuration.write_text(filled_in(folder, listen, max_body_bytes), encoding="utf-8")
        command = [*server_command, f"--uds={socket}"]
        application = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command line
        wait_for(socket, application)
        command = [nginx, "-e", "stderr", "-p", folder, "-c", str(configuration)]
        proxy = subprocess.Popen(command)  # noqa: S603 - our own command line
        return run_until_stopped(proxy, application)


def filled_in(folder: str, listen: str, max_body_bytes: str) -> str:
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in (
        # Started by root, nginx would give its rights up and then not reach the application's socket.
        ("USER_LINE", "user root;" if os.geteuid() == 0 else ""),
        ("RUN_DIRECTORY", folder),
        ("LISTEN_ADDRESS", listen),
        ("MAX_BODY_BYTES", max_body_bytes),
    ):
        text = text.replace(name, value)
    return text


def wait_for(socket: Path, application: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        if application.poll() is not None or time.monotonic() > deadline:
            application.kill()
            sys.exit("The application server did not start.")
        time.sleep(0.05)


def run_until_stopped(proxy: subprocess.Popen[bytes], application: subprocess.Popen[bytes]) -> int:
    is_asked_to_stop = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal is_asked_to_stop
        is_asked_to_stop = True
        proxy.send_signal(signal.SIGQUIT)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    # nginx first: it answers what it has accepted, and needs the application for that.
    proxy.send_signal(signal.SIGQUIT)
    proxy.wait()
    application.terminate()
    try:
        application.wait(timeout=UNUSED_SECONDS)
    except subprocess.TimeoutExpired:
        # granian misses the signal while a worker is still starting; nobody waits for an answer any more.
        os.killpg(application.pid, signal.SIGKILL)
        application.wait()
    return 0 if is_asked_to_stop else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
