"""`make demo`: our API, a real Better Auth server and the example page, ready for the first todo."""

import os
import sys

import node
from environment import ROOT, python_with
from run import ENV_FILE, write_env
from stack import Stack

PAGE = "http://localhost:5173"
LOG = ROOT / "var" / "demo.log"
WELCOME = """
  The page  {page}   (create an account there; it lasts until you press Ctrl-C)
  The API   {api}/docs
  Its log   {log}
"""


def main():
    node.insist()
    python = python_with("requirements.lock")
    node.client()
    node.install(node.WEB)
    if not ENV_FILE.exists():
        write_env()
    port = os.environ.get("PORT", "8000")
    api = f"http://127.0.0.1:{port}"
    # The example's users live in memory, so their todos do not belong into the database of `make run`.
    LOG.parent.mkdir(exist_ok=True)
    settings = {
        "DEBUG": "true",
        "BETTER_AUTH_API_URL": PAGE,
        "CORS_ALLOWED_ORIGINS": PAGE,
        "DATABASE_URL": f"sqlite:///{LOG.with_name('demo.sqlite3')}",
        "DATABASE_URL_DIRECT": "",
    }
    with LOG.open("wb") as log, Stack() as stack:
        serve = [python, "manage.py", "serve", "--migrate", "--port", port]
        stack.start(serve, f"{api}/livez", log=log, **settings)
        stack.start(["npm", "run", "dev", "--silent"], PAGE, folder=node.WEB, VITE_API_URL=api)
        print(WELCOME.format(page=PAGE, api=api, log=LOG.relative_to(ROOT)), flush=True)
        stack.wait()
        sys.exit("One of the two servers has ended.")


try:
    main()
except KeyboardInterrupt:
    print()
