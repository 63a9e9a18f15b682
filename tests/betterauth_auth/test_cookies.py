"""Better Auth's session cookie in place of a token: exchanged, remembered for seconds, and held to CSRF."""

from __future__ import annotations

import os
import signal
import threading
import time
import unittest
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

from asgiref.sync import async_to_sync
from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import include, path
from django.utils.module_loading import import_string
from django.views.decorators.csrf import ensure_csrf_cookie
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from betterauth_auth import conf, cutoffs, users
from betterauth_auth.authentication import StatelessBetterAuthAuthentication
from betterauth_auth.cookies import sessions
from betterauth_auth.doors.cookies import CookieBetterAuthAuthentication
from betterauth_auth.doors.django import better_auth_required
from betterauth_auth.models import Identity
from tests.betterauth_auth import events
from tests.betterauth_auth.case import IssuerCase, IssuerDatabaseCase
from tests.betterauth_auth.test_doors_in_readme import README
from tests.betterauth_auth.urls import WhoAmI
from tests.fake_betterauth import (
    answer_with,
    answer_with_token,
    drip_body,
    drip_headers,
    hang,
    hang_up,
    redirect_to,
    slowly,
)

NAME = "__Secure-better-auth.session_token"
ALICE, BOB = "a1ice.c2lnbmF0dXJl%3D", "b0b.c2lnbmF0dXJl%3D"
CSRF = "c" * 32
REFUSED = {"detail": "A valid Better Auth token is needed."}


def told_user(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": request.user.pk})


class ByCookie(WhoAmI):
    authentication_classes = [CookieBetterAuthAuthentication]

    def post(self, request: Request) -> Response:
        return self.get(request)


class Stateless(CookieBetterAuthAuthentication, StatelessBetterAuthAuthentication):
    pass


class WithoutDatabase(ByCookie):
    authentication_classes = [Stateless]


class ForEverybody(WithoutDatabase):
    permission_classes = [AllowAny]


@better_auth_required(stateless=True, cookie=True)
def decorated(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"subject": request.better_auth.subject})


@better_auth_required(stateless=True, cookie=True)
async def adecorated(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"subject": request.better_auth.subject})


urlpatterns = [
    path("decorated", decorated),
    path("adecorated", adecorated),
    path("users", better_auth_required(cookie=True)(told_user)),
    path("tokens-only", better_auth_required(stateless=True)(decorated)),
    path("me", ByCookie.as_view()),
    path("stateless", WithoutDatabase.as_view()),
    path("open", ForEverybody.as_view()),
    path("csrf", ensure_csrf_cookie(ForEverybody.as_view())),
    path("events/", include("betterauth_auth.events.urls")),
]


