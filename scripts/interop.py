"""`make interop`: real Better Auth servers on Node against our server. Where there is no Node, the tests say so.

`BETTER_AUTH=1.6.34` tries another version than the locked one, with an OAuth provider of its line that is no newer.
"""

import os
import shutil
import subprocess
import sys

import node
from environment import ROOT, python_with


def folder_of(version):
    """A copy of the servers with this version's packages beside it."""
    folder = ROOT / "var" / f"interop-{version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for script in node.INTEROP.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    line = version.rpartition(".")[0]
    packages = [f"better-auth@{version}", f"@better-auth/oauth-provider@>={line}.0 <={version}", "typescript"]
    # The provider asks for the utilities of one version only, which need not be this one's.
    node.run(folder, "install", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error", *packages)
    return folder


def main():
    python = python_with("requirements-dev.lock")
    folder = node.INTEROP
    if not node.what_is_missing():
        if version := os.environ.get("BETTER_AUTH"):
            folder = folder_of(version)
        else:
            node.install(folder)
    command = [python, "manage.py", "test", *(sys.argv[1:] or ["tests.interop"])]
    environment = {**os.environ, "INTEROP": str(folder)}
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


main()
