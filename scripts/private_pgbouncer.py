"""A PgBouncer of one's own in transaction mode, in front of a private PostgreSQL; gone afterwards."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from scripts.private_postgres import free_port, unprivileged_user

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


class PgBouncer:
    """`with PgBouncer(url) as pgbouncer:` starts one that leads to that database; `settings` are lines of its file."""

    def __init__(self, database_url: str, settings: str = "") -> None:
        server = urlsplit(database_url)
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="private-pgbouncer-"))
        self.configuration = self.folder / "pgbouncer.ini"
        self.usual = (
            "[databases]\n"
            f"postgres = host=127.0.0.1 port={server.port} user=todo password={server.password}\n"
            "[pgbouncer]\nlisten_addr = 127.0.0.1\nauth_type = any\npool_mode = transaction\nunix_socket_dir =\n"
            f"listen_port = {self.port}\nserver_login_retry = 1\nmax_client_conn = 200\ndefault_pool_size = 20\n"
        )
        self.configuration.write_text(f"{self.usual}{settings}\n", encoding="utf-8")
        self.user = unprivileged_user()
        for path in (self.folder, self.configuration):
            if self.user:
                shutil.chown(path, self.user)

    @property
    def url(self) -> str:
        return f"postgresql://todo@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> PgBouncer:
        command = [str(PGBOUNCER), "--quiet", str(self.configuration)]
        self.process = subprocess.Popen(command, user=self.user, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("PgBouncer did not start")

    def configure(self, settings: str) -> None:
        """Other lines for the one that runs."""
        self.configuration.write_text(f"{self.usual}{settings}\n", encoding="utf-8")
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def version() -> tuple[int, int]:
    """Of the one that is installed."""
    words = subprocess.run([str(PGBOUNCER), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"PgBouncer (\d+)\.(\d+)", words)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def keeps_statements() -> bool:
    """Whether it is one that can; it does if `max_prepared_statements` is not 0."""
    return PGBOUNCER is not None and version() >= (1, 21)
