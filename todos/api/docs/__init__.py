"""What describes the API in the OpenAPI document. Nothing in this room runs in a request."""

from todos.api.docs import naming

__all__ = ["naming"]
