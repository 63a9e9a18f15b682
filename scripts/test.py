"""`make test`: what asks a database on SQLite, and on PostgreSQL where there is one; the rest once; all at a time.

`--require-postgres` (make test-postgres) fails where there is none. `--partitioned` (make test-partitioned) runs what
talks SQL about owners on tables that are partitioned by owner. Other arguments go to `manage.py test`.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from environment import ROOT, python_with

WITH_DATABASE = ("--testrunner", "tests.halves.WithDatabase")
WITHOUT_DATABASE = ("--testrunner", "tests.halves.WithoutDatabase")
PARTITIONED = ("--testrunner", "tests.partitioned.Runner", "tests.todos", "tests.test_partitioned")
PASSED, FAILED, NOT_RUN = "passed", "FAILED", "not run"


class Run:
    """A part of the suite, under way; what it prints is shown as it comes, or kept."""

    def __init__(self, python, database_url, arguments, output=None):
        given = [argument for argument in sys.argv[1:] if not argument.startswith(("--require-", "--partitioned"))]
        environment = {**os.environ, "TEST_DATABASE_URL": database_url}
        command = [python, "manage.py", "test", *arguments, *given]
        self.output = output
        self.process = subprocess.Popen(command, env=environment, stdout=output, stderr=output and subprocess.STDOUT)

    def outcome(self):
        return FAILED if self.process.wait() else PASSED

    def words(self):
        self.output.seek(0)
        return self.output.read()


def main():
    python = python_with("requirements-dev.lock")
    os.chdir(str(ROOT))
    with ExitStack() as stack:
        database, url = postgresql(stack)
        if "--partitioned" in sys.argv:
            sys.exit(FAILED if not url else Run(python, url, PARTITIONED).process.wait())
        beside = {"No database": Run(python, "", WITHOUT_DATABASE, output(stack))}
        if url:
            beside[database] = Run(python, url, WITH_DATABASE, output(stack))
        print("The suite on SQLite:", flush=True)
        outcomes = {"SQLite": Run(python, "", WITH_DATABASE).outcome(), database: NOT_RUN}
        for name, run in beside.items():
            outcomes[name] = run.outcome()
            print(f"\nThe suite on {name}:\n{run.words()}")
    for name, result in outcomes.items():
        print(f"{name}: {result}")
    is_missing = "--require-postgres" in sys.argv and NOT_RUN in outcomes.values()
    sys.exit(is_missing or FAILED in outcomes.values())


def output(stack):
    return stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))


def postgresql(stack):
    """What to call the database, and its URL: the one that is given, a private one, or none."""
    if url := os.environ.get("TEST_DATABASE_URL", ""):
        return "PostgreSQL (TEST_DATABASE_URL)", url
    from private_postgres import PrivatePostgres, server_binaries

    if server_binaries() is None:
        return "PostgreSQL (its server is not installed here, and TEST_DATABASE_URL is not set)", ""
    return "PostgreSQL (a private cluster)", stack.enter_context(PrivatePostgres())


main()
