"""The virtual environment in `.venv`, made from a lock file. Standard library only; any Python 3 can read it."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)
# A development environment holds the runtime's packages too, in the same versions.
COVERS = {
    "requirements.lock": ["requirements.lock"],
    "requirements-dev.lock": ["requirements-dev.lock", "requirements.lock"],
}


def python_with(lock):
    """The path of a Python that has everything in the lock file; installs what is missing."""
    if sys.version_info < OLDEST:
        sys.exit(
            "Python {}.{} or newer is needed and this is {}.{}; name a newer one: make {} PYTHON=python3.12".format(
                *OLDEST, *sys.version_info[:2], "run" if lock == "requirements.lock" else "test"
            )
        )
    python = VENV / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not works(python):
        create()
    stamps = {name: VENV / ("installed-" + name) for name in COVERS[lock]}
    if not is_current(stamps[lock], lock):
        print("Installing the locked packages (this happens once) ...", flush=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / lock)], check=True)
        for name, stamp in stamps.items():
            stamp.write_text(digest(name), encoding="utf-8")
    return str(python)


def beside(name, pins):
    """A Python in an environment of its own, for programs that want other versions than ours."""
    venv = ROOT / "var" / name
    stamp, python = venv / "installed", venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(pins)], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def uv(*arguments):
    """Runs uv, with a cache inside the checkout."""
    program = Path(python_with("requirements-dev.lock")).with_name("uv")
    environment = {**os.environ, "UV_CACHE_DIR": str(ROOT / "var" / "uv")}
    if subprocess.run([str(program), *map(str, arguments)], env=environment, check=False).returncode:
        sys.exit(f"uv {arguments[0]} failed.")


def works(python):
    """Whether this Python starts: a moved or copied environment may not."""
    try:
        return subprocess.run([str(python), "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def create():
    result = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], check=False, capture_output=True, text=True
    )
    if result.returncode:
        sys.exit(
            "Python could not make a virtual environment (on Debian and Ubuntu, install python3-venv):\n"
            + result.stdout
        )


def is_current(stamp, lock):
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest(lock)


def digest(lock):
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


if __name__ == "__main__":
    print(python_with(sys.argv[1]))
