"""Reads what somebody wrote into BETTER_AUTH, or says which name it is that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# As they are written; what each is meant to be is checked where it is read.
Values: TypeAlias = Mapping[str, object]
# It is quoted in headers. No query and no fragment: nobody could tell where its metadata are.
RESOURCE = re.compile(r'https?://[^\s"\\/?#@<>]+(/[^\s"\\?#<>]*)?', re.ASCII)


def words(values: Values, name: str) -> list[str]:
    found = entries(values, name)
    texts = [entry for entry in found if isinstance(entry, str) and entry]
    if len(texts) < len(found):
        raise ImproperlyConfigured(f'BETTER_AUTH["{name}"] is not a list of strings.')
    return texts


def entries(values: Values, name: str) -> list[object]:
    value = values[name] or []
    if isinstance(value, str):
        # It would otherwise be taken apart into its letters.
        return [value]
    if not isinstance(value, Iterable):
        raise ImproperlyConfigured(f'BETTER_AUTH["{name}"] is not a list.')
    return list(value)


def number(values: Values, name: str) -> float:
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        raise ImproperlyConfigured(f'BETTER_AUTH["{name}"] is not a number from 0 to 2^31.')
    return value


def flag(values: Values, name: str) -> bool:
    value = values[name]
    if not isinstance(value, bool):
        raise ImproperlyConfigured(f'BETTER_AUTH["{name}"] is neither True nor False.')
    return value


def origin(url: str) -> str:
    """The origin as JavaScript spells it, which is what Better Auth writes into `iss` and `aud`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        raise ImproperlyConfigured(f'BETTER_AUTH["API_URL"], {url.rpartition("@")[2]!r}, is not a URL.') from exc
    host = f"[{host}]" if ":" in host else host
    is_default_port = port is None or (parts.scheme, port) in {("http", 80), ("https", 443)}
    return f"{parts.scheme}://{host}" if is_default_port else f"{parts.scheme}://{host}:{port}"


def with_defaults(values: object, defaults: Values) -> Values:
    if not isinstance(values, Mapping):
        raise ImproperlyConfigured('BETTER_AUTH["ISSUERS"] is not a list of dictionaries.')
    # A misspelled name would silently leave the default in force.
    if unknown := sorted(map(str, values.keys() - defaults.keys())):
        raise ImproperlyConfigured(f"BETTER_AUTH has no setting named {', '.join(unknown)}.")
    return {**defaults, **values}


def resource_of(values: Values) -> str:
    resource = values["RESOURCE"]
    if resource and not (isinstance(resource, str) and resource.isascii() and RESOURCE.fullmatch(resource)):
        raise ImproperlyConfigured('BETTER_AUTH["RESOURCE"] is not the address of an API.')
    try:
        urlsplit(str(resource))
    except ValueError as exc:
        raise ImproperlyConfigured('BETTER_AUTH["RESOURCE"] is not the address of an API.') from exc
    return str(resource)
