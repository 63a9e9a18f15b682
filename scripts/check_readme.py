"""Executes the README's shell blocks in a fresh clone whose path has a space: the docs are code.

The block that starts the server goes to the background; the others run one after the other in one shell, and a curl
that is answered with an error fails. Standard library only.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = ("Start it", "Try it")
PROLOGUE = 'set -eu\ncurl() { command curl --fail-with-body --max-time 20 --show-error "$@"; }\n'


def shell_blocks(text: str, heading: str) -> list[str]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not section:
        sys.exit(f"The README has no section «{heading}».")
    return re.findall(r"^```sh\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


def wait_until_it_answers(server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen("http://127.0.0.1:8000/livez", timeout=2).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.5)
    sys.exit("`make run` did not start the server.")


def main() -> None:
    blocks = {heading: shell_blocks((ROOT / "README.md").read_text(encoding="utf-8"), heading) for heading in HEADINGS}
    with tempfile.TemporaryDirectory(prefix="read me ") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        # Like a new user's shell: no home to find settings in, none of our variables.
        environment = {"PATH": os.environ["PATH"], "HOME": str(Path(folder) / "home"), "LC_ALL": "C.UTF-8"}
        Path(environment["HOME"]).mkdir()
        server = subprocess.Popen(["make", "run"], cwd=clone, env=environment, start_new_session=True)
        try:
            wait_until_it_answers(server)
            script = PROLOGUE + "\n".join(blocks["Try it"])
            subprocess.run([shutil.which("bash") or "sh", "-c", script], cwd=clone, env=environment, check=True)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
    print("\nEvery line of the README's quick start was answered.")


main()
