"""Pages as the OpenAPI document describes them. The document asks a view's `pagination_class`; no request does."""

from __future__ import annotations

from rest_framework.pagination import BasePagination

from todos.types import Json


class DescribedPages(BasePagination):
    def get_paginated_response_schema(self, schema: Json) -> Json:
        link = {"type": ["string", "null"], "format": "uri", "description": "The address of the page, or null."}
        cursor = {"type": ["string", "null"], "description": "The `cursor` in `next`, for links of your own."}
        properties = {"results": schema, "next": link, "next_cursor": cursor, "previous": link}
        return {"type": "object", "required": list(properties), "properties": {**properties, **self.more()}}

    def more(self) -> Json:
        """Members that are there when they are asked for."""
        return {}


class DescribedTodoPages(DescribedPages):
    def more(self) -> Json:
        names = ("TodoList", "Tag", "View", "Summary")
        lists, tags, views, summary = ({"$ref": f"#/components/schemas/{name}"} for name in names)
        return {
            "total": {"type": "integer", "description": "With `total=true`: todos on all pages."},
            "lists": {
                "type": "array",
                "items": lists,
                "description": "With `include=lists`: the first 200.",
            },
            "tags": {"type": "array", "items": tags, "description": "With `include=tags`: the first 200."},
            "views": {"type": "array", "items": views, "description": "With `include=views`: the first 200."},
            "summary": {
                "allOf": [summary],
                "description": "With `include=summary`: as GET /summary; with `views` among them as `?views=true`.",
            },
        }
