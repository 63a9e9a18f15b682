"""Executes the README's shell blocks in a fresh clone whose path has a space: the docs are code.

The two blocks that start servers go to the background, one after the other; the others run in one shell, and a curl
that is answered with an error fails. The repository's address leads to this checkout. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = shutil.which("bash") or "sh"
API, PAGE = "http://127.0.0.1:8000/livez", "http://localhost:5173"
PATIENCE_SECONDS = 300
PROLOGUE = 'set -eu\ncurl() { command curl --fail-with-body --max-time 20 --show-error "$@"; }\n'


def shell_blocks(heading: str) -> list[str]:
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    if not section:
        sys.exit(f"The README has no section «{heading}».")
    return re.findall(r"^```sh\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


def a_new_users(folder: Path) -> dict[str, str]:
    """The environment of a new user's shell: no home to find settings in, none of our variables."""
    address = re.search(r"git clone (\S+)", README)
    if not address:
        sys.exit("The README does not say how to clone the repository.")
    home = folder / "home"
    home.mkdir()
    instead = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf", "GIT_CONFIG_VALUE_0": address[1]}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", **instead}


@contextlib.contextmanager
def served(block: str, *urls: str, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """While the servers that the block starts are up."""
    for url in urls:
        if answers(url):
            sys.exit(f"Something else answers at {url} already; stop it first.")
    began = time.monotonic()
    servers = subprocess.Popen([SHELL, "-euc", block], cwd=folder, env=environment, start_new_session=True)
    try:
        until(lambda: servers.poll() is not None or all(map(answers, urls)))
        if servers.poll() is not None:
            sys.exit(f"This did not start its servers:\n{block}")
        print(f"{time.monotonic() - began:.0f} s until {' and '.join(urls)} answered.", flush=True)
        yield
    finally:
        if servers.poll() is None:
            os.killpg(servers.pid, signal.SIGTERM)
        servers.wait()
        until(lambda: not any(map(answers, urls)))


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            sys.exit(f"Nothing has changed for {PATIENCE_SECONDS} s.")
        time.sleep(0.5)


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True


def main() -> None:
    demo, run = shell_blocks("Start it")
    with tempfile.TemporaryDirectory(prefix="read me ") as name:
        folder = Path(name)
        environment = a_new_users(folder)
        with served(demo, API, PAGE, folder=folder, environment=environment):
            pass
        (clone,) = (path.parent for path in folder.glob("*/README.md"))
        with served(run, API, folder=clone, environment=environment):
            script = PROLOGUE + "\n".join(shell_blocks("Try it"))
            subprocess.run([SHELL, "-c", script], cwd=clone, env=environment, check=True)
    print("\nEvery line of the README's quick start was answered.")


main()
