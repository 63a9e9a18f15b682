"""The cast of the admin's tests: Alice is looked after, Sam supports, Petra erases, Olivia may do everything."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from betterauth_auth.models import Identity
from tests.todos.case import TodosTestCase

ADMIN = "/admin"


class Operator:
    def __init__(self, name: str, *groups: str, **flags: bool) -> None:
        self.user = User.objects.create(username=name, is_staff=True, **flags)
        self.user.groups.set(Group.objects.filter(name__in=groups))
        self.client = Client()
        self.client.force_login(self.user)

    def get(self, path: str, data: Any = None) -> Any:
        return self.client.get(ADMIN + path, data)

    def post(self, path: str, data: Any = None) -> Any:
        return self.client.post(ADMIN + path, data)

    def act(self, path: str, action: str, *keys: Any, reason: str = "because", **data: Any) -> Any:
        """Sends the form above a list, as if these rows had been ticked."""
        return self.post(path, {"action": action, "_selected_action": keys, "reason": reason, **data})

    @property
    def log(self) -> list[str]:
        return [entry.get_change_message() for entry in LogEntry.objects.filter(user=self.user).order_by("pk")]


class AdminTestCase(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        for person, name in ((self.alice, "Alice Adler"), (self.mallory, "Mallory Moss")):
            known = Identity.objects.filter(user=person.user)
            known.update(name=name, email=f"{person.subject}@example.com", is_email_verified=False)
        self.identity = Identity.objects.get(user=self.alice.user)
        self.sam = Operator("sam", "support")
        self.petra = Operator("petra", "privacy")
        self.olivia = Operator("olivia", is_superuser=True)

    def shown(self, response: Any) -> str:
        self.assertEqual(response.status_code, 200, response.content[:500])
        return response.content.decode()
