"""Addresses are remembered by what they look like; each still leads where Django's resolver says."""

from __future__ import annotations

from uuid import uuid4

from django.http import Http404
from django.test import SimpleTestCase
from django.urls import ResolverMatch, get_resolver

from todoproject.http import routes

UID, OTHER = str(uuid4()), str(uuid4())
API = "/api/v1/"
ADDRESSES = ("todos", f"todos/{UID}", f"todos/{UID}/complete", f"lists/{UID}", "me", "changes", "todos/0", "todos/bulk")
STRANGE = (f"todos/{UID}x", f"todos/x{UID}", f"todos/{UID.upper()}", f"todos/{UID}{OTHER}", "todos/..", "todos/%00")


class AnAddressLeadsWhereDjangoSays(SimpleTestCase):
    def setUp(self) -> None:
        routes.remembered.cache_clear()

    def assert_as_django_says(self, path: str) -> None:
        found, expected = routes.resolve(path), get_resolver().resolve(path)
        for name in ("func", "args", "kwargs", "url_name", "route", "view_name", "namespaces", "captured_kwargs"):
            self.assertEqual(getattr(found, name), getattr(expected, name), name)

    def test_the_first_time_and_the_second(self):
        for address in (*ADDRESSES, *STRANGE):
            for time in ("first", "second"):
                with self.subTest(address, time=time):
                    self.assert_as_django_says(API + address)

    def test_each_with_its_own_id(self):
        for uid in (UID, OTHER, routes.ANY_UUID):
            self.assertEqual(routes.resolve(f"{API}todos/{uid}").kwargs, {"id": uid})
        self.assertEqual(routes.remembered.cache_info().currsize, 1)

    def test_what_one_request_changes_no_other_sees(self):
        first: ResolverMatch = routes.resolve(f"{API}todos/{UID}")
        first.kwargs["id"] = "spoilt"
        self.assertEqual(routes.resolve(f"{API}todos/{UID}").kwargs, {"id": UID})

    def test_addresses_that_do_not_exist_take_no_room(self):
        for number in range(10):
            with self.assertRaises(Http404):
                routes.resolve(f"{API}nothing/{number}/at/all")
        self.assertEqual(routes.remembered.cache_info().currsize, 0)
