"""Functions that the settings of `test_mapping` name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model

calls: list[tuple[Any, Any]] = []


def note(user, token):
    calls.append((user.pk, token.claims.get("org")))


def fail(*args):
    raise RuntimeError("the hook broke")


def make_named(token):
    return get_user_model().objects.create(username=f"person-{token.subject}")


def make_nobody(token):
    return None


def find_operator(token):
    return get_user_model().objects.get(is_staff=True)


def roles_by_table(user, organization):
    return {"acme": ["owner"]}.get(organization, [])


not_a_function = "text"
