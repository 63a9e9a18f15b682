"""Operators sign in to the admin through Better Auth: what opens the door, and everything that must not."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.models import Group, User
from django.test import Client, TestCase, override_settings
from django.utils import timezone
from django.utils.html import escape

from betterauth_auth import users
from betterauth_auth.adminlogin.views import REFUSED, UNAVAILABLE
from betterauth_auth.models import Identity
from betterauth_auth.tokens import verify
from betterauth_auth.users import identity_for
from tests.betterauth_auth.events import event_token
from tests.fake_betterauth import FakeBetterAuth, Handler, SigningKey, encode
from todoproject.models import KnownNetwork

START, CALLBACK, LOGIN = "/admin/better-auth/", "/admin/better-auth/callback", "/admin/login/"
CLIENT_ID = "the-admin"


class Provider(FakeBetterAuth):
    """With a token endpoint, which takes each code once and wants the verifier that it was asked with."""

    def __init__(self) -> None:
        super().__init__()
        self.server.RequestHandlerClass = ProviderHandler
        self.oauth_issuer = f"{self.url}/api/auth"
        self.granted: dict[str, tuple[str, str]] = {}
        self.forms: list[dict[str, str]] = []
        self.token_status = 200

    def grant(self, question: dict[str, str], **claims: Any) -> str:
        """What happens at Better Auth: somebody signs in there, and a code is made for this question."""
        own = {"iss": self.oauth_issuer, "aud": CLIENT_ID, "nonce": question["nonce"], "role": "staff", **claims}
        code = f"code{len(self.granted)}"
        self.granted[code] = (question["code_challenge"], self.token(**own))
        return code

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, str]]:
        self.forms.append(form)
        challenge, token = self.granted.pop(form.get("code", ""), ("", ""))
        is_proved = challenge == encode(sha256(form.get("code_verifier", "").encode()).digest())
        if self.token_status != 200:
            return self.token_status, {}
        return (200, {"id_token": token, "access_token": "x"}) if is_proved else (401, {"error": "invalid_grant"})


class ProviderHandler(Handler, BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert self.path == "/api/auth/oauth2/token", self.path
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        issuer: Any = self.server.issuer
        status, answer = issuer.exchange(form)
        self.answer(status, json.dumps(answer).encode())


class SignInCase(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.provider = Provider()
        self.enterContext(self.provider)
        self.configure()

    def configure(self, **overrides: Any) -> None:
        own = {"ISSUER": [self.provider.url, self.provider.oauth_issuer], "IDENTITY_ISSUER": self.provider.url}
        door = {"ADMIN_CLIENT_ID": CLIENT_ID, "STAFF_ROLE": "staff"}
        self.enterContext(override_settings(BETTER_AUTH=self.provider.settings(**{**own, **door, **overrides})))

    def begin(self, client: Client | None = None, **query: str) -> dict[str, str]:
        """What Better Auth is asked when somebody follows the link."""
        response = (client or self.client).get(START, query)
        self.assertEqual(response.status_code, 302, response.content)
        address = urlsplit(response["Location"])
        self.assertEqual(
            f"{address.scheme}://{address.netloc}{address.path}", f"{self.provider.url}/api/auth/oauth2/authorize"
        )
        return {name: values[0] for name, values in parse_qs(address.query).items()}

    def come_back(self, question: dict[str, str], **answer: Any) -> Any:
        whole = {"state": question["state"], "iss": self.provider.oauth_issuer, **answer}
        return self.client.get(CALLBACK, {name: value for name, value in whole.items() if value is not None})

    def sign_in(self, next_path: str = "", **claims: Any) -> Any:
        question = self.begin(**({"next": next_path} if next_path else {}))
        return self.come_back(question, code=self.provider.grant(question, **claims))

    def person(self, **flags: bool) -> User:
        """Alice as the API knows her."""
        user: Any = self.provider.user("alice")
        User.objects.filter(pk=user.pk).update(**flags)
        return User.objects.get(pk=user.pk)

    def assert_refused(self, response: Any, text: str = REFUSED) -> None:
        self.assertRedirects(response, LOGIN, fetch_redirect_response=False)
        self.assertContains(self.client.get(LOGIN), escape(text), count=1)
        self.assertNotIn("_auth_user_id", self.client.session)
        self.assertRedirects(self.client.get("/admin/"), f"{LOGIN}?next=/admin/", fetch_redirect_response=False)

    def assert_refused_for(self, reason: str, respond: Any) -> None:
        with self.assertLogs("betterauth_auth.adminlogin.views", "WARNING") as logs:
            response = respond()
        self.assert_refused(response)
        self.assertEqual(logs.records[-1].reason, reason)


class TheDoorOpens(SignInCase):
    def test_who_has_the_role_is_an_operator_and_no_superuser(self):
        self.assertRedirects(self.sign_in(), "/admin/")

        user = User.objects.get(betterauth_identities__subject="alice")
        self.assertEqual((user.is_staff, user.is_superuser, user.has_usable_password()), (True, False, False))

    def test_better_auth_is_asked_with_pkce_state_and_nonce_that_are_never_the_same(self):
        first, second = self.begin(), self.begin()

        self.assertEqual(first["code_challenge_method"], "S256")
        self.assertEqual(first["redirect_uri"], f"http://testserver{CALLBACK}")
        for name in ("state", "nonce", "code_challenge"):
            self.assertGreaterEqual(len(first[name]), 43)
            self.assertNotEqual(first[name], second[name])

    def test_somebody_known_is_found_by_issuer_and_subject(self):
        user = self.person()
        Identity.objects.update(email="other@example.com")
        self.sign_in(role="editor, staff")

        self.assertEqual(int(self.client.session["_auth_user_id"]), user.pk)
        self.assertEqual(Identity.objects.count(), 1)

    def test_an_address_of_somebody_elses_proves_nothing(self):
        boss = User.objects.create(username="boss", email="boss@example.com", is_staff=True)
        self.sign_in(sub="mallory", email="boss@example.com", name="boss")

        self.assertNotEqual(int(self.client.session["_auth_user_id"]), boss.pk)

    def test_the_session_ends_after_its_time_whatever_happens_in_between(self):
        self.configure(ADMIN_SESSION_SECONDS=600)
        self.sign_in()
        self.client.get("/admin/")
        left = self.client.session.get_expiry_date() - timezone.now()

        self.assertTrue(590 < left.total_seconds() <= 600, left)

    def test_the_session_ends_at_once_with_a_ban_that_is_heard_of(self):
        # Without a session it is all of them that have ended.
        for kind in ("session.ended", "user.banned", "user.deleted"):
            self.configure(EVENTS=["plugin"])
            self.sign_in()
            self.assertEqual(self.client.get("/admin/").status_code, 200)

            event = event_token(self.provider, kind, sid=None, at=int(time.time() * 1000) - 2000)
            answer = Client().post("/better-auth/events/plugin", event, content_type="application/jwt")

            self.assertEqual(answer.status_code, 204, answer.content)
            self.assertRedirects(self.client.get("/admin/"), f"{LOGIN}?next=/admin/", fetch_redirect_response=False)

    def test_a_ban_leaves_the_session_of_who_has_a_password_here(self):
        boss = self.person(is_staff=True)
        boss.set_password("a long password")
        boss.save()
        self.client.force_login(boss)

        users.cut_off(boss)

        self.assertEqual(self.client.get("/admin/").status_code, 200)

    def test_the_session_has_another_key_afterwards(self):
        question = self.begin()
        before = self.client.session.session_key
        self.come_back(question, code=self.provider.grant(question))

        self.assertIn("_auth_user_id", self.client.session)
        self.assertNotEqual(self.client.session.session_key, before)

    def test_it_is_logged_as_what_it_is_and_no_network_becomes_known(self):
        with self.assertLogs("todoproject.operators.login", "INFO") as logs:
            self.sign_in()

        self.assertEqual(logs.records[0].reason, "better_auth")
        self.assertFalse(KnownNetwork.objects.exists())

    def test_the_page_offers_it_with_where_to_go_afterwards(self):
        self.assertContains(self.client.get(f"{LOGIN}?next=/admin/todos/"), f'href="{START}?next=%2Fadmin%2Ftodos%2F"')
        self.assertRedirects(self.sign_in("/admin/auth/"), "/admin/auth/", fetch_redirect_response=False)

    def test_nobody_is_led_to_another_host(self):
        for place in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
            with self.subTest(place):
                self.assertEqual(self.sign_in(place)["Location"], "/admin/")


class GroupsByRole(SignInCase):
    ROLES = {"staff": ["operators"], "editor": ["editors"]}

    def setUp(self) -> None:
        super().setUp()
        self.configure(ROLE_GROUPS=self.ROLES)

    def groups(self) -> set[str]:
        return set(Group.objects.filter(user__betterauth_identities__subject="alice").values_list("name", flat=True))

    def test_are_those_of_the_id_token_at_once(self):
        self.sign_in(role="staff,editor")

        self.assertEqual(self.groups(), {"operators", "editors"})

    def test_are_taken_away_from_who_stays_outside_too(self):
        self.sign_in(role="staff,editor", iat=int(time.time()) - 2)

        self.client = Client()
        self.assert_refused(self.sign_in(role="editor"))

        self.assertEqual(self.groups(), {"editors"})

    def test_an_older_token_of_the_api_brings_nothing_back_and_a_newer_one_counts(self):
        now = int(time.time())
        older, newer = (self.provider.token(role="editor", iat=iat) for iat in (now - 5, now + 2))
        self.sign_in(role="staff", iat=now)

        identity_for(verify(older))
        self.assertEqual(self.groups(), {"operators"})
        identity_for(verify(newer))

        self.assertEqual(self.groups(), {"editors"})


class TheDoorStaysShut(SignInCase):
    def test_off_by_default(self):
        self.configure(ADMIN_CLIENT_ID="")

        for path in (START, CALLBACK):
            self.assertEqual(self.client.get(path).status_code, 404)
        self.assertNotContains(self.client.get(LOGIN), "Better Auth")

    def test_settings_that_are_not_safe_shut_it(self):
        faults = [{"STAFF_ROLE": ""}, {"ADMIN_ISSUER": "https://x.example"}, {"AUDIENCE": [CLIENT_ID]}]
        for fault in faults:
            with self.subTest(fault):
                self.configure(**fault)
                self.assertEqual(self.client.get(START).status_code, 404)
                self.assertEqual(self.client.get(LOGIN).status_code, 200)

    def test_an_answer_that_nobody_asked_for(self):
        code = self.provider.grant(self.begin(Client()))

        self.assert_refused_for("no_attempt", lambda: self.come_back({"state": "x"}, code=code))
        self.assertEqual(self.provider.forms, [])

    def test_a_forged_state_ends_the_attempt(self):
        question = self.begin()
        code = self.provider.grant(question)

        self.assert_refused_for("state", lambda: self.come_back(question, state="forged", code=code))
        self.assert_refused_for("no_attempt", lambda: self.come_back(question, code=code))
        self.assertEqual(self.provider.forms, [])

    def test_the_state_of_another_browser(self):
        foreign = self.begin(Client())
        self.begin()

        self.assert_refused_for("state", lambda: self.come_back(foreign, code=self.provider.grant(foreign)))

    def test_an_answer_that_comes_late(self):
        question = self.begin()
        session = self.client.session
        session["betterauth_adminlogin"] = {**session["betterauth_adminlogin"], "started_at": 0}
        session.save()

        self.assert_refused_for("too_late", lambda: self.come_back(question, code=self.provider.grant(question)))

    def test_the_answer_of_another_server_or_of_none(self):
        for issuer in ("https://evil.example", self.provider.url, None):
            with self.subTest(issuer):
                question = self.begin()
                code = self.provider.grant(question)
                self.assert_refused_for(
                    "iss_of_answer", lambda q=question, i=issuer, c=code: self.come_back(q, iss=i, code=c)
                )
        self.assertEqual(self.provider.forms, [])

    def test_a_refusal_at_better_auth(self):
        self.assert_refused_for("no_code", lambda: self.come_back(self.begin(), error="access_denied"))

    def test_a_code_that_was_used(self):
        question = self.begin()
        code = self.provider.grant(question)
        self.come_back(question, code=code)
        self.client = Client()

        self.assert_refused_for("code", lambda: self.come_back(self.begin(), code=code))

    def test_a_stolen_code_is_worth_nothing_without_its_verifier(self):
        stolen = self.provider.grant(self.begin(Client()))

        self.assert_refused_for("code", lambda: self.come_back(self.begin(), code=stolen))
        self.assertGreaterEqual(len(self.provider.forms[-1]["code_verifier"]), 43)

    def test_id_tokens_that_are_not_for_this_sign_in(self):
        stranger = SigningKey.make()
        for reason, claims in (
            ("nonce", {"nonce": "of another sign-in"}),
            ("nonce", {"nonce": None}),
            ("audience", {"aud": "another-client"}),
            ("audience", {"aud": [CLIENT_ID, "another-client"]}),
            ("audience", {"azp": "another-client"}),
            ("audience", {"aud": self.provider.url}),
            ("issuer", {"iss": self.provider.url}),
            ("issuer", {"iss": "https://evil.example"}),
            ("token_type", {"headers": {"typ": "at+jwt"}}),
            ("token_type", {"headers": {"typ": "JWT"}}),
            ("expired", {"exp": 1}),
            ("unknown_kid", {"key": stranger}),
            ("bad_signature", {"key": stranger, "headers": {"kid": self.provider.key.kid}}),
        ):
            with self.subTest(reason, claims=str(claims)[:60]):
                self.assert_refused_for(reason, lambda given=claims: self.sign_in(**given))
        self.assertFalse(User.objects.filter(is_staff=True).exists())

    def test_without_the_role_nobody_comes_in_or_is_written_down(self):
        for role in (None, "user", "staffer", "", ["staff"], True):
            with self.subTest(role):
                self.assert_refused_for("role", lambda r=role: self.sign_in(role=r))
        self.assertFalse(Identity.objects.exists())

    def test_a_role_that_was_taken_away_takes_the_rights_with_it(self):
        self.sign_in()
        other, self.client = self.client, Client()

        self.assert_refused_for("role", lambda: self.sign_in(role="user"))
        self.assertFalse(User.objects.get().is_staff)
        self.assertEqual(other.get("/admin/").status_code, 302)

    def test_who_was_deactivated_here_stays_out(self):
        user = self.person(is_staff=True, is_active=False)

        self.assert_refused_for("inactive_user", self.sign_in)
        self.assertFalse(User.objects.get(pk=user.pk).is_active)

    def test_who_was_cut_off_stays_out(self):
        users.cut_off(self.person())

        self.assert_refused_for("cut_off", self.sign_in)

    def test_superusers_come_in_by_their_password_alone_and_stay_what_they_are(self):
        user = self.person(is_staff=True, is_superuser=True)

        for role in ("staff", "user"):
            self.assert_refused_for("superuser", lambda r=role: self.sign_in(role=r))
        self.assertTrue(User.objects.get(pk=user.pk).is_staff)

    def test_who_is_banned_at_better_auth(self):
        self.assert_refused_for("banned", lambda: self.sign_in(banned=True))

    def test_an_id_token_does_not_open_the_api(self):
        token = self.provider.token(iss=self.provider.oauth_issuer, aud=CLIENT_ID, role="staff")

        response = self.client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(response.status_code, 401)


class OutagesAreTold(SignInCase):
    def test_a_token_endpoint_in_trouble_is_no_refusal(self):
        for status in (500, 503, 429, 302):
            with self.subTest(status):
                self.provider.token_status = status
                self.assert_refused(self.sign_in(), text=UNAVAILABLE)

    def test_a_server_that_is_gone(self):
        question = self.begin()
        code = self.provider.grant(question)
        self.provider.stop()

        self.assert_refused(self.come_back(question, code=code), text=UNAVAILABLE)

    def test_the_password_opens_the_admin_meanwhile(self):
        User.objects.create_superuser("olga", password="a long password of hers")
        self.provider.token_status = 500
        self.sign_in()

        form = {"username": "olga", "password": "a long password of hers"}
        self.assertRedirects(self.client.post(f"{LOGIN}?next=/admin/", form), "/admin/")
