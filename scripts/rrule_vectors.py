"""`make rrule-vectors`: which days our rules name, beside dateutil, rrule and ical.js (needs Node).

Writes tests/todos/rrule/vectors.json and prints who disagrees. Fails where ours stands alone.
"""

import subprocess
import sys

import node
from environment import ROOT, python_with

FOLDER = ROOT / "tests" / "todos" / "rrule"


def main():
    node.insist()
    node.install(FOLDER)
    command = [python_with("requirements-dev.lock"), "-m", "tests.todos.rrule.ask"]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


main()
