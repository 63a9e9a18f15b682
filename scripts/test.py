"""`make test`: the whole suite on SQLite, and on PostgreSQL wherever there is one.

`--require-postgres` (make test-postgres) fails where there is none.
"""

import os
import subprocess
import sys

from environment import ROOT, python_with


def main():
    python = python_with("requirements-dev.lock")
    os.chdir(str(ROOT))
    outcomes = {"SQLite": run_suite(python, "")}
    given_url = os.environ.get("TEST_DATABASE_URL", "")
    if given_url:
        outcomes["PostgreSQL (TEST_DATABASE_URL)"] = run_suite(python, given_url)
    else:
        outcomes["PostgreSQL (a private cluster)"] = run_on_private_postgres(python)
    print()
    for database, outcome in outcomes.items():
        print(f"{database}: {outcome}")
    is_missing = "--require-postgres" in sys.argv and any(o.startswith("not run") for o in outcomes.values())
    sys.exit(is_missing or "FAILED" in outcomes.values())


def run_suite(python, database_url):
    environment = {**os.environ, "TEST_DATABASE_URL": database_url}
    command = [python, "manage.py", "test", *[argument for argument in sys.argv[1:] if not argument.startswith("--r")]]
    print(f"\nThe suite on {'PostgreSQL' if database_url else 'SQLite'}:", flush=True)
    return "FAILED" if subprocess.run(command, env=environment, check=False).returncode else "passed"


def run_on_private_postgres(python):
    from private_postgres import PrivatePostgres, server_binaries

    if server_binaries() is None:
        return "not run, PostgreSQL's server is not installed here and TEST_DATABASE_URL is not set"
    with PrivatePostgres() as url:
        return run_suite(python, url)


main()
