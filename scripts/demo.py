"""`make demo`: our API, a real Better Auth server and the example page, ready for the first todo."""

import os
import sys

import node
from environment import ROOT, python_with
from run import ENV_FILE, write_env
from stack import Stack

PAGE = "http://localhost:5173"


def main():
    node.insist()
    python = python_with("requirements.lock")
    node.install(node.WEB)
    if not ENV_FILE.exists():
        write_env()
    port = os.environ.get("PORT", "8000")
    api = f"http://127.0.0.1:{port}"
    # The example's users live in memory, so their todos do not belong into the database of `make run`.
    (ROOT / "var").mkdir(exist_ok=True)
    settings = {
        "BETTER_AUTH_API_URL": PAGE,
        "CORS_ALLOWED_ORIGINS": PAGE,
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'demo.sqlite3'}",
    }
    with Stack() as stack:
        stack.start([python, "manage.py", "serve", "--migrate", "--port", port], f"{api}/livez", **settings)
        stack.start(["npm", "run", "dev", "--silent"], PAGE, folder=node.WEB, VITE_API_URL=api)
        print(f"\n  The page is at {PAGE}: create an account there (it lasts until you press Ctrl-C).\n", flush=True)
        stack.wait()
        sys.exit("One of the two servers has ended.")


try:
    main()
except KeyboardInterrupt:
    print()