@override_settings(ROOT_URLCONF=__name__)
class CookieCase(IssuerCase):
    def setUp(self) -> None:
        super().setUp()
        self.issuer.sessions |= {ALICE: "alice", BOB: "bob"}

    def configure(self, **overrides: Any) -> None:
        super().configure(**{"COOKIE": NAME, "FETCH_SECONDS": 0.5, **overrides})

    def send(self, cookie: str = ALICE, path: str = "/stateless", method: str = "get", **headers: str) -> Any:
        given = {"Cookie": f"theme=dark; {NAME}={cookie}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        # Each client is a browser of its own, and Django's would not hold us to CSRF.
        return Client(enforce_csrf_checks=True).generic(method, path, headers=given)

    def assert_unavailable(self, response: Any) -> None:
        self.assert_answers(response, 503)
        self.assertGreaterEqual(int(response["Retry-After"]), 1)


@unittest.skipUnless(README.exists(), "The README is not where the package is.")
class TheReadme(CookieCase, IssuerDatabaseCase):
    def test_its_settings_sign_in(self):
        section = README.read_text(encoding="utf-8").partition("\n## Same-site cookies\n")[2].partition("\n## ")[0]
        written: dict[str, Any] = {}
        exec(section.partition("```python\n")[2].partition("```")[0], written)
        classes = [import_string(name) for name in written["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"]]
        self.enterContext(override_settings(BETTER_AUTH={**written["BETTER_AUTH"], "API_URL": self.issuer.url}))

        with mock.patch.object(ByCookie, "authentication_classes", classes):
            self.assert_answers(self.send(path="/me"), 200)


class ACookieSignsIn(CookieCase, IssuerDatabaseCase):
    def test_the_local_user_of_the_session(self):
        response = self.send(path="/me")

        self.assertEqual(response.json(), {"user": Identity.objects.get(subject="alice").user_id, "subject": "alice"})

    def test_nobody_unless_it_is_turned_on(self):
        self.configure(COOKIE="")

        self.assert_answers(self.send(path="/me"), 401)
        self.assertEqual(self.issuer.exchanges, [])

    def test_somebody_who_is_deactivated_is_refused_at_once(self):
        self.send(path="/me")
        Identity.objects.get().user.__class__.objects.update(is_active=False)

        self.assert_answers(self.send(path="/me"), 401)

    def test_a_cut_off_refuses_what_is_remembered(self):
        self.send(path="/me")
        users.cut_off(Identity.objects.get().user)

        self.assert_answers(self.send(path="/me"), 401)


class AfterASignOut(CookieCase, IssuerDatabaseCase):
    """That came as an event: which of a person's sessions has ended, Better Auth says."""

    def configure(self, **overrides: Any) -> None:
        super().configure(**{"EVENTS": ["plugin"], **overrides})

    def sign_out(self, **claims: Any) -> None:
        told = events.event(self.issuer, at=int(time.time() * 1000) - 2000, **claims)
        self.assert_answers(Client().post(told.path, told.body, content_type=told.content_type), 204)

    def test_what_is_remembered_is_asked_about_again(self):
        self.assert_answers(self.send(), 200)
        self.assert_answers(self.send(), 200)
        self.assertEqual(len(self.issuer.exchanges), 1)
        ended = self.issuer.sessions.pop(ALICE)

        self.sign_out(sub=ended)

        self.assert_answers(self.send(), 401)
        self.assertEqual(len(self.issuer.exchanges), 2)

    def test_another_session_of_the_person_goes_on(self):
        self.issuer.sessions[BOB] = "alice"
        self.assert_answers(self.send(BOB, "/me"), 200)

        self.sign_out()

        self.assert_answers(self.send(BOB, "/me"), 200)

    def test_other_people_stay_remembered(self):
        self.assert_answers(self.send(BOB), 200)

        self.sign_out()

        self.assert_answers(self.send(BOB), 200)
        self.assertEqual(len(self.issuer.exchanges), 1)

    def test_other_processes_hear_of_it_through_the_cache(self):
        self.configure(CACHE="default")
        self.assert_answers(self.send(), 200)
        self.sign_out(sub=self.issuer.sessions.pop(ALICE))
        # What this process knows by itself, another one would not.
        cutoffs._moments.clear()

        self.assert_answers(self.send(), 401)


class TheExchange(CookieCase):
    def test_one_cookie_is_sent_and_no_other(self):
        self.send()

        self.assertEqual(self.issuer.exchanges, [f"{NAME}={ALICE}"])

    def test_no_cookie_asks_nobody(self):
        response = self.client.get("/open")

        self.assertEqual(response.json()["subject"], None)
        self.assertEqual(self.issuer.exchanges, [])

    def test_it_is_remembered_for_each_cookie_apart(self):
        answers = [self.send(cookie).json()["subject"] for cookie in (ALICE, BOB, ALICE, BOB)]

        self.assertEqual(answers, ["alice", "bob", "alice", "bob"])
        self.assertEqual(len(self.issuer.exchanges), 2)

    def test_a_sign_out_is_noticed_when_the_seconds_are_over(self):
        self.configure(COOKIE_SECONDS=0.2)
        self.send()
        self.issuer.sessions.clear()
        self.assert_answers(self.send(), 200)

        time.sleep(0.25)

        self.assert_answers(self.send(), 401)

    def test_a_minute_is_the_most(self):
        self.configure(COOKIE_SECONDS=3600)
        self.send()

        with mock.patch.object(sessions.time, "monotonic", return_value=time.monotonic() + 61):
            self.send()

        self.assertEqual(len(self.issuer.exchanges), 2)

    def test_no_longer_than_its_token_is_good(self):
        # Over already, but for the leeway.
        soon = self.issuer.token("alice", iat=int(time.time()) - 60, exp=int(time.time()) - 5)
        self.issuer.behave_at_token(answer_with({"token": soon}))

        self.assert_answers(self.send(), 200)
        self.send()

        self.assertEqual(len(self.issuer.exchanges), 2)

    def test_so_many_are_remembered_and_the_oldest_goes(self):
        self.configure(COOKIE_ENTRIES=2)
        self.issuer.sessions["caro1"] = "caro"
        for cookie in (ALICE, BOB, "caro1", BOB, "caro1"):
            self.send(cookie)
        self.assertEqual(len(self.issuer.exchanges), 3)

        self.send(ALICE)

        self.assertEqual(len(self.issuer.exchanges), 4)

    def test_cookies_without_a_session_push_nobody_out(self):
        self.configure(COOKIE_ENTRIES=2)
        self.send(ALICE)
        for number in range(5):
            self.assert_answers(self.send(f"made-up-{number}"), 401)

        self.send(ALICE)

        self.assertEqual(self.issuer.exchanges.count(f"{NAME}={ALICE}"), 1)

    def test_requests_that_come_together_share_one(self):
        self.issuer.behave_at_token(slowly(0.2, answer_with_token))

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.send().status_code, range(8)))

        self.assertEqual(answers, [200] * 8)
        self.assertEqual(len(self.issuer.exchanges), 1)

    def test_so_many_at_once(self):
        self.configure(COOKIE_EXCHANGES=2)
        together, most, lock = [0], [0], threading.Lock()

        def count(handler: Any) -> None:
            with lock:
                together[0] += 1
                most[0] = max(most[0], together[0])
            time.sleep(0.05)
            with lock:
                together[0] -= 1
            answer_with_token(handler)

        self.issuer.behave_at_token(count)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.send, [f"someone-{number}" for number in range(8)]))

        self.assertEqual(most, [2])


