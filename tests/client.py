"""The tests of clients/typescript where it is installed, against the running service. See scripts/client.py."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fake_betterauth import FakeBetterAuth
from tests.offline import Everybody, service


def main(project: Path) -> int:
    tests = sorted(str(path) for path in (project / "build").glob("*.test.js"))
    with tempfile.TemporaryDirectory(prefix="client-") as folder, FakeBetterAuth() as issuer:
        issuer.sessions = Everybody()
        with service(f"sqlite:///{Path(folder) / 'db.sqlite3'}", folder, issuer) as (url, _):
            place = {"API": url, "TOKENS": issuer.url + issuer.token_path}
            command = ["node", "--test", "--test-reporter=spec", *tests]
            return subprocess.run(command, cwd=project, env={**os.environ, **place}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
