"""Names for what is passed on without being looked into."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.db.models import Field, QuerySet

# A JSON object; what a body says, once it has passed; a row's columns.
Json: TypeAlias = dict[str, Any]
Values: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[Any, ...]
# Rows of some table.
RowSet: TypeAlias = QuerySet[Any, Any]
AnyField: TypeAlias = "Field[Any, Any]"
