"""`make package-install`: the wheel in a bare environment, by its README, with a real Better Auth (needs Node).

Then the same by the page for Better Auth's documentation, docs/upstream/django.mdx.
"""

import os
import subprocess
import sys

import node
import package
from environment import ROOT, python_with

TRIED = ["tests.package.test_install", "tests.package.test_upstream"]

node.insist()
node.install(node.INTEROP)
environment = {**os.environ, "WHEEL": str(package.main()), "INTEROP": str(node.INTEROP)}
command = [python_with("requirements-dev.lock"), "manage.py", "test", *TRIED]
sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
