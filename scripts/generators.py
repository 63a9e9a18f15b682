"""`make generators`: what three generators make of openapi.yaml compiles, and has every operation (needs Node)."""

import os
import re
import shutil
import subprocess
import sys

import node
from environment import ROOT, beside

FOLDER = ROOT / "tests" / "generators"
GENERATED = ROOT / "var" / "generated"
IMPORT_ALL = """
import importlib, pkgutil, todo_api_client
for module in pkgutil.walk_packages(todo_api_client.__path__, "todo_api_client."):
    importlib.import_module(module.name)
"""


def typescript():
    """By @hey-api/openapi-ts and by orval."""
    node.install(FOLDER)
    for script in ("hey-api", "orval", "compile"):
        node.run(FOLDER, "run", script, "--silent")


def python():
    """By openapi-python-client, which looks for its formatter beside itself."""
    interpreter = beside("generators", FOLDER / "requirements.txt")
    environment = {**os.environ, "PATH": f"{interpreter.parent}{os.pathsep}{os.environ['PATH']}"}
    made = GENERATED / "python"
    generator = [interpreter.with_name("openapi-python-client"), "generate", "--fail-on-warning"]
    where = ["--path", "openapi.yaml", "--config", FOLDER / "python.yaml", "--output-path", made]
    for command in (
        [*generator, *where],
        [interpreter, "-m", "compileall", "-q", made],
        [interpreter, "-W", "error", "-c", IMPORT_ALL],
    ):
        if subprocess.run(command, env={**environment, "PYTHONPATH": str(made)}, check=False).returncode:
            sys.exit(f"openapi-python-client: {command[1]} failed.")


def insist_on_every_operation():
    wanted = set(re.findall(r"operationId: (\w+)", (ROOT / "openapi.yaml").read_text(encoding="utf-8")))
    snake = {re.sub(r"(?=[A-Z])", "_", name).lower(): name for name in wanted}
    texts = {name: "".join(path.read_text(encoding="utf-8") for path in place) for name, place in typescript_files()}
    found = {name: wanted & set(re.findall(r"export const (\w+)", text)) for name, text in texts.items()}
    modules = (GENERATED / "python" / "todo_api_client" / "api").glob("*/*.py")
    found["python"] = {snake[path.stem] for path in modules if path.stem in snake}
    for name, operations in found.items():
        if missing := wanted - operations:
            sys.exit(f"{name}: there is no {', '.join(sorted(missing))}.")
        print(f"{name}: {len(operations)} operations, and all of it compiles")


def typescript_files():
    return [(name, (GENERATED / name).rglob("*.ts")) for name in ("hey-api", "orval")]


def main():
    node.insist()
    shutil.rmtree(GENERATED, ignore_errors=True)
    typescript()
    python()
    insist_on_every_operation()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
