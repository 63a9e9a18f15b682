"""`make test`: the whole suite on SQLite, and what asks a database on PostgreSQL, where there is one, at the same time.

`--require-postgres` (make test-postgres) fails where there is none. `--partitioned` (make test-partitioned) runs what
talks SQL about owners on tables that are partitioned by owner. Other arguments go to `manage.py test`.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from environment import ROOT, python_with

FURTHER = ("--testrunner", "tests.second_database.Runner")
PARTITIONED = ("--testrunner", "tests.partitioned.Runner", "tests.todos", "tests.test_partitioned")
PASSED, FAILED, NOT_RUN = "passed", "FAILED", "not run"


def main():
    python = python_with("requirements-dev.lock")
    os.chdir(str(ROOT))
    with ExitStack() as stack:
        database, url = postgresql(stack)
        if "--partitioned" in sys.argv:
            sys.exit(FAILED if not url else run(python, url, PARTITIONED).wait())
        output = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
        beside = start(python, url, FURTHER, stdout=output, stderr=subprocess.STDOUT) if url else None
        print("The suite on SQLite:", flush=True)
        outcomes = {"SQLite": outcome(start(python, ""))}
        outcomes[database] = outcome(beside) if beside else NOT_RUN
        output.seek(0)
        print(f"\nThe suite on PostgreSQL:\n{output.read() or NOT_RUN}")
    for name, result in outcomes.items():
        print(f"{name}: {result}")
    is_missing = "--require-postgres" in sys.argv and NOT_RUN in outcomes.values()
    sys.exit(is_missing or FAILED in outcomes.values())


def postgresql(stack):
    """What to call the database, and its URL: the one that is given, a private one, or none."""
    if url := os.environ.get("TEST_DATABASE_URL", ""):
        return "PostgreSQL (TEST_DATABASE_URL)", url
    from private_postgres import PrivatePostgres, server_binaries

    if server_binaries() is None:
        return "PostgreSQL (its server is not installed here, and TEST_DATABASE_URL is not set)", ""
    return "PostgreSQL (a private cluster)", stack.enter_context(PrivatePostgres())


def start(python, database_url, more=(), **streams):
    given = [argument for argument in sys.argv[1:] if argument != "--require-postgres"]
    return run(python, database_url, [*more, *given], **streams)


def run(python, database_url, arguments, **streams):
    environment = {**os.environ, "TEST_DATABASE_URL": database_url}
    return subprocess.Popen([python, "manage.py", "test", *arguments], env=environment, **streams)


def outcome(process):
    return FAILED if process.wait() else PASSED


main()
