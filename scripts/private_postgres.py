"""A PostgreSQL cluster of one's own: a free loopback port, a temporary directory, gone afterwards.

Standard library only. PostgreSQL refuses to run as root, so root starts it as another user.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARY_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
)
# The data is thrown away, so nothing needs to reach the disk.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
log_min_messages = fatal
"""


def server_binaries() -> Path | None:
    """The folder that holds initdb and postgres: the one on PATH, else the newest that is installed."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    folders = [folder for place in BINARY_PLACES for folder in Path("/").glob(place)]
    folders = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(folders, key=version_of, default=None)


def version_of(folder: Path) -> float:
    digits = "".join(character for character in folder.parent.name if character in "0123456789.")
    return float(digits or 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def unprivileged_user() -> str | None:
    """Whom root should run the server as; None for anybody else, who runs it as themselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise SystemExit("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


class PrivatePostgres:
    """`with PrivatePostgres() as url:` starts a cluster and removes it."""

    def __init__(self, configuration: str = "") -> None:
        binaries = server_binaries()
        if binaries is None:
            raise SystemExit("PostgreSQL's server (initdb and postgres) is not installed on this machine.")
        self.binaries = binaries
        self.configuration = CONFIGURATION + configuration
        self.user = unprivileged_user()
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://todo:{self.password}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> str:
        self.folder = Path(tempfile.mkdtemp(prefix="private-postgres-"))
        try:
            self.create()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self.url

    def __exit__(self, *exception: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password, encoding="utf-8")
        if self.user:
            for path in (self.folder, password_file):
                shutil.chown(path, self.user)
        options = ["--username=todo", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        # As on Neon: bytes decide the order, Unicode decides what is a letter and which case it has.
        options += ["--locale=C", f"--lc-ctype={'C' if sys.platform == 'linux' else 'en_US'}.UTF-8"]
        self.call("initdb", f"--pgdata={self.data}", f"--pwfile={password_file}", *options)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"{self.configuration}\nport = {self.port}\n")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        self.server = subprocess.Popen(
            [str(self.binaries / "postgres"), "-D", str(self.data)], user=self.user, cwd="/", stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            if self.call("pg_isready", "--quiet", "--host=127.0.0.1", f"--port={self.port}", check=False) == 0:
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("The private PostgreSQL did not start.")

    def stop(self, mode: str = "immediate") -> None:
        if self.server and self.server.poll() is None:
            self.call("pg_ctl", f"--pgdata={self.data}", f"--mode={mode}", "--wait", "stop", check=False)
            self.server.wait()

    def restart(self, mode: str = "fast", seconds_down: float = 0) -> None:
        self.stop(mode)
        time.sleep(seconds_down)
        self.start()

    def freeze(self, seconds: float) -> None:
        """Stops every process of the server without closing anything, as a machine that hangs does."""
        assert self.server is not None  # noqa: S101 - only a started server can be frozen
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text(encoding="ascii").split()
        processes = [self.server.pid, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        for process in processes:
            os.kill(process, signal.SIGCONT)

    def call(self, program: str, *arguments: str, check: bool = True) -> int:
        command = [str(self.binaries / program), *arguments]
        return subprocess.run(command, user=self.user, cwd="/", check=check, stdout=subprocess.DEVNULL).returncode
