"""The codes of problems with their params as types of TypeScript, from openapi.yaml; part of `make schema`."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "clients" / "typescript" / "src" / "codes.ts"
HEAD = """\
/** Written by `make schema`: what the `params` of each code have. */
export interface ParamsOf {
"""


def main() -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    FILE.write_text(text_of(document["components"]["schemas"]["Problem"]), encoding="utf-8")


def text_of(problem: dict[str, Any]) -> str:
    types = problem["properties"]["params"]["properties"]
    members = "".join(f"  {code}: {object_of(names, types)};\n" for code, names in problem["x-codes"].items())
    return f"{HEAD}{members}}}\n\nexport type Code = keyof ParamsOf;\n"


def object_of(names: list[str], types: dict[str, Any]) -> str:
    members = "; ".join(f"{name}: {type_of(types[name])}" for name in names)
    return f"{{ {members} }}" if members else "Record<string, never>"


def type_of(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if schema["type"] == "array":
        return f"{type_of(schema['items'])}[]"
    return {"integer": "number", "string": "string"}[schema["type"]]


if __name__ == "__main__":
    main()
