"""The middleware and the decorator for plain Django, with the blocking client and the awaiting one."""

from __future__ import annotations

import asyncio
from typing import Any

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.asgi import get_asgi_application
from django.core.checks import run_checks
from django.http import HttpRequest, JsonResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.views import View

from betterauth_auth.doors.django import better_auth_required
from betterauth_auth.identify import aidentify, identify
from betterauth_auth.models import Identity
from betterauth_auth.users import cut_off
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase

OURS = "betterauth_auth.doors.django.BetterAuthMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
SESSIONS = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
HAS_SESSIONS = apps.is_installed("django.contrib.sessions")


def sync_only(get_response: Any) -> Any:
    """A middleware in between that makes Django change from one world to the other."""
    return lambda request: get_response(request)


def told(request: HttpRequest) -> JsonResponse:
    token = getattr(request, "better_auth", None)
    return JsonResponse({"user": request.user.pk, "subject": token and token.subject})


def open_view(request: HttpRequest) -> JsonResponse:
    return told(request)


async def open_async(request: HttpRequest) -> JsonResponse:
    # Django's own user of a session can't be looked at here before it was awaited.
    user = await request.auser()
    return told(request) if request.better_auth else JsonResponse({"user": user.pk, "subject": None})


class Classy(View):
    def get(self, request: HttpRequest, number: int) -> JsonResponse:
        return told(request)


class ClassyAsync(View):
    async def get(self, request: HttpRequest, number: int) -> JsonResponse:
        return told(request)


