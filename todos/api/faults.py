"""What is said of a value that can't be taken: a text for people, and a code with what a translation of it needs."""

from __future__ import annotations

from typing import Any, NoReturn

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from todos.exceptions import Code


def fault(code: str, text: str, **params: Any) -> ErrorDetail:
    return ErrorDetail(text, Code(code, **params) if params else code)


# What several places say, each in one sentence.
REQUIRED = fault("required", "This is missing.")
UNKNOWN_FIELD = fault("unknown_field", "There is no such field here.")
DUPLICATE = fault("duplicate", "An earlier entry has this already.")
NOT_AN_OBJECT = "This has to be an object in braces."


def refusal(code: str, text: str, **params: Any) -> ValidationError:
    return ValidationError([fault(code, text, **params)])


def not_chosen(names: list[str]) -> ValidationError:
    return refusal("invalid_choice", f"Choose one of {', '.join(names)}.", choices=names)


class Explained(serializers.Field[Any, Any, Any, Any]):
    # A field whose faults are told by `refusal`. The texts may name the parameters. (A docstring would go into the
    # OpenAPI document, under the name of every body that has none.)

    # What the value ought to be, for the code `invalid`.
    expected = ""
    default_error_messages = {
        "required": str(REQUIRED),
        "null": "This can't be null.",
        "blank": "This can't be blank.",
        "max_length": "Write at most {max} characters.",
        "min_value": "Choose a number from {min} to {max}.",
        "max_value": "Choose a number from {min} to {max}.",
    }

    def fail(self, key: str, **params: Any) -> NoReturn:
        if key == "invalid":
            params["expected"] = self.expected
        raise refusal(key, str(self.error_messages[key]).format(**params), **params)