class AForkedChild(CookieCase):
    def test_waits_for_no_lock_of_its_parent(self):
        rules = conf.current().cookie
        with sessions.of(rules).lock, sessions.kept.making, warnings.catch_warnings():
            # Newer Pythons warn of what this test is about.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
            if child == 0:
                signal.alarm(10)
                try:
                    os._exit(0 if sessions.of(rules).lock.acquire(timeout=5) else 1)
                finally:
                    os._exit(2)
        _, status = os.waitpid(child, 0)

        self.assertEqual(os.waitstatus_to_exitcode(status), 0)


class TheServerIsInTrouble(CookieCase):
    def test_whatever_it_does_is_503_and_signs_nobody_out(self):
        expired = self.issuer.token("alice", exp=1)
        foreign = self.issuer.token("alice", iss="https://evil.example")
        troubles = {
            "hangs": hang,
            "hangs up": hang_up,
            "drips headers": drip_headers,
            "drips a body": drip_body,
            "redirects": redirect_to("https://evil.example/"),
            "no JSON": answer_with(b"<html>"),
            "no object": answer_with(b"null"),
            "no token": answer_with({"token": None}),
            "twice": answer_with(b'{"token": "a", "token": "b"}'),
            "huge": answer_with({"token": self.issuer.token("alice"), "padding": " " * 33_000}),
            "no text": answer_with({"token": ["x"]}),
            "a number": answer_with({"token": 1}),
            "not a JWT": answer_with({"token": "undefined"}),
            "an expired one": answer_with({"token": expired}),
            "a foreign one": answer_with({"token": foreign}),
            **{str(status): answer_with(b"", status) for status in (204, 400, 403, 404, 429, 500, 502, 503)},
        }
        for name, behaviour in troubles.items():
            with self.subTest(name):
                self.configure()
                self.issuer.behave_at_token(behaviour)
                began = time.monotonic()

                self.assert_unavailable(self.send())

                self.assertLess(time.monotonic() - began, 1.5)

    def test_a_server_that_is_gone(self):
        self.issuer.stop()

        self.assert_unavailable(self.send())

    def test_whoever_is_remembered_does_not_notice(self):
        self.send()
        self.issuer.behave_at_token(hang)

        self.assert_answers(self.send(), 200)

    def test_it_is_left_alone_for_as_long_as_it_says(self):
        self.issuer.behave_at_token(answer_with(b"", 429, X_Retry_After="7"))

        self.assertEqual([self.send(cookie)["Retry-After"] for cookie in (ALICE, BOB)], ["7", "7"])

        self.assertEqual(len(self.issuer.exchanges), 1)

    def test_after_the_pause_one_request_tries(self):
        self.issuer.behave_at_token(hang)
        self.send()
        time.sleep(1.1)

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(self.send, [f"someone-{number}" for number in range(6)]))

        self.assertEqual({answer.status_code for answer in answers}, {503})
        self.assertEqual(len(self.issuer.exchanges), 2)

    def test_it_is_believed_again_when_it_answers(self):
        self.issuer.behave_at_token(answer_with(b"", 503))
        self.send()
        self.issuer.behave_at_token(answer_with_token)
        time.sleep(1.1)

        self.assertEqual([self.send(cookie).status_code for cookie in (ALICE, BOB)], [200, 200])

    def test_a_cookie_that_breaks_the_server_keeps_nobody_else_out(self):
        self.issuer.behave_at_token(answer_with(b"", 500))
        self.send("evil")
        self.issuer.behave_at_token(answer_with_token)

        self.assert_answers(self.send(ALICE), 200)


