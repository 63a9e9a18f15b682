"""`make client`: todo-api-client packed, installed from the tarball, and tried there against the running service."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import node
from environment import ROOT, python_with

FENCED = re.compile(r"^```ts\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RESOLUTIONS = (("NodeNext", "NodeNext"), ("Node16", "Node16"), ("ESNext", "bundler"))
INSTALL = ("install", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--prefer-offline")


def pack(folder):
    """The tarball, after a look at what is in it."""
    node.client()
    packed = subprocess.run(
        ["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder],
        cwd=node.CLIENT,
        check=True,
        capture_output=True,
        text=True,
    )
    (report,) = json.loads(packed.stdout)
    inside = {file["path"] for file in report["files"]}
    modules = {path.stem for path in (node.CLIENT / "src").glob("*.ts")}
    built = {f"dist/{name}{ending}" for name in modules for ending in (".js", ".d.ts")}
    if inside != built | {"package.json", "README.md", "LICENSE"}:
        sys.exit(f"The tarball holds something else than it should: {sorted(inside)}")
    if (node.CLIENT / "LICENSE").read_bytes() != (ROOT / "LICENSE").read_bytes():
        sys.exit("The licence in the tarball is another one than the repository's.")
    print(f"{report['id']}: {report['size'] / 1000:.0f} kB packed, {report['unpackedSize'] / 1000:.0f} kB unpacked")
    return Path(folder) / report["filename"]


def install(tarball, project):
    """An empty project with the client in it, beside what its README installs, and our tests."""
    project.mkdir()
    (project / "package.json").write_text('{"private": true, "type": "module"}\n', encoding="utf-8")
    better_auth = json.loads((node.WEB / "package.json").read_text(encoding="utf-8"))["dependencies"]["better-auth"]
    node.run(project, *INSTALL, str(tarball), f"better-auth@{better_auth}")
    for path in (node.CLIENT / "tests").iterdir():
        shutil.copy(path, project)
    readme = (node.CLIENT / "README.md").read_text(encoding="utf-8")
    (project / "readme").mkdir()
    (project / "readme" / "readme.ts").write_text("\n".join(FENCED.findall(readme)), encoding="utf-8")


def compile_in(project):
    """By every way in which modules are resolved; the first writes what is run."""
    for module, resolution in RESOLUTIONS:
        how = ["--module", module, "--moduleResolution", resolution]
        tsc(project, "-p", ".", *how, *([] if resolution == "NodeNext" else ["--noEmit"]))
    # Better Auth's own types need other ones than those of Node and of browsers.
    readme = ["--skipLibCheck", "--exactOptionalPropertyTypes", "--noEmit", "readme/readme.ts"]
    tsc(project, "--strict", "--target", "ES2023", "--module", "NodeNext", "--types", "node", *readme)


def tsc(project, *arguments):
    tools = node.CLIENT / "node_modules"
    command = [tools / ".bin" / "tsc", *arguments, "--typeRoots", tools / "@types"]
    if subprocess.run(command, cwd=project, check=False).returncode:
        sys.exit(f"It does not compile: tsc {' '.join(arguments)}")


def main():
    node.insist()
    python = python_with("requirements-dev.lock")
    with tempfile.TemporaryDirectory(prefix="client-") as folder:
        project = Path(folder) / "project"
        install(pack(folder), project)
        compile_in(project)
        sys.exit(subprocess.run([python, "-m", "tests.client", project], check=False).returncode)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
