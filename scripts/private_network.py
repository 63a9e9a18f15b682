"""A network of one's own: each port is free in it, and nobody outside sees what listens there. Standard library only.

What runs in it reaches the internet through slirp4netns, a process like any other: nothing is routed, and no rule of
the machine's firewall changes. It is gone when the two processes are.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

# Where slirp4netns answers questions for names.
RESOLVER = "10.0.2.3"


class PrivateNetwork:
    """`with PrivateNetwork() as inside:` gives what stands in front of a command that is to run in it. Needs root."""

    def __enter__(self) -> list[str]:
        with ExitStack() as stack:
            holder = start(stack, ["unshare", "--net", "sleep", "infinity"])
            network = Path(f"/proc/{holder.pid}/ns/net")
            while network.readlink() == Path("/proc/self/ns/net").readlink():
                if holder.poll() is not None:
                    raise SystemExit("No network of its own can be made here.")
            read, write = os.pipe()
            carrier = ["slirp4netns", "--configure", f"--ready-fd={write}", f"{holder.pid}", "tap0"]
            start(stack, carrier, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.close(write)
            with os.fdopen(read, "rb") as ready:
                if not ready.read(1):
                    raise SystemExit("slirp4netns did not start.")
            self.stack = stack.pop_all()
        return ["nsenter", f"--net={network}"]

    def __exit__(self, *exception: object) -> None:
        self.stack.close()


def start(stack: ExitStack, command: list[str], **options: object) -> subprocess.Popen[bytes]:
    process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)  # type: ignore[call-overload]
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process
