"""A real Better Auth's session cookie, sent to us by a browser on the same site."""

from typing import Any

from django.test import override_settings
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from betterauth_auth.authentication import StatelessBetterAuthAuthentication
from betterauth_auth.doors.cookies import CookieBetterAuthAuthentication
from tests.interop.case import InteropTestCase
from tests.interop.servers import BetterAuth, Person

NAME = "better-auth.session_token"


class Stateless(CookieBetterAuthAuthentication, StatelessBetterAuthAuthentication):
    pass


class Me(APIView):
    authentication_classes = [Stateless]

    def get(self, request: Any) -> Response:
        return Response({"subject": request.auth.subject, "name": request.auth.claims["name"]})


class SessionCookies(InteropTestCase):
    def get(self, cookie: str) -> Any:
        return Me.as_view()(APIRequestFactory().get("/", headers={"Cookie": f"{NAME}={cookie}"}))

    def started(self, **config: Any) -> BetterAuth:
        server = self.better_auth(**config)
        settings = {"API_URL": server.base, "COOKIE": NAME, "COOKIE_SECONDS": 0}
        self.enterContext(override_settings(BETTER_AUTH=settings))
        return server

    def expiry(self, person: Person) -> str:
        url = f"{person.server.address}/get-session?disableRefresh=true"
        return person.http.get(url, timeout=10).json()["session"]["expiresAt"]

    def test_it_signs_in_until_its_owner_signs_out(self):
        for config in ({}, {"signedSessionCookie": True}):
            with self.subTest(config):
                alice = self.started(**config).sign_up("Alice")
                cookie = alice.cookie("session_token")

                self.assertEqual(self.get(cookie).data["name"], "Alice")
                alice.post("/sign-out")

                self.assertEqual(self.get(cookie).status_code, 401)

    def test_one_that_was_tampered_with_or_made_up_is_refused(self):
        cookie = self.started().sign_up("Alice").cookie("session_token")

        for bad in (cookie[:-8] + "AAAAA%3D", cookie.partition(".")[0], "x", "%", "%00", "a.b"):
            with self.subTest(bad):
                self.assertEqual(self.get(bad).status_code, 401)

    def test_the_session_stays_as_old_as_it_is(self):
        # Whoever renews it has to tell the browser, and only Better Auth itself can.
        alice = self.started(sessionUpdateSeconds=0).sign_up("Alice")
        cookie = alice.cookie("session_token")
        before = self.expiry(alice)

        self.assertEqual(self.get(cookie).status_code, 200)

        self.assertEqual(self.expiry(alice), before)

    def test_a_server_that_is_down_is_an_outage(self):
        server = self.started()
        cookie = server.sign_up("Alice").cookie("session_token")
        server.stop()

        self.assertEqual(self.get(cookie).status_code, 503)
