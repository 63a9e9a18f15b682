"""A service of compose.yaml, started by podman with what Docker's own program reads in that file."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from scripts.podman import Podman

FOLDER = Path(os.environ.get("IMAGE", ""))
# Another key of a service must be obeyed here before it may stand in the file.
OBEYED = {"environment", "read_only", "tmpfs", "cap_drop", "security_opt", "volumes", "command", "stop_grace_period"}
OF_OTHERS = {"build", "image", "entrypoint", "depends_on", "restart", "ports", "networks", "profiles"}


def composed(variables: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """What `docker compose config` makes of compose.yaml beside a .env with these variables."""
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()), encoding="utf-8")
    (folder / "compose.yaml").write_bytes((settings.BASE_DIR / "compose.yaml").read_bytes())
    command = [FOLDER / "docker-compose", "--profile=*", "config", "--format=json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)


def services(variables: dict[str, str], folder: Path) -> dict[str, Any]:
    said = composed(variables, folder)
    if said.returncode:
        raise RuntimeError(said.stderr)
    return json.loads(said.stdout)["services"]


class Container:
    """`with Container("api", service, socket) as container:` runs it until then; `socket` is the database's folder."""

    def __init__(self, name: str, service: dict[str, Any], socket: Path) -> None:
        self.podman, self.name, self.service = Podman(FOLDER), name, service
        self.options = options(service, socket)
        self.log = FOLDER / f"{name}.log"

    def __enter__(self) -> Container:
        # Podman would have systemd ask at intervals how it is.
        here = ["--network=host", "--health-interval=disable", "--replace", f"--name={self.name}"]
        command = [*here, *self.options, "todo-api", *(self.service["command"] or [])]
        self.process = self.podman.start("run", *command, log=self.log)
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def end(self) -> None:
        self.podman.start("rm", "--force", "--time=0", self.name, log=self.log).wait()
        self.process.wait()

    def words(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stop(self) -> subprocess.Popen[bytes]:
        """Sends STOPSIGNAL, and kills after as many seconds as compose.yaml allows."""
        seconds = self.service["stop_grace_period"].removesuffix("s")
        return self.podman.start("stop", f"--time={seconds}", self.name, log=self.log)

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """As root inside, whom nothing but its mounts keeps from writing."""
        started = [*self.podman.command, "exec", "--user=0", self.name, *command]
        return subprocess.run(started, env=self.podman.environment, check=False, capture_output=True, text=True)

    def is_healthy(self) -> bool:
        return self.podman.start("healthcheck", "run", self.name, log=self.log).wait() == 0

    def last_health(self) -> str:
        """What the check said the last time."""
        return self.podman("inspect", "--format={{json .State.Health.Log}}", self.name)

    def processes(self) -> list[dict[str, str]]:
        """What /proc/*/status says of each of its processes."""
        pid = self.podman("inspect", "--format={{.State.Pid}}", self.name).strip()
        home = Path(f"/proc/{pid}/ns/pid").readlink()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "ns/pid").readlink() == home:
                    lines = (folder / "status").read_text(encoding="utf-8").splitlines()
                    found.append({key: value.strip() for key, _, value in (line.partition(":") for line in lines)})
        return found


def options(service: dict[str, Any], socket: Path) -> list[str]:
    """Those of `podman run` that say the same."""
    strange = set(service) - OBEYED - OF_OTHERS
    if strange:
        raise ValueError(f"Nobody obeys {strange} here.")
    given = [f"--env={name}={value}" for name, value in service["environment"].items()]
    given += [f"--tmpfs={place}" for place in service.get("tmpfs", [])]
    given += [f"--cap-drop={capability}" for capability in service.get("cap_drop", [])]
    given += [f"--security-opt={option}" for option in service.get("security_opt", [])]
    given += [f"--volume={socket}:{volume['target']}" for volume in service.get("volumes", [])]
    return [*given, *(["--read-only", "--read-only-tmpfs=false"] if service.get("read_only") else [])]