class WhoIsRefused(CookieCase):
    def assert_refused(self, response: Any) -> None:
        self.assert_answers(response, 401)
        self.assertEqual(response.json(), REFUSED)
        self.assertEqual(response["WWW-Authenticate"], 'Bearer realm="api"')

    def test_who_has_no_session(self):
        self.assert_refused(self.send("made.up"))

    def test_whoever_lacks_the_scopes_that_every_token_needs(self):
        self.configure(REQUIRED_SCOPES=["todos"])

        self.assert_answers(self.send(), 403)

    def test_who_is_banned(self):
        self.issuer.behave_at_token(answer_with({"token": self.issuer.token("alice", banned=True)}))

        self.assert_refused(self.send())

    def test_two_cookies_and_what_cannot_be_one_ask_nobody(self):
        for cookie in (f"{ALICE}; {NAME}={BOB}", f"{ALICE}; {NAME}={ALICE}", "", "a" * 1025, 'a"b', "a b", "é", "a\tb"):
            with self.subTest(cookie[:60]):
                self.assert_refused(self.send(cookie))
        self.assertEqual(self.issuer.exchanges, [])

    def test_a_cookie_of_another_name_is_none(self):
        for header in (f"better-auth.session_token={ALICE}", f"x{NAME}={ALICE}", f"{NAME.lower()}={ALICE}"):
            with self.subTest(header):
                self.assert_answers(self.client.get("/stateless", headers={"Cookie": header}), 401)
        self.assertEqual(self.issuer.exchanges, [])

    def test_no_log_names_the_cookie_or_the_token(self):
        told = self.issuer.token("alice")
        with self.assertLogs(level="DEBUG") as log:
            for behaviour in (answer_with({"token": told}), hang_up, answer_with(b"", 401), answer_with(b"x", 500)):
                self.configure()
                self.issuer.behave_at_token(behaviour)
                self.send()
            self.send(method="post")
            self.send(f"{ALICE}; {NAME}={BOB}")

        text = "\n".join([*log.output, *(str(record.exc_info) + str(vars(record)) for record in log.records)])
        for secret in (ALICE, BOB, told):
            self.assertNotIn(secret, text)


class OtherSites(CookieCase):
    FORGED = {"detail": "The CSRF check failed."}

    def post(self, csrf: str = "", **headers: str) -> Any:
        cookie = f"{ALICE}; csrftoken={csrf}" if csrf else ALICE
        return self.send(cookie, method="post", **headers)

    def test_a_write_needs_djangos_token_and_asks_nobody_without(self):
        for headers in ({}, {"X_CSRFToken": CSRF}, {"csrf": CSRF}, {"csrf": CSRF, "X_CSRFToken": "d" * 32}):
            with self.subTest(headers):
                response = self.post(**headers)
                self.assert_answers(response, 403)
                self.assertEqual(response.json(), self.FORGED)
        self.assertEqual(self.issuer.exchanges, [])

    def test_a_write_with_it_is_let_in(self):
        csrf = self.send(path="/csrf").cookies["csrftoken"].value

        self.assert_answers(self.post(csrf=csrf, X_CSRFToken=csrf), 200)

    def test_a_write_from_another_origin_is_not_though_it_has_the_token(self):
        response = self.post(csrf=CSRF, X_CSRFToken=CSRF, Origin="https://evil.example")

        self.assert_answers(response, 403)

    @override_settings(CSRF_TRUSTED_ORIGINS=["https://app.example.com"])
    def test_a_write_from_an_origin_that_is_trusted_is(self):
        self.assert_answers(self.post(csrf=CSRF, X_CSRFToken=CSRF, Origin="https://app.example.com"), 200)

    def test_reading_needs_none(self):
        self.assert_answers(self.send(), 200)

    def test_a_token_wins_over_the_cookie_and_needs_none(self):
        bearer = f"Bearer {self.issuer.token('bob')}"

        response = self.post(Authorization=bearer, Origin="https://evil.example")

        self.assertEqual(response.json()["subject"], "bob")
        self.assertEqual(self.issuer.exchanges, [])

    def test_a_bad_token_is_not_made_good_by_a_cookie(self):
        for bearer in ("Bearer", "Bearer x", "bearer  "):
            with self.subTest(bearer):
                self.assert_answers(self.send(Authorization=bearer), 401)

    def test_caches_are_told_that_the_cookie_matters(self):
        for response in (self.send(path="/stateless"), self.send("made.up"), self.client.get("/open")):
            self.assertIn("Cookie", response["Vary"])


