"""A bare environment and a project made by `startproject`, as strangers have them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import requests

from tests.interop.servers import Server

WHEEL = os.environ.get("WHEEL", "")


class BareProject(Server):
    """A virtual environment with nothing of this repository on the path; commands run as somebody types them."""

    def __init__(self) -> None:
        super().__init__()
        self.bin = self.folder / "venv" / "bin"
        # pip finds the wheel beside the index. Everything that tells it where the index is comes along.
        links = f"{Path(WHEEL).resolve().parent} {os.environ.get('PIP_FIND_LINKS', '')}"
        strangers = ("PYTHON", "DJANGO", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(strangers)}
        self.environment = {**kept, "PATH": f"{self.bin}:/usr/bin:/bin", "PIP_FIND_LINKS": links.strip()}
        subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], check=True)

    def shell(self, command: str, **variables: str) -> str:
        environment = {**self.environment, **variables}
        done = subprocess.run(["sh", "-euc", command], cwd=self.folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def start(self, command: str) -> None:
        self.launch(shlex.split(command), self.environment, "/me", self.folder)

    def get(self, path: str, token: str | None = None) -> requests.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return requests.get(self.base + path, headers=headers, timeout=20)
