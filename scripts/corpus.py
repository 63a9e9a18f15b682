"""`make corpus`: the hostile corpus against ours and other verifiers, and the tables of docs/corpus.md (needs Node)."""

import hashlib
import subprocess
import sys

import node
from environment import ROOT, python_with

PEERS = ROOT / "tests" / "corpus" / "peers"
VENV = ROOT / "var" / "corpus"


def main():
    node.insist()
    node.install(PEERS)
    command = [python_with("requirements-dev.lock"), "-m", "tests.corpus.run", "--peers", python_with_peers()]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def python_with_peers():
    """An environment of their own, because they want other versions than ours."""
    pins, stamp = PEERS / "requirements.txt", VENV / "installed"
    python = VENV / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    digest = hashlib.sha256(pins.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != digest:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(pins)], check=True)
        stamp.write_text(digest, encoding="utf-8")
    return str(python)


main()
