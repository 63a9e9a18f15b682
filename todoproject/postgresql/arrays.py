"""Lists of texts as PostgreSQL arrays, which is how Django inserts several rows at once."""

from __future__ import annotations

from typing import Any

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper


class TextsDumper(ListDumper):
    """psycopg's escapes one letter at a time: notes of 3.6 MB that are nothing but quotes took it a second."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        if not obj or not all(type(item) is str and "\0" not in item for item in obj):
            return super().dump(obj)
        escaped = (item.replace("\\", "\\\\").replace('"', '\\"') for item in obj)
        return ('{"' + '","'.join(escaped) + '"}').encode()
