"""`make run`: everything a fresh clone needs, then the server. A second start only starts the server."""

import os
import secrets

from environment import ROOT, python_with

ENV_FILE = ROOT / ".env"


def main():
    # Database, keys and passwords are for nobody else on this machine.
    os.umask(0o077)
    python = python_with("requirements.lock")
    if not ENV_FILE.exists():
        write_env()
    os.chdir(str(ROOT))
    port = os.environ.get("PORT", "8000")
    os.execv(python, [python, "manage.py", "serve", "--migrate", "--port", port])


def write_env():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    ENV_FILE.touch(mode=0o600)
    ENV_FILE.write_text(
        example.replace("\nSECRET_KEY=\n", "\nSECRET_KEY=" + secrets.token_urlsafe(50) + "\n"), encoding="utf-8"
    )
    print("Wrote .env with a fresh SECRET_KEY.", flush=True)


if __name__ == "__main__":
    main()
