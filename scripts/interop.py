"""`make interop`: real Better Auth servers on Node against our server. Where there is no Node, the tests say so."""

import os
import subprocess
import sys

import node
from environment import ROOT, python_with

python = python_with("requirements-dev.lock")
if not node.what_is_missing():
    node.install(node.INTEROP)
command = [python, "manage.py", "test", "tests.interop", *sys.argv[1:]]
sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, "INTEROP": "1"}, check=False).returncode)
