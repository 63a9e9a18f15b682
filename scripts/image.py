"""`make image`: podman builds the image from the Dockerfile, and tests/image runs it as compose.yaml says.

What FROM names is made of Debian's own packages, of the same release and the same Python, so no registry of images is
asked. Needs root, podman and mmdebstrap. Mounts and processes live in namespaces of their own and end with them.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environment import ROOT, python_with
from podman import Podman
from stack import leave

# What the image may add to the one that FROM names; docs/deploying.md says so, too.
LARGEST_MB = 150
PROGRAMS = ("podman", "mmdebstrap", "setpriv", "unshare", "ip")
# The machine's groups of processes are covered: podman refuses some kinds of them, and would leave new ones behind.
APART = (
    *("setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
    *("sh", "-c", 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"', "sh"),
)
# So that ports are free, whatever else the machine does.
IN_A_NETWORK = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# The format that knows HEALTHCHECK. The certificates are the machine's, which may trust a proxy of its own.
BUILD = ("--pull=never", "--isolation=chroot", "--format=docker", "--volume=/etc/ssl/certs:/etc/ssl/certs:ro")
OBSERVABILITY = ("--target=packages", "--build-arg=REQUIREMENTS=requirements-observability.lock")
PATHS = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def main() -> None:
    insist()
    signal.signal(signal.SIGTERM, leave)
    python = python_with("requirements-dev.lock")
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        sys.exit(subprocess.run([*APART, python, __file__, folder], check=False).returncode)


def insist() -> None:
    """Ends where it can't be done, which is a failure in CI alone."""
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if os.geteuid() != 0:
        missing.append("root's rights")
    if missing:
        print(f"The image was not tried. That needs {', '.join(missing)}.")
        sys.exit(1 if os.environ.get("CI") else 0)


def build_and_try(folder: Path) -> int:
    podman = Podman(folder)
    (base,) = {*re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)}
    archive = make_base(base, folder)
    podman("import", "--quiet", f"--change=ENV {PATHS}", archive, f"docker.io/library/{base}")
    build(podman, folder, "todo-api")
    build(podman, folder, "todo-api-observability", *OBSERVABILITY)
    whole, below = (int(podman("image", "inspect", "--format={{.Size}}", name)) / 1e6 for name in ("todo-api", base))
    print(f"The image has {whole:.0f} MB. {whole - below:.0f} MB of them are ours, where {LARGEST_MB} are allowed.")
    run = [*IN_A_NETWORK, sys.executable, "manage.py", "test", "tests.image"]
    settings = {"SECRET_KEY": "image", "DEBUG": "true", "IMAGE": str(folder)}
    failed = subprocess.run(run, env={**os.environ, **settings}, check=False).returncode
    return failed or int(whole - below > LARGEST_MB)


def make_base(name: str, folder: Path) -> Path:
    """A file system with what ours uses of that image. Beside it comes the docker-compose of Debian."""
    parts = re.fullmatch(r"python:([\d.]+)-slim-([a-z]+)", name)
    assert parts, name  # noqa: S101 - tests/image/test_dockerfile.py sees to that
    python, release = parts.groups()
    # As in the images of Docker Hub, apt keeps nothing.
    kept = 'Dir::Cache { pkgcache ""; srcpkgcache ""; }; DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };'
    fetch = (
        "mkdir -m 777 /tmp/a && cd /tmp/a && apt-get download -qq docker-compose && dpkg-deb -x docker-compose*.deb b"
    )
    hooks = (
        f'ln -s /usr/bin/python{python} "$1/usr/local/bin/python"',
        f'chroot "$1" sh -c "{fetch}"',
        f"copy-out /tmp/a/b/usr/libexec/docker/cli-plugins/docker-compose {folder}",
        'rm -r "$1"/tmp/* "$1"/var/lib/apt/lists/*',
    )
    options = ["--quiet", "--variant=minbase", f"--include=python{python},python3-venv,ca-certificates"]
    options += [
        f"--aptopt={kept}",
        *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "man", "locale")),
    ]
    options += [f"--customize-hook={hook}" for hook in hooks]
    archive = folder / "base.tar"
    timed("The base", ["mmdebstrap", *options, release, str(archive)], folder)
    return archive


def build(podman: Podman, folder: Path, tag: str, *options: str) -> None:
    timed(tag, [*podman.command, "build", *BUILD, *options, f"--tag={tag}", str(ROOT)], folder, podman.environment)


def timed(what: str, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Says how long it took, and what was said only if it failed."""
    began = time.monotonic()
    log = folder / "log"
    with log.open("wb") as output:
        status = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False).returncode
    if status:
        sys.exit(f"{log.read_text(encoding='utf-8', errors='replace')}\n{what} failed.")
    print(f"{what}: made in {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    if sys.argv[1:]:
        sys.exit(build_and_try(Path(sys.argv[1])))
    main()
