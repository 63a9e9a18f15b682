"""A Debian that was installed just now and booted with systemd, in a folder. It shares our network and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from scripts.private_network import RESOLVER

RELEASE = "bookworm"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}
START_SECONDS = 60
RUN_SECONDS = 300


class Machine:
    """`with Machine() as machine:` boots it; it is shut down and removed afterwards."""

    def __enter__(self) -> Machine:
        with ExitStack() as stack:
            self.root = Path(tempfile.mkdtemp(prefix="deployed-"))
            stack.callback(shutil.rmtree, self.root)
            self.console = self.root / "root/console"
            self.install()
            self.boot(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()

    def install(self) -> None:
        options = ["--quiet", "--variant=apt", "--include=dbus,systemd,systemd-sysv", "--skip=cleanup/apt/lists"]
        subprocess.run(["mmdebstrap", *options, RELEASE, str(self.root)], check=True)
        # Whom this machine trusts, because packages come on its ways.
        self.write("/etc/authorities.pem", Path(AUTHORITIES).read_text(encoding="utf-8"))
        self.write("/etc/pip.conf", "[global]\ncert = /etc/authorities.pem\n")
        self.write("/etc/resolv.conf", f"nameserver {RESOLVER}\n")
        self.write("/etc/apt/apt.conf.d/90yes", 'APT::Get::Assume-Yes "true";\nDpkg::Use-Pty "false";\n')

    def boot(self, stack: ExitStack) -> None:
        options = ["--quiet", f"--directory={self.root}", "--boot", "--register=no", "--resolv-conf=off"]
        if not Path("/run/systemd/system").exists():
            # Nobody is there who would make a control group for it.
            options.append("--keep-unit")
        console = stack.enter_context(self.console.open("w+b"))
        streams = {"stdin": subprocess.DEVNULL, "stdout": console, "stderr": console}
        nspawn = subprocess.Popen(["systemd-nspawn", *options, "--timezone=off", "--link-journal=no"], **streams)
        # It passes the signal on as an order to shut down.
        stack.callback(nspawn.wait)
        stack.callback(nspawn.terminate)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_booted(nspawn):
            if nspawn.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.console.read_text(encoding="utf-8"))
            time.sleep(0.1)

    def is_booted(self, nspawn: subprocess.Popen[bytes]) -> bool:
        children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text(encoding="ascii").split()
        if not children:
            return False
        enter = ["nsenter", f"--target={children[0]}", "--all", "--root", "--wd"]
        self.enter = [*enter, "env", "--ignore-environment", *(f"{name}={ENVIRONMENT[name]}" for name in ENVIRONMENT)]
        asked = subprocess.run([*self.enter, "systemctl", "is-active", "multi-user.target"], capture_output=True)
        return asked.stdout == b"active\n"

    def run(self, script: str) -> str:
        """What it prints, run by root in a shell that ends at the first failure."""
        command = [*self.enter, "bash", "-euc", script]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=RUN_SECONDS)
        output = (done.stdout + done.stderr).decode()
        if done.returncode:
            raise AssertionError(f"{script}\nended with {done.returncode}:\n{output[-4000:]}")
        return done.stdout.decode()

    def write(self, path: str, text: str) -> None:
        """A file of root's."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
