"""`make interop`: real Better Auth servers on Node against our server. Where there is no Node, the tests say so.

`BETTER_AUTH=1.6.34` tries another version than the locked one, with an OAuth provider of its line that is no newer;
`BETTER_AUTH=latest` the newest that is released.
"""

import os
import shutil
import subprocess
import sys

import node
from environment import ROOT, python_with


def released(version):
    """The number of this version, which may be called by a tag."""
    command = ["npm", "view", f"better-auth@{version}", "version"]
    number = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    print(f"Better Auth {number}", flush=True)
    return number or sys.exit(f"npm knows no Better Auth {version}.")


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
            folder = folder_of(released(version))
        else:
            node.install(folder)
    command = [python, "manage.py", "test", *(sys.argv[1:] or ["tests.interop"])]
    environment = {**os.environ, "INTEROP": str(folder)}
    sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


main()
