"""`make calendars`: ical.js, node-ical, vdirsyncer and todoman read the running service's calendar (needs Node)."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import node
from environment import ROOT, beside, python_with
from private_postgres import free_port
from stack import Stack, token_of

FOLDER = ROOT / "tests" / "todos" / "calendars"
SETTINGS = {"SECRET_KEY": "calendars-" * 5, "DEBUG": "true", "BETTER_AUTH_API_URL": "", "LOG_LEVEL": "INFO"}


def main():
    node.insist()
    node.install(FOLDER)
    programs = beside("calendars", FOLDER / "requirements.txt").parent
    python = python_with("requirements-dev.lock")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="calendars-") as folder, Stack() as stack:
        environment = {**SETTINGS, "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}"}
        log = Path(folder) / "log"
        with log.open("wb") as output:
            serve = [python, "manage.py", "serve", "--migrate", "--port", str(port)]
            stack.start(serve, f"http://127.0.0.1:{port}/livez", log=output, **environment)
            token = {**os.environ, "TOKEN": token_of("calendars", python, environment)}
            ask = [python, "-m", "tests.todos.calendars.ask", f"http://127.0.0.1:{port}", folder, str(programs)]
            sys.exit(subprocess.run(ask, env=token, check=False).returncode)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
