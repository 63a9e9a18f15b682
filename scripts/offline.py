"""`make offline`: random schedules of offline devices with examples/offline, on both databases (needs Node)."""

import os
import subprocess
import sys

import node
from environment import ROOT, python_with

FOLDER = ROOT / "examples" / "offline"


def main():
    node.insist()
    node.install(FOLDER)
    node.run(FOLDER, "run", "build", "--silent")
    python = python_with("requirements-dev.lock")
    sys.exit(subprocess.run([python, "-m", "tests.offline"], check=False).returncode)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
