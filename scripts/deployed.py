"""`make deployed`: docs/deploying.md to the letter on a Debian machine of its own, upgraded and rolled back under load.

It needs root, and Debian's packages mmdebstrap, systemd-container and slirp4netns: DEPLOYED=required fails without.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from environment import ROOT, python_with
from private_network import PrivateNetwork
from stack import leave

PROGRAMS = ("mmdebstrap", "systemd-nspawn", "slirp4netns", "unshare", "nsenter", "openssl")
# Whatever runs in it ends with it, the machine too.
TOGETHER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def main():
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        print("Not run: this needs root, who may boot a machine, and", ", ".join(missing or PROGRAMS))
        sys.exit(os.environ.get("DEPLOYED") == "required")
    signal.signal(signal.SIGTERM, leave)
    python = python_with("requirements-dev.lock")
    with tempfile.TemporaryDirectory(prefix="deployed-") as folder, PrivateNetwork() as inside:
        # PostgreSQL, which is not root's, has its place in it.
        Path(folder).chmod(0o755)
        environment = {**os.environ, "DEPLOYED": "yes", "TMPDIR": folder}
        command = [*inside, *TOGETHER, python, "manage.py", "test", "tests.deployed"]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)


def remove_control_groups():
    """Those that systemd-nspawn makes, and leaves where no systemd removes them. One that is in use stays."""
    groups = Path("/sys/fs/cgroup")
    for top in [*groups.glob("*/payload"), *groups.glob("*/supervisor")]:
        for folder in sorted([top, *(path for path in top.rglob("*") if path.is_dir())], reverse=True):
            with suppress(OSError):
                folder.rmdir()


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        main()
    finally:
        remove_control_groups()