class DecoratedViews(CookieCase):
    """Sync and async, for whom the rules are the same."""

    def everywhere(self, cookie: str = ALICE, method: str = "get", **headers: str) -> list[Any]:
        client = AsyncClient(enforce_csrf_checks=True)
        client.cookies.load(f"{NAME}={cookie}")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        ask = async_to_sync(getattr(client, method))
        ways = ("/decorated", "/adecorated")
        return [self.send(cookie, way, method, **headers) for way in ways] + [ask(way, headers=given) for way in ways]

    def test_the_cookie_signs_in_and_caches_hear_of_it(self):
        for response in self.everywhere():
            self.assertEqual(response.json(), {"subject": "alice"})
            self.assertEqual(response["Vary"], "Authorization, Cookie")
        self.assertEqual(len(self.issuer.exchanges), 1)

    def test_a_write_needs_djangos_token_and_asks_nobody_without(self):
        for response in self.everywhere(method="post"):
            self.assert_answers(response, 403)
        self.assertEqual(self.issuer.exchanges, [])

        for response in self.everywhere(f"{ALICE}; csrftoken={CSRF}", "post", X_CSRFToken=CSRF):
            self.assert_answers(response, 200)

    def test_who_has_no_session_is_refused_and_an_outage_is_503(self):
        for response in self.everywhere("made.up"):
            self.assert_answers(response, 401)
        self.issuer.behave_at_token(hang)
        for response in self.everywhere():
            self.assert_unavailable(response)

    def test_a_token_wins_and_needs_no_csrf(self):
        bearer = f"Bearer {self.issuer.token('bob')}"
        for response in self.everywhere(method="post", Authorization=bearer):
            self.assertEqual(response.json(), {"subject": "bob"})
        self.assertEqual(self.issuer.exchanges, [])

    def test_it_opens_nothing_that_does_not_ask_for_it_or_where_it_is_off(self):
        self.assert_answers(self.send(path="/tokens-only"), 401)
        self.configure(COOKIE="")
        for response in self.everywhere():
            self.assert_answers(response, 401)
        self.assertEqual(self.issuer.exchanges, [])


class DecoratedUsers(CookieCase, IssuerDatabaseCase):
    def test_are_the_local_ones(self):
        response = self.send(path="/users")

        self.assertEqual(response.json(), {"user": Identity.objects.get(subject="alice").user_id})


@unittest.skipUnless(apps.is_installed("drf_spectacular"), "drf-spectacular is not installed in this project.")
class OpenApiTests(CookieCase):
    def described(self) -> tuple[Any, Any]:
        from drf_spectacular.generators import SchemaGenerator

        patterns = [path("me", ByCookie.as_view())]
        document: Any = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
        return document["components"]["securitySchemes"], document["paths"]["/me"]["get"]["security"]

    def test_the_document_has_the_cookie_as_the_other_way_in(self):
        schemes, asked = self.described()

        self.assertEqual(schemes["CookieBetterAuth"]["scheme"], "bearer")
        self.assertEqual(
            [schemes["CookieBetterAuthSession"][name] for name in ("type", "in", "name")], ["apiKey", "cookie", NAME]
        )
        self.assertEqual(asked, [{"CookieBetterAuth": []}, {"CookieBetterAuthSession": []}])

    def test_it_is_silent_about_it_where_it_is_off(self):
        self.configure(COOKIE="")

        self.assertEqual(self.described()[1], [{"CookieBetterAuth": []}])
