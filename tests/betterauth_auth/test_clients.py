"""Programs that sign in as themselves: only where the setting, the view and the scopes all say so."""

from __future__ import annotations

from io import StringIO
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.http import HttpRequest, JsonResponse
from django.test import override_settings
from django.urls import path
from rest_framework.permissions import IsAuthenticated

from betterauth_auth import users
from betterauth_auth.doors.django import better_auth_required
from betterauth_auth.exceptions import Denied, InvalidToken
from betterauth_auth.identify import aidentify, identify
from betterauth_auth.models import Identity
from betterauth_auth.tokens import verify
from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.betterauth_auth.urls import WhoAmI

WAYS = (identify, async_to_sync(aidentify))
MIDDLEWARE = ["betterauth_auth.doors.django.BetterAuthMiddleware"]
FORBIDDEN = {"detail": "This is for people and not for programs."}


class Machines(WhoAmI):
    accepts_clients = True
    required_scopes = ["jobs:run"]


class ScopesForgotten(WhoAmI):
    accepts_clients = True


class PeopleWithScope(WhoAmI):
    permission_classes = [IsAuthenticated]
    required_scopes = ["jobs:run"]


def told(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": request.user.pk, "subject": request.better_auth and request.better_auth.subject})


urlpatterns = [
    path("machines", Machines.as_view()),
    path("scopes-forgotten", ScopesForgotten.as_view()),
    path("people", PeopleWithScope.as_view()),
    path("open", told),
    path("decorated", better_auth_required(scopes=["jobs:run"], clients=True)(told)),
    path("decorated-people", better_auth_required(scopes=["jobs:run"])(told)),
]


class ClientTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.accept()
        self.enterContext(override_settings(ROOT_URLCONF=__name__))

    def accept(self, **overrides: Any) -> None:
        self.configure(**{"TOKEN_TYPES": ["absent", "JWT", "at+jwt"], "ACCEPT_CLIENTS": True, **overrides})

    def machine(self, typ: str | None = "at+jwt", **claims: Any) -> str:
        of_client = {"sub": "worker", "azp": "worker", "scope": "jobs:run", "name": None, "email": None, "id": None}
        return self.issuer.token(headers={"typ": typ}, **{**of_client, **claims})

    def reason(self, token: str) -> str:
        with self.assertRaises(InvalidToken) as caught:
            verify(token)
        return caught.exception.reason

    def tearDown(self) -> None:
        self.assertFalse(get_user_model().objects.exists(), "a program became a local user")
        super().tearDown()

    def test_it_is_somebody_of_its_own(self):
        for way in WAYS:
            user, token = way(f"Bearer {self.machine()}", scopes=["jobs:run"], clients=True)

            self.assertEqual((user.client_id, token.client_id, token.is_client), ("worker", "worker", True))
            self.assertEqual(user.pk, f"{self.issuer.url}|client|worker")
            self.assertEqual((user.is_authenticated, user.is_staff, user.is_superuser), (True, False, False))

    def test_off_by_default(self):
        self.accept(ACCEPT_CLIENTS=False)
        self.assertEqual(self.reason(self.machine()), "client_credentials")
        self.configure()
        self.assertEqual(self.reason(self.machine(typ=None)), "client_credentials")

    def test_only_access_tokens_with_scopes(self):
        for token in (
            self.machine(typ=None),
            self.machine(typ="JWT"),
            self.machine(scope=None),
            self.machine(scope=" "),
        ):
            self.assertEqual(self.reason(token), "client_credentials")

    def test_no_door_lets_it_in_that_does_not_say_so_and_ask_for_scopes(self):
        for asked in (
            {},
            {"scopes": ["jobs:run"]},
            {"clients": True},
            {"stateless": True},
            {"roles": ["a"], "clients": True},
        ):
            for way in WAYS:
                with self.subTest(asked), self.assertRaises(Denied) as caught:
                    way(f"Bearer {self.machine(role='a')}", **asked)
                self.assertEqual((caught.exception.status, caught.exception.code), (403, "client"))

    def test_its_scopes_have_to_suffice(self):
        for way in WAYS:
            with self.assertRaises(Denied) as caught:
                way(f"Bearer {self.machine()}", scopes=["jobs:run", "jobs:stop"], clients=True)
            self.assertEqual(caught.exception.code, "insufficient_scope")

    def test_it_is_not_looked_for_among_people(self):
        token = verify(self.machine())
        for look in (users.identity_for, async_to_sync(users.aidentity_for)):
            with self.assertRaises(InvalidToken):
                look(token)

    def test_rest_framework(self):
        good = self.get(self.machine(), "/machines")
        self.assertEqual(good.json(), {"user": f"{self.issuer.url}|client|worker", "subject": "worker"})
        for place in ("/people", "/scopes-forgotten"):
            response = self.get(self.machine(), place)
            self.assert_answers(response, 403)
            self.assertEqual(response.json(), FORBIDDEN)
        missing = self.get(self.machine(scope="jobs:stop"), "/machines")
        self.assert_answers(missing, 403)
        self.assertIn('scope="jobs:run"', missing["WWW-Authenticate"])

    def test_plain_django_with_and_without_the_middleware(self):
        for middleware in ([], MIDDLEWARE):
            with override_settings(MIDDLEWARE=middleware):
                self.client = self.client_class()
                self.assertEqual(self.get(self.machine(), "/decorated").json()["subject"], "worker")
                self.assert_answers(self.get(self.machine(), "/decorated-people"), 403)

    @override_settings(MIDDLEWARE=MIDDLEWARE)
    def test_for_the_middleware_it_is_nobody(self):
        self.assertEqual(self.get(self.machine(), "/open").json(), {"user": None, "subject": None})

    def test_a_door_for_programs_without_scopes_is_a_mistake(self):
        with self.assertRaises(TypeError):
            better_auth_required(clients=True)

    def test_the_doctor_knows_it(self):
        out = StringIO()
        call_command("betterauth", "doctor", self.machine(), stdout=out)

        self.assertIn("stands for a program", out.getvalue())


class PeopleTests(IssuerDatabaseCase):
    def test_people_come_in_as_before_where_programs_do(self):
        self.configure(ACCEPT_CLIENTS=True, TOKEN_TYPES=["absent", "at+jwt"])
        for claims in ({}, {"azp": "web"}, {"client_id": "web"}):
            token = self.issuer.token(scope="jobs:run", **claims)
            found = identify(f"Bearer {token}", scopes=["jobs:run"], clients=True)

            self.assertEqual(found.user, Identity.objects.get().user)
            self.assertFalse(found.token.is_client)
