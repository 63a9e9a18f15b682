"""Doors of frameworks that are not installed everywhere, beyond what the README's examples show."""

from __future__ import annotations

import unittest
from importlib.util import find_spec
from typing import Any

from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import AsyncClient, override_settings
from django.urls import path

from betterauth_auth.doors.django import better_auth_required
from tests.betterauth_auth.case import IssuerDatabaseCase

HAS_NINJA, HAS_STRAWBERRY = find_spec("ninja") is not None, find_spec("strawberry") is not None
MIDDLEWARE = ["betterauth_auth.doors.django.BetterAuthMiddleware"]
urlpatterns: list[Any] = []

if HAS_NINJA:
    from ninja import NinjaAPI

    from betterauth_auth.doors.ninja import AsyncBetterAuth, BetterAuth

    api = NinjaAPI()

    def told(request: Any) -> dict[str, object]:
        return {"user": request.user.pk, "subject": request.auth.subject}

    async def atold(request: Any) -> dict[str, object]:
        return told(request)

    for place, auth in (("/blocking", BetterAuth), ("/awaiting", AsyncBetterAuth)):
        api.get(f"{place}/sync", auth=auth(), operation_id=f"{place}1")(told)
        api.get(f"{place}/async", auth=auth(), operation_id=f"{place}2")(atold)
        api.post(f"{place}/scoped", auth=auth(roles=["admin"]), operation_id=f"{place}3")(told)
    urlpatterns.append(path("ninja/", api.urls))

if HAS_STRAWBERRY:
    import strawberry
    from strawberry.django.views import AsyncGraphQLView
    from strawberry.permission import PermissionExtension

    from betterauth_auth.doors.strawberry import NeedsToken

    def needing(**asked: Any) -> list[Any]:
        return [PermissionExtension(permissions=[NeedsToken(**asked)])]

    @strawberry.type
    class Query:
        @strawberry.field
        def anybody(self) -> str:
            return "open"

        @strawberry.field(extensions=needing())
        async def somebody(self, info: strawberry.Info) -> str | None:
            return info.context.request.better_auth.subject

        @strawberry.field(extensions=needing(roles=["admin"]))
        def admin(self) -> str | None:
            return "closed"

    schema = strawberry.Schema(Query)
    view = AsyncGraphQLView.as_view(schema=schema)
    urlpatterns += [path("graphql", view), path("closed-graphql", better_auth_required()(view))]


class OtherDoorCase(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(ROOT_URLCONF=__name__))

    def headers(self, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(**claims)}"}


@unittest.skipUnless(HAS_NINJA, "Django Ninja is not installed here.")
class NinjaTests(OtherDoorCase):
    PLACES = ("blocking/sync", "blocking/async", "awaiting/sync", "awaiting/async")

    def everywhere(self, headers: dict[str, str]) -> list[Any]:
        """The answers of each kind of class before each kind of operation, under WSGI and under ASGI."""
        answers = [self.client.get(f"/ninja/{place}", headers=headers) for place in self.PLACES]
        get = async_to_sync(AsyncClient().get)
        return [*answers, *(get(f"/ninja/{place}", headers=headers) for place in self.PLACES)]

    def test_each_class_serves_each_kind_of_operation(self):
        for answer in self.everywhere(self.headers()):
            self.assert_answers(answer, 200)
            self.assertEqual(answer.json(), {"user": get_user_model().objects.get().pk, "subject": "alice"})

    def test_without_a_handler_status_and_text_are_the_same(self):
        for headers in ({}, self.headers(exp=1), {"Authorization": "Bearer \xe9"}):
            for answer in self.everywhere(headers):
                self.assert_answers(answer, 401)
                self.assertEqual(answer.json(), {"detail": "A valid Better Auth token is needed."})
        self.issuer.stop()
        for answer in self.everywhere(self.headers()):
            self.assert_answers(answer, 503)

    def test_roles(self):
        for place in ("blocking", "awaiting"):
            answers = [
                self.client.post(f"/ninja/{place}/scoped", headers=self.headers(role=role)).status_code
                for role in ("admin", "user")
            ]
            self.assertEqual(answers, [200, 403])

    @unittest.skipUnless(apps.is_installed("django.contrib.sessions"), "Sessions are not installed here.")
    def test_a_session_opens_nothing(self):
        sessions = [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ]
        with override_settings(MIDDLEWARE=sessions):
            client = self.client_class()
            client.force_login(get_user_model().objects.create_user("operator"))
            self.assert_answers(client.get("/ninja/blocking/sync"), 401)

    def test_the_document_says_how_to_sign_in(self):
        schemes = api.get_openapi_schema()["components"]["securitySchemes"]

        self.assertEqual(schemes["BetterAuth"], {"type": "http", "scheme": "bearer"})


@unittest.skipUnless(HAS_STRAWBERRY, "Strawberry is not installed here.")
class StrawberryTests(OtherDoorCase):
    def ask(self, query: str, headers: dict[str, str], place: str = "/graphql") -> Any:
        with override_settings(MIDDLEWARE=MIDDLEWARE):
            post = async_to_sync(AsyncClient().post)
            return post(place, {"query": f"{{ {query} }}"}, "application/json", headers=headers)

    def code(self, query: str, headers: dict[str, str]) -> str:
        (error,) = self.ask(query, headers).json()["errors"]
        return error["extensions"]["code"]

    def test_fields_ask_each_for_itself(self):
        self.assertEqual(self.ask("anybody", {}).json(), {"data": {"anybody": "open"}})
        self.assertEqual(self.code("somebody", {}), "not_authenticated")
        self.assertEqual(self.ask("somebody", self.headers()).json(), {"data": {"somebody": "alice"}})
        self.assertEqual(self.code("admin", self.headers()), "role")
        self.assertEqual(self.ask("admin", self.headers(role="admin")).json(), {"data": {"admin": "closed"}})

    def test_a_bad_token_reaches_no_field(self):
        self.assert_answers(self.ask("anybody", self.headers(exp=1)), 401)

    def test_the_decorator_closes_the_endpoint(self):
        self.assert_answers(self.ask("anybody", {}, "/closed-graphql"), 401)
        self.assert_answers(self.ask("anybody", self.headers(), "/closed-graphql"), 200)

    def test_subscriptions_have_the_token_in_the_scope_of_their_websocket(self):
        from betterauth_auth.identify import identify

        found = identify(self.headers()["Authorization"])

        class Consumer:
            scope = {"better_auth": found.token}

        for context, subject in (({"request": Consumer()}, None), ({"request": object()}, "not_authenticated")):
            result = schema.execute_sync("{ admin }", context_value=context)
            self.assertEqual(result.errors[0].extensions["code"], subject or "role")
