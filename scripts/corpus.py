"""`make corpus`: the hostile corpus against ours and other verifiers, and the tables of docs/corpus.md (needs Node)."""

import subprocess
import sys

import node
from environment import ROOT, beside, python_with

PEERS = ROOT / "tests" / "corpus" / "peers"


def main():
    node.insist()
    node.install(PEERS)
    peers = beside("corpus", PEERS / "requirements.txt")
    command = [python_with("requirements-dev.lock"), "-m", "tests.corpus.run", "--peers", str(peers)]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


main()
