"""Podman, with all that it keeps in a folder of its own. Standard library only."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# There may be no systemd to talk to, and groups of processes are nothing that podman may make here.
CONFIGURATION = """
[engine]
lock_type = "file"
cgroup_manager = "cgroupfs"
events_logger = "none"
[containers]
cgroups = "disabled"
"""


class Podman:
    """`Podman(folder)("images")` runs that command and returns what it prints."""

    def __init__(self, folder: Path) -> None:
        places = {"--root": "storage", "--runroot": "run", "--tmpdir": "tmp"}
        # It complains of each container's health that systemd is not there.
        quiet = "--log-level=fatal"
        self.command = ["podman", quiet, *(f"{option}={folder / name}" for option, name in places.items())]
        configuration = folder / "containers.conf"
        configuration.write_text(CONFIGURATION, encoding="utf-8")
        self.environment = {**os.environ, "CONTAINERS_CONF": str(configuration)}

    def __call__(self, *arguments: str | Path) -> str:
        command = [*self.command, *map(str, arguments)]
        return subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    def start(self, *arguments: str | Path, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            command = [*self.command, *map(str, arguments)]
            return subprocess.Popen(command, env=self.environment, stdout=output, stderr=output)
