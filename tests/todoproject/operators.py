"""The cast of the admin's tests: Alice is looked after, Sam supports, Petra erases, Olivia may do everything."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client, TestCase
from django.utils import timezone

from betterauth_auth.models import Identity
from tests.todos.case import Person

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


def signed_in_through_better_auth(person: Person, **profile: Any) -> Identity:
    values = {"issuer": "https://auth.example", "profile_issued_at": timezone.now(), **profile}
    return Identity.objects.create(user=person.user, **values)


class AdminTestCase(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = Person("user-a11ce")
        self.identity = signed_in_through_better_auth(
            self.alice, subject="sub-alice", name="Alice Adler", email="alice@example.com"
        )
        self.sam = Operator("sam", "support")
        self.petra = Operator("petra", "privacy")
        self.olivia = Operator("olivia", is_superuser=True)

    def shown(self, response: Any) -> str:
        self.assertEqual(response.status_code, 200, response.content[:500])
        return response.content.decode()
