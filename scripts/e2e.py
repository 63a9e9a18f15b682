"""`make e2e`: the page's story in a real browser, against the built page, a real Better Auth server and our server."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import node
from environment import ROOT, python_with
from stack import Stack

WEB_PORT, API_PORT, LIVE_PORT, REDIS_PORT = 5183, 8083, 8084, 6383
PAGE, API = f"http://localhost:{WEB_PORT}", f"http://127.0.0.1:{API_PORT}"
LIVE, REDIS = f"http://127.0.0.1:{LIVE_PORT}", f"redis://127.0.0.1:{REDIS_PORT}/0"
ARTIFACTS = ROOT / "artifacts"
SETTINGS = {
    "SECRET_KEY": "e2e-" * 13,
    "DEBUG": "true",
    "BETTER_AUTH_API_URL": PAGE,
    # A token's life in the story is 5 s, and no grace on top of it.
    "BETTER_AUTH_LEEWAY_SECONDS": "1",
    "BETTER_AUTH_TOKEN_CACHE_SECONDS": "0",
    "CORS_ALLOWED_ORIGINS": PAGE,
    "REDIS_URL": REDIS,
}


def main():
    node.insist()
    browser = node.browser()
    redis = shutil.which("redis-server")
    if redis is None:
        sys.exit("A Redis is needed (Debian: apt-get install redis-server).")
    python = python_with("requirements-dev.lock")
    node.client()
    node.install(node.WEB)
    node.run(node.WEB, "run", "phrases", "--silent")
    node.run(node.WEB, "run", "build", "--silent", VITE_API_URL=API, VITE_LIVE_URL=LIVE)
    ARTIFACTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="e2e-") as folder, (ARTIFACTS / "e2e-servers.log").open("wb") as log:
        database = {"DATABASE_URL": f"sqlite:///{Path(folder) / 'db.sqlite3'}"}
        with Stack() as stack:
            alone = ["--bind", "127.0.0.1", "--save", ""]
            stack.start([redis, "--port", str(REDIS_PORT), *alone], REDIS, folder=folder, log=log)
            serve = [python, "manage.py", "serve", "--migrate", "--port", str(API_PORT)]
            api = {**SETTINGS, **database}
            stack.start(serve, f"{API}/livez", log=log, **api)
            stack.start([python, "manage.py", "live", "--port", str(LIVE_PORT)], f"{LIVE}/livez", log=log, **api)
            web = {"WEB_PORT": str(WEB_PORT), "BETTER_AUTH_URL": PAGE, "TOKEN_LIFE": "5s"}
            stack.start(["npm", "run", "preview", "--silent"], PAGE, folder=node.WEB, log=log, **web)
            story = {"PAGE": PAGE, "API": API, "BROWSER": browser, "ARTIFACTS": str(ARTIFACTS)}
            node.run(node.WEB, "run", "e2e", "--silent", **story)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