def by_hand(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": identify(request.headers.get("Authorization"), required=True).user.pk})


async def by_hand_async(request: HttpRequest) -> JsonResponse:
    found = await aidentify(request.headers.get("Authorization"), required=True)
    return JsonResponse({"user": found.user.pk})


urlpatterns = [
    path("open", open_view),
    path("open-async", open_async),
    path("closed", better_auth_required()(open_view)),
    path("closed-async", better_auth_required()(open_async)),
    path("scoped", better_auth_required(scopes=["read", "write"], roles=["admin", "root"])(open_view)),
    path("scoped-async", better_auth_required(scopes=["read", "write"], roles=["admin", "root"])(open_async)),
    path("stateless", better_auth_required(stateless=True)(open_view)),
    path("stateless-async", better_auth_required(stateless=True)(open_async)),
    path("class/<int:number>", better_auth_required()(Classy.as_view())),
    path("class-async/<int:number>", better_auth_required()(ClassyAsync.as_view())),
    path("login", login_required(open_view)),
    path("by-hand", by_hand),
    path("by-hand-async", by_hand_async),
]


class DoorCase(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(ROOT_URLCONF=__name__))

    def everywhere(self, place: str, authorization: str | None, method: str = "get", csrf: bool = False) -> list[Any]:
        """The answers of the sync view and the async one, each under WSGI and under ASGI."""
        head, _, rest = place.partition("/")
        ways = [f"/{head}{kind}{'/' + rest if rest else ''}" for kind in ("", "-async")]
        headers = {} if authorization is None else {"Authorization": authorization}
        answers = []
        for way in ways:
            client, awaiting = Client(enforce_csrf_checks=csrf), AsyncClient(enforce_csrf_checks=csrf)
            answers.append(getattr(client, method)(way, headers=headers))
            answers.append(async_to_sync(getattr(awaiting, method))(way, headers=headers))
        return answers

    def alike(self, place: str, authorization: str | None, **options: Any) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers, which have to be the same everywhere."""
        answers = [
            (answer.status_code, answer.content, dict(answer.headers))
            for answer in self.everywhere(place, authorization, **options)
        ]
        for answer in answers[1:]:
            self.assertEqual(answer, answers[0])
        return answers[0]

    def bearer(self, **claims: Any) -> str:
        return f"Bearer {self.issuer.token(**claims)}"

    def assert_signed_in(self, answers: list[Any], subject: str = "alice") -> None:
        for answer in answers:
            self.assert_answers(answer, 200)
            user = Identity.objects.get(subject=subject).user_id
            self.assertEqual(answer.json(), {"user": user, "subject": subject})


class DecoratorTests(DoorCase):
    def test_a_good_token_signs_its_subject_in(self):
        for place in ("closed", "class/7"):
            with self.subTest(place):
                self.assert_signed_in(self.everywhere(place, self.bearer()))

    def test_it_answers_whom_it_denies_as_django_rest_framework_does(self):
        for name, authorization in {
            "nothing": None,
            "another scheme": "Basic YTpi",
            "expired": self.bearer(exp=1),
            "empty": "Bearer ",
            "twice": f"{self.bearer()},{self.bearer()}",
            "high bytes": "Bearer \xe9",
            "huge": "Bearer " + "a" * 100_000,
        }.items():
            with self.subTest(name):
                status, body, headers = self.alike("closed", authorization)
                self.assertEqual((status, body), (401, b'{"detail":"A valid Better Auth token is needed."}'))
                self.assertEqual(headers["Content-Type"], "application/json")
                with override_settings(ROOT_URLCONF="tests.betterauth_auth.urls"):
                    of_drf = self.client.get("/whoami", headers={"Authorization": authorization or ""})
                self.assertEqual(headers["WWW-Authenticate"], of_drf["WWW-Authenticate"])

    def test_scopes_and_roles(self):
        good = {"scope": "read write", "role": "user, admin"}
        self.assert_signed_in(self.everywhere("scoped", self.bearer(**good)))

        status, body, headers = self.alike("scoped", self.bearer(**{**good, "scope": "read"}))
        self.assertEqual((status, body), (403, b'{"detail":"The token does not have the scope this needs."}'))
        challenge = 'Bearer realm="api", error="insufficient_scope", scope="read write"'
        self.assertEqual(headers["WWW-Authenticate"], challenge)
        status, _, headers = self.alike("scoped", self.bearer(**{**good, "role": "user"}))
        self.assertEqual((status, "WWW-Authenticate" in headers), (403, False))

    def test_keys_out_of_reach_are_an_outage(self):
        self.issuer.stop()

        for answer in self.everywhere("closed", self.bearer()):
            self.assert_answers(answer, 503)
            self.assertGreaterEqual(int(answer["Retry-After"]), 1)

    def test_a_person_who_was_cut_off_is_refused(self):
        authorization = self.bearer()
        cut_off(identify(authorization).user)

        self.assertEqual(self.alike("closed", authorization)[0], 401)

    def test_stateless_makes_no_user(self):
        for answer in self.everywhere("stateless", self.bearer()):
            self.assertEqual(answer.json()["user"], f"{self.issuer.url}|alice")
        self.assertFalse(get_user_model().objects.exists())

    def test_a_word_in_place_of_a_list_is_found_when_it_is_written(self):
        with self.assertRaises(TypeError):
            better_auth_required(scopes="todos:read")

    def test_no_cache_may_give_the_answer_to_others(self):
        for authorization in (self.bearer(), self.bearer(exp=1), None):
            self.assertIn("Authorization", self.alike("stateless", authorization)[2]["Vary"])

    @override_settings(MIDDLEWARE=[CSRF])
    def test_a_token_needs_no_csrf_token(self):
        self.assert_signed_in(self.everywhere("closed", self.bearer(), method="post", csrf=True))


@override_settings(MIDDLEWARE=[OURS])
class MiddlewareTests(DoorCase):
    def test_a_good_token_signs_its_subject_in(self):
        self.assert_signed_in(self.everywhere("open", self.bearer()))

    @override_settings(MIDDLEWARE=[f"{__name__}.sync_only", OURS, f"{__name__}.sync_only"])
    def test_between_sync_middlewares_as_well(self):
        self.assert_signed_in(self.everywhere("open", self.bearer()))
        self.assertEqual(self.alike("open", self.bearer(exp=1))[0], 401)

    def test_without_a_token_nobody_is_signed_in_and_nothing_asked(self):
        with self.assertNumQueries(0):
            status, body, headers = self.alike("open", None)

        self.assertEqual((status, body), (200, b'{"user": null, "subject": null}'))
        self.assertIn("Authorization", headers["Vary"])

    def test_a_bad_token_reaches_no_view(self):
        status, body, headers = self.alike("open", self.bearer(exp=1))

        self.assertEqual((status, body), (401, b'{"detail":"A valid Better Auth token is needed."}'))
        self.assertEqual(headers["WWW-Authenticate"], 'Bearer realm="api", error="invalid_token"')

    def test_a_person_who_was_shut_out_reaches_no_view(self):
        authorization = self.bearer()
        identify(authorization)
        get_user_model().objects.update(is_active=False)

        self.assertEqual(self.alike("open", authorization)[0], 401)

    def test_keys_out_of_reach_are_an_outage(self):
        self.issuer.stop()

        for answer in self.everywhere("open", self.bearer()):
            self.assert_answers(answer, 503)
            self.assertGreaterEqual(int(answer["Retry-After"]), 1)

    def test_a_view_that_asks_by_itself_is_answered_for(self):
        self.assertEqual(self.alike("by-hand", None)[0], 401)

    def test_login_required_takes_the_tokens_user(self):
        self.assert_signed_in([self.client.get("/login", headers={"Authorization": self.bearer()})])

    @override_settings(MIDDLEWARE=[CSRF, OURS])
    def test_a_token_needs_no_csrf_token_and_without_one_it_is_asked_for(self):
        self.assert_signed_in(self.everywhere("open", self.bearer(), method="post", csrf=True))
        for authorization, status in ((None, 403), ("Basic YTpi", 403), (self.bearer(exp=1), 401)):
            for answer in self.everywhere("open", authorization, method="post", csrf=True):
                self.assert_answers(answer, status)


class SessionTests(DoorCase):
    """An operator's session and a token in one request."""

    def setUp(self) -> None:
        super().setUp()
        if not HAS_SESSIONS:
            self.skipTest("Sessions are not installed in this project.")
        self.operator = get_user_model().objects.create_user("operator", password="a long password")

    def ask(self, place: str, authorization: str | None = None, method: str = "get") -> list[Any]:
        headers = {} if authorization is None else {"Authorization": authorization}
        blocking, awaiting = Client(enforce_csrf_checks=True), AsyncClient(enforce_csrf_checks=True)
        for client in (blocking, awaiting):
            client.force_login(self.operator)
        answers = [getattr(blocking, method)(f"/{place}{kind}", headers=headers) for kind in ("", "-async")]
        answers.append(async_to_sync(getattr(awaiting, method))(f"/{place}-async", headers=headers))
        return answers

    @override_settings(MIDDLEWARE=[*SESSIONS, CSRF, OURS])
    def test_the_token_wins(self):
        self.assert_signed_in(self.ask("open", self.bearer()))
        self.assert_signed_in(self.ask("open", self.bearer(), method="post"))

    @override_settings(MIDDLEWARE=[*SESSIONS, CSRF, OURS])
    def test_a_bad_token_is_refused_and_does_not_fall_back_to_the_session(self):
        for answer in self.ask("open", self.bearer(exp=1)):
            self.assert_answers(answer, 401)

    @override_settings(MIDDLEWARE=[*SESSIONS, CSRF, OURS])
    def test_the_session_goes_on_without_a_token_and_csrf_with_it(self):
        for answer in self.ask("open"):
            self.assertEqual(answer.json(), {"user": self.operator.pk, "subject": None})
        for answer in self.ask("open", method="post"):
            self.assert_answers(answer, 403)

    @override_settings(MIDDLEWARE=SESSIONS)
    def test_a_session_opens_no_view_that_wants_a_token(self):
        for answer in self.ask("closed"):
            self.assert_answers(answer, 401)

    @override_settings(MIDDLEWARE=SESSIONS)
    def test_the_token_wins_at_the_decorator_too(self):
        self.assert_signed_in(self.ask("closed", self.bearer()))

    def test_an_order_in_which_the_session_would_win_is_found_by_check(self):
        orders = {(*SESSIONS, OURS): [], (OURS, *SESSIONS): ["betterauth_auth.E014"], (OURS,): []}
        for order, expected in orders.items():
            with self.subTest(order), override_settings(MIDDLEWARE=list(order)):
                found = [message.id for message in run_checks() if message.id == "betterauth_auth.E014"]
                self.assertEqual(found, expected)


class HeadersOfAsgiTests(IssuerCase):
    """By the protocol itself, which gives headers as bytes and repeated ones one by one."""

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(ROOT_URLCONF=__name__))

    def status_of(self, *authorizations: bytes) -> int:
        headers = [(b"authorization", value) for value in authorizations]

        async def ask() -> int:
            scope = {
                "type": "http",
                "method": "GET",
                "path": "/stateless-async",
                "headers": [(b"host", b"testserver"), *headers],
            }
            wire = ApplicationCommunicator(get_asgi_application(), scope)
            await wire.send_input({"type": "http.request"})
            return (await wire.receive_output(3))["status"]

        return asyncio.run(ask())

    def test_one_is_a_token_and_two_are_none(self):
        good = f"Bearer {self.issuer.token()}".encode()

        self.assertEqual(self.status_of(good), 200)
        for headers in (
            [good, good],
            [good, b"Bearer x"],
            [b"Basic YTpi", good],
            [good, b""],
            [b"Bearer \xe9\xff"],
            [],
        ):
            with self.subTest(headers):
                self.assertEqual(self.status_of(*headers), 401)
