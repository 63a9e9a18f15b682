"""`make schema`: the OpenAPI document and the TypeScript types of the client."""

import os
import subprocess

import node
from environment import ROOT, python_with

python = python_with("requirements-dev.lock")
settings = {"SECRET_KEY": "schema", "DEBUG": "true", "BETTER_AUTH_API_URL": "http://localhost:3000"}
command = [python, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", "openapi.yaml"]
subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=True)
subprocess.run([python, "scripts/client_codes.py"], cwd=ROOT, check=True)
if missing := node.what_is_missing():
    print(f"Wrote openapi.yaml, but not the TypeScript types: {missing}")
else:
    node.install(node.CLIENT)
    node.run(node.CLIENT, "run", "types", "--silent")
