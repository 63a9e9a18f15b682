"""Typed readers of environment variables that collect every fault and report them together."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
DOTENV_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def read_dotenv(path: Path) -> dict[str, str]:
    """The assignments in a `.env` file; quotes around a value are taken off, nothing is interpolated."""
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := DOTENV_LINE.fullmatch(line.strip()):
            name, value = match.groups()
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            values[name] = value
    return values


class FaultyEnvironment(ImproperlyConfigured):
    """Names every variable that is wrong, and the cure."""


class Environment:
    """Reads typed values from a mapping. An empty value counts as unset; `report()` raises all faults at once."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.names: list[str] = []
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        self.names.append(name)
        return self.values.get(name, "").strip() or default

    def texts(self, prefix: str, *names: str) -> dict[str, str]:
        return {name: self.text(prefix + name) for name in names}

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in TRUE_WORDS | FALSE_WORDS:
            self.fault(name, f"{value!r} is neither true nor false", "write true or false")
        return value in TRUE_WORDS if value else default

    def number(self, name: str, default: int, *, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            self.fault(name, f"{value!r} is not a whole number", f"write digits only, for example {default}")
            return default
        number = int(value)
        if not minimum <= number <= maximum:
            self.fault(name, f"{number} is out of range", f"choose {minimum} to {maximum}")
            return default
        return number

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            self.fault(name, f"{value!r} is not known", f"choose one of {', '.join(choices)}")
            return default
        return value

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A comma-separated list without its empty entries."""
        entries = [entry.strip() for entry in self.text(name).split(",")]
        return [entry for entry in entries if entry] or list(default)

    def origins(self, name: str) -> list[str]:
        """Exact origins: scheme and host, perhaps a port, and nothing after it."""
        origins = self.words(name)
        for origin in origins:
            try:
                parts = urlsplit(origin)
                well_formed = parts.scheme in {"http", "https"} and origin == f"{parts.scheme}://{parts.netloc}"
                well_formed = well_formed and bool(parts.hostname) and "*" not in origin and "@" not in origin
            except ValueError:
                well_formed = False
            if not well_formed:
                cure = "write scheme and host without a path, for example https://app.example.com"
                self.fault(name, f"{origin!r} is not an origin", cure)
        return origins

    def address(self, name: str) -> str:
        """A host and a port; nginx knows no localhost, and nothing else may come into its configuration."""
        address = self.text(name)
        if not address or re.fullmatch(r"(?!localhost:)(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}", address):
            return address
        self.fault(name, f"{address!r} is not a host and a port", "write for example 127.0.0.1:8001")
        return ""

    def json_list(self, name: str) -> list[dict[str, object]]:
        """A JSON array of objects."""
        try:
            value = json.loads(self.text(name, "[]"))
        except ValueError:
            value = None
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.fault(name, "it is not a JSON array of objects", 'write for example [{"API_URL": "https://…"}]')
            return []
        return value

    def require_package(self, name: str, package: str) -> None:
        """What only some need is not installed for everybody."""
        try:
            is_installed = find_spec(package) is not None
        except ModuleNotFoundError:
            is_installed = False
        if not is_installed:
            self.fault(name, f"{package} is not installed", "install requirements-observability.lock")

    def fault(self, name: str, fault: str, cure: str) -> None:
        self.faults.append(f"{name}: {fault}; {cure}.")

    def report(self) -> None:
        if self.faults:
            lines = "\n  ".join(self.faults)
            raise FaultyEnvironment(f"The environment (or .env) needs attention:\n  {lines}")
