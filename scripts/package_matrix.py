"""`make package-matrix`: the suite of betterauth_auth from the wheel, on several Pythons, Djangos, DRFs and PyJWTs.

Eight cells, chosen so that each version occurs; `CELLS=all` for every combination, `CELLS="3.12 6.0"` for those of this
Python and Django. A Python that is not here is named and left out, except by `REQUIRE_PYTHONS=1`, which fails then.
"""

import os
import re
import runpy
import shutil
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import package
from environment import ROOT, uv

# Not imported, because the package around it wants Django.
APART = runpy.run_path(str(ROOT / "tests" / "betterauth_auth" / "apart.py"))
FOLDER = ROOT / "var" / "package-matrix"
# More than two would be too slow for what the suite expects of time.
AT_ONCE = int(os.environ.get("AT_ONCE", "2"))
PYTHONS = ("3.11", "3.12", "3.13")
PYJWTS = ("2.10.1", "2.15.1")
# Each Django's DRFs and the oldest Python that both take.
DJANGOS = {
    "4.2": (("3.14", "3.15", "3.16", "3.17"), "3.11"),
    "5.2": (("3.16", "3.17", "3.18"), "3.11"),
    "6.0": (("3.16", "3.17", "3.18"), "3.12"),
    "6.1": (("3.18",), "3.12"),
}


class Cell(NamedTuple):
    python: str
    django: str
    drf: str
    pyjwt: str

    def __str__(self):
        return f"Python {self.python}, Django {self.django}, DRF {self.drf}, PyJWT {self.pyjwt}"

    def pins(self):
        return [f"django~={self.django}.0", f"djangorestframework~={self.drf}.0", f"pyjwt[crypto]=={self.pyjwt}"]


class OldestCell(Cell):
    """Exactly what the metadata give as lower bounds, down to the smallest."""

    def pins(self):
        project = tomllib.loads((package.SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return [
            line.replace(">=", "==") for line in [*project["dependencies"], *project["optional-dependencies"]["drf"]]
        ]


CHOSEN = [
    OldestCell("3.11", "4.2", "3.14", "2.10.1"),
    Cell("3.11", "5.2", "3.18", "2.15.1"),
    Cell("3.12", "4.2", "3.15", "2.15.1"),
    Cell("3.12", "6.0", "3.16", "2.10.1"),
    Cell("3.12", "6.1", "3.18", "2.10.1"),
    Cell("3.13", "4.2", "3.17", "2.10.1"),
    Cell("3.13", "5.2", "3.16", "2.15.1"),
    Cell("3.13", "6.1", "3.18", "2.15.1"),
]


def every():
    for django, (drfs, oldest) in DJANGOS.items():
        for python in PYTHONS[PYTHONS.index(oldest) :]:
            yield from (Cell(python, django, drf, pyjwt) for drf in drfs for pyjwt in PYJWTS)


def asked_for(cells):
    if not cells:
        return CHOSEN
    found = [cell for cell in every() if cells in {"all", f"{cell.python} {cell.django}"}]
    return found or sys.exit(f"CELLS is all, or a Python and a Django that go together, as in 3.12 6.0; not {cells}.")


def interpreter(version):
    """The path of this Python: the one that runs this, one on the path, or one of pyenv's that is not on it."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [sys.executable, shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
    program = "import sys; print('{}.{}'.format(*sys.version_info))"
    for path in filter(None, found):
        run = subprocess.run([path, "-c", program], capture_output=True, text=True, check=False)
        if run.stdout.strip() == version:
            return str(path)
    return None


def outcome(cell, python, wheel):
    """What the suite says in an environment and a folder of its own."""
    folder = FOLDER / re.sub(r"[^\w.]+", "-", str(cell))
    uv("venv", "--quiet", "--python", python, folder / "venv")
    own = folder / "venv" / "bin" / "python"
    uv("pip", "install", "--quiet", "--python", own, f"django-better-auth[drf] @ {wheel.as_uri()}", *cell.pins())
    APART["copy_suite"](folder)
    # How fast it is is not asked here.
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": APART["SETTINGS"],
        "CORPUS_PATIENCE_SECONDS": "30",
    }
    command = [own, "-m", "django", "test", *APART["SUITE"]]
    started = time.monotonic()
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    counted = re.search(r"Ran \d+ tests", run.stderr)
    is_well = run.returncode == 0 and counted is not None
    said = counted[0] if is_well else f"FAILED\n{run.stdout[-2000:]}{run.stderr[-6000:]}"
    print(f"{cell}: {said} in {time.monotonic() - started:.0f} s", flush=True)
    return is_well


def main():
    cells = asked_for(os.environ.get("CELLS", ""))
    wheel = package.main()
    pythons = {version: interpreter(version) for version in sorted({cell.python for cell in cells})}
    missing = [version for version, path in pythons.items() if path is None]
    there = [cell for cell in cells if pythons[cell.python]]
    shutil.rmtree(FOLDER, ignore_errors=True)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda cell: outcome(cell, pythons[cell.python], wheel), there))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    absent = (
        f"; Python {', '.join(missing)} is not here, and {len(cells) - len(there)} cells were left out"
        if missing
        else ""
    )
    print(f"{sum(outcomes)} of {len(there)} cells passed{absent}.")
    sys.exit(not all(outcomes) or not there or bool(missing and os.environ.get("REQUIRE_PYTHONS")))


if __name__ == "__main__":
    main()
