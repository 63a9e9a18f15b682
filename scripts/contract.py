"""`make contract`: schemathesis asks the running server everything that the OpenAPI document lets it ask."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import ROOT, python_with
from private_postgres import free_port
from stack import Stack, token_of

SETTINGS = {
    "SECRET_KEY": "contract-" * 6,
    "DEBUG": "true",
    "BETTER_AUTH_API_URL": "",
    "RATE_LIMIT_USER": "0",
    "RATE_LIMIT_ADDRESS": "0",
    "LOG_LEVEL": "WARNING",
}
LEFT_OUT = (
    # The document can't say which rows exist, which version one has and which Idempotency-Key was used: what it allows
    # may still meet a 400, 412 or 422.
    "--exclude-checks=positive_data_acceptance",
    # It would end the account that all other requests are made with; tests/test_people.py has it.
    "--exclude-operation-id=deleteMe",
    # It names addresses such as /todos/quick, whose ends are taken for ids of rows; tests/todoproject has it.
    "--exclude-operation-id=getIndex",
    # The service that is asked has no streams, which is a 503; tests/todoproject/test_live.py has those that have.
    "--exclude-operation-id=getLive",
)
# What is wrong in one of its edits is told in an answer that is 200.
PUSH = "pushChanges"
PARTS = (
    (f"--exclude-operation-id={PUSH}",),
    (f"--include-operation-id={PUSH}", "--exclude-checks=negative_data_rejection,positive_data_acceptance"),
)
# One worker: two threads of Python 3.11 that parse source at once, as hypothesis does to name its filters, now and then
# end in "AST constructor recursion depth mismatch".
OPTIONS = ("--checks=all", "--max-examples=15", "--workers=1", "--seed=1", "--continue-on-failure", "--no-color")


def main():
    python = python_with("requirements-dev.lock")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="contract-") as folder, Stack() as stack:
        environment = {**SETTINGS, "DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}"}
        with (Path(folder) / "log").open("wb") as log:
            serve = [python, "manage.py", "serve", "--migrate", "--port", str(port)]
            stack.start(serve, f"{address}/livez", log=log, **environment)
            token = token_of("contract", python, environment)
            ask = [str(Path(python).parent / "schemathesis"), "run", f"{address}/api/v1/schema", *OPTIONS, *LEFT_OUT]
            ask += ["-H", f"Authorization: Bearer {token}"]
            sys.exit(max(subprocess.run([*ask, *part], cwd=folder, check=False).returncode for part in PARTS))


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
