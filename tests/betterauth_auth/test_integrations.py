"""The parts that need another package: the admin and the OpenAPI document."""

from __future__ import annotations

import unittest

from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import override_settings
from django.urls import path

from betterauth_auth import status
from betterauth_auth.models import Identity
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase
from tests.betterauth_auth.urls import Public, WhoAmI

ADMIN_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
HAS_ADMIN = apps.is_installed("django.contrib.admin")
if HAS_ADMIN:
    from django.contrib import admin

    urlpatterns = [path("admin/", admin.site.urls)]


@unittest.skipUnless(HAS_ADMIN, "The admin is not installed in this project.")
class AdminTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.token = self.issuer.token(sub="alice", name="Alice")
        self.get(self.token)
        self.identity = Identity.objects.get()
        # A new client, because the old one has loaded its middleware already.
        self.client = self.client_class()
        self.enterContext(override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=ADMIN_MIDDLEWARE))
        self.client.force_login(get_user_model().objects.create_superuser("root", "", "a long password"))

    def test_an_identity_is_found_by_its_subject(self):
        response = self.client.get("/admin/betterauth_auth/identity/?q=alice")

        self.assertContains(response, "Alice")

    def test_an_operator_cuts_tokens_off(self):
        action = {"action": "cut_off_tokens", "_selected_action": [self.identity.pk], "reason": "lost phone"}
        self.client.post("/admin/betterauth_auth/identity/", action)

        with override_settings(ROOT_URLCONF="tests.betterauth_auth.urls", MIDDLEWARE=[]):
            self.assert_answers(self.get(self.token), 401)

    def test_identities_are_neither_added_nor_deleted_by_hand(self):
        self.assertEqual(self.client.get("/admin/betterauth_auth/identity/add/").status_code, 403)
        delete = f"/admin/betterauth_auth/identity/{self.identity.pk}/delete/"
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)


@unittest.skipUnless(apps.is_installed("drf_spectacular"), "drf-spectacular is not installed in this project.")
class OpenApiTests(IssuerCase):
    def test_the_document_says_how_to_sign_in(self):
        from drf_spectacular.generators import SchemaGenerator

        patterns = [path("whoami", WhoAmI.as_view()), path("public", Public.as_view())]
        document = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)

        self.assertEqual(document["components"]["securitySchemes"]["BetterAuth"]["scheme"], "bearer")
        self.assertEqual(document["paths"]["/whoami"]["get"]["security"], [{"BetterAuth": []}])
        self.assertEqual(document["paths"]["/public"]["get"]["security"], [{"BetterAuth": []}, {}])


class StatusTests(IssuerCase):
    def test_the_status_is_from_memory(self):
        before = status.key_sets()[0]
        self.assertEqual((before.is_usable, before.last_outcome, before.kids), (False, "never", ()))
        self.assertEqual(self.issuer.requests, 0)

        self.get_with("/stateless")

        after = status.key_sets()[0]
        self.assertEqual((after.is_usable, after.last_outcome), (True, "ok"))
        self.assertEqual((after.kids, after.algorithms), ((self.issuer.key.kid,), ("EdDSA",)))
        self.assertLess(after.age_seconds, 5)
        self.assertIsNotNone(after.last_attempt_at)

    def test_warming_up_fetches_what_is_missing(self):
        status.warm_up()
        status.warm_up()
        self.get_with("/stateless")

        self.assertEqual(self.issuer.requests, 1)
