"""Node's side of the repository: whether there is a Node, and a folder's packages as its lock file says."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

from environment import ROOT

OLDEST = (20, 19)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WEB = ROOT / "examples" / "web"
INTEROP = ROOT / "tests" / "interop"
OPENAPI = ROOT / "tests" / "openapi"
CLIENT = ROOT / "clients" / "typescript"


def what_is_missing():
    """A sentence for people, or nothing when Node and npm can be used."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return "Node {}.{} or newer with npm is needed, and it is not installed.".format(*OLDEST)
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < OLDEST:
        return "Node {}.{} or newer is needed, and this is {}.".format(*OLDEST, version)
    return ""


def insist():
    if missing := what_is_missing():
        sys.exit(missing)


def browser():
    """The path of a Chromium or Chrome, for what looks at the page."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or sys.exit("A Chromium or Chrome is needed (Debian: apt-get install chromium).")


def install(folder):
    """`npm ci`, once for each state of the lock file."""
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == digest:
        return
    print(f"Installing the locked npm packages of {folder.relative_to(ROOT)} (this happens once) ...", flush=True)
    run(folder, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    stamp.write_text(digest, encoding="utf-8")


def client():
    """The client as npm would have it; the example page is linked with it."""
    install(CLIENT)
    run(CLIENT, "run", "build", "--silent")


def run(folder, *arguments, **environment):
    done = subprocess.run(["npm", *arguments], cwd=folder, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"npm {' '.join(arguments)} failed.")
