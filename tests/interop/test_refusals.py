"""Tokens that must not open our API although a real Better Auth issued them, and what an operator can do."""

from django.test import override_settings

from betterauth_auth.exceptions import Denied
from betterauth_auth.identify import identify
from tests.interop.case import InteropTestCase


class TheSessionTokenIsNotAJwt(InteropTestCase):
    def test_a_session_token_is_refused_and_the_doctor_says_what_it_is(self):
        server = self.better_auth()
        api = self.api(BETTER_AUTH_API_URL=server.base)
        # One session token in 280 has no digit, and looks like an OAuth token.
        people = map(server.sign_up, ("Alice", "Alison", "Alicia"))
        alice = next(person for person in people if not person.session_token.isalpha())

        for name, mistake in (("answer", alice.session_token), ("cookie", alice.cookie("session_token"))):
            with self.subTest(name):
                self.assert_refused(api, mistake, "session_token")
                self.assertIn("session token", api.manage("betterauth", "doctor", "-", stdin=mistake))

    def test_the_signed_session_cookie_is_refused(self):
        server = self.better_auth(signedSessionCookie=True)
        api = self.api(BETTER_AUTH_API_URL=server.base)
        alice = server.sign_up("Alice")

        # 1.6 signs it with the server's secret.
        reason = "algorithm" if self.is_1_6 else "token_type"
        self.assert_refused(api, alice.cookie("session_data"), reason)
        self.assert_accepted(api, alice.token())


class ABannedUser(InteropTestCase):
    def setUp(self) -> None:
        self.server = self.better_auth()
        self.api_server = self.api(BETTER_AUTH_API_URL=self.server.base)
        self.bob = self.server.sign_up("Bob")
        self.token = self.bob.token()
        self.assert_accepted(self.api_server, self.token)
        self.server.sign_up("Admin").post("/admin/ban-user", userId=self.subject())

    def subject(self) -> str:
        return self.api_server.get("/api/v1/me", self.token).json()["subject"]

    def test_gets_no_new_token_but_the_old_one_outlives_the_ban(self):
        answer = self.bob.http.get(f"{self.server.address}/token", timeout=10)

        self.assertEqual(answer.status_code, 401)
        self.assert_accepted(self.api_server, self.token)

    def test_is_out_at_once_when_an_operator_deactivates_the_user(self):
        self.operator("identity.user.is_active = False; identity.user.save()")

        self.assert_refused(self.api_server, self.token, "inactive_user")

    def test_is_out_at_once_when_an_operator_cuts_the_tokens_off(self):
        self.operator("identity.tokens_valid_after = timezone.now(); identity.save()")

        self.assert_refused(self.api_server, self.token, "cut_off")

    def operator(self, change: str) -> None:
        imports = "from django.utils import timezone; from betterauth_auth.models import Identity"
        output = self.api_server.manage(
            "shell", "--no-imports", "-c", f"{imports}; identity = Identity.objects.get(); {change}"
        )
        self.assertEqual(output, "")


class TokensOfTheOAuthProvider(InteropTestCase):
    RESOURCE = "https://todo.example.com/api"

    def setUp(self) -> None:
        self.server = self.better_auth(oauthResource=self.RESOURCE)
        self.alice = self.server.sign_up("Alice")
        self.issuers = f"{self.server.base},{self.server.address}"

    def test_an_access_token_is_accepted_only_where_that_is_configured(self):
        if self.is_1_6:
            self.skipTest("1.6 writes no typ into access tokens, so that their audience alone tells them apart.")
        access_token = self.alice.oauth_tokens(self.RESOURCE)["access_token"]
        configured = {"BETTER_AUTH_ISSUER": self.issuers, "BETTER_AUTH_AUDIENCE": self.RESOURCE}

        plain = self.api(BETTER_AUTH_API_URL=self.server.base, **configured)
        chosen = self.api(
            BETTER_AUTH_API_URL=self.server.base, BETTER_AUTH_TOKEN_TYPES="absent,JWT,at+jwt", **configured
        )

        self.assert_refused(plain, access_token, "token_type")
        self.assert_accepted(chosen, access_token)

    def test_an_access_token_for_somebody_else_is_refused(self):
        access_token = self.alice.oauth_tokens(self.RESOURCE)["access_token"]
        api = self.api(
            BETTER_AUTH_API_URL=self.server.base,
            BETTER_AUTH_ISSUER=self.issuers,
            BETTER_AUTH_TOKEN_TYPES="absent,JWT,at+jwt",
        )

        self.assert_refused(api, access_token, "audience")

    def test_an_id_token_is_refused_even_where_access_tokens_are_accepted(self):
        tokens = self.alice.oauth_tokens(self.RESOURCE)
        api = self.api(
            BETTER_AUTH_API_URL=self.server.base,
            BETTER_AUTH_ISSUER=self.issuers,
            BETTER_AUTH_AUDIENCE=f"{self.server.base},{self.RESOURCE}",
            BETTER_AUTH_TOKEN_TYPES="absent,JWT,at+jwt",
        )

        self.assert_refused(api, tokens["id_token"], "audience")
        self.assert_accepted(api, tokens["access_token"])
        self.assert_accepted(api, self.alice.token())

    def test_a_program_without_a_person_never_becomes_a_user(self):
        access_token = self.alice.client_credentials_token(self.RESOURCE)
        api = self.api(
            BETTER_AUTH_API_URL=self.server.base,
            BETTER_AUTH_ISSUER=self.issuers,
            BETTER_AUTH_AUDIENCE=self.RESOURCE,
            BETTER_AUTH_TOKEN_TYPES="absent,at+jwt",
        )

        # 1.6 writes no sub into them.
        self.assert_refused(api, access_token, "missing_claim" if self.is_1_6 else "client_credentials")

        self.assertEqual(api.manage("shell", "--no-imports", "-c", COUNT_USERS).strip(), "0")

    def test_a_program_is_let_in_by_its_scope_where_programs_are_welcome(self):
        if self.is_1_6:
            self.skipTest("1.6 writes neither typ nor sub into the tokens of programs.")
        header = f"Bearer {self.alice.client_credentials_token(self.RESOURCE)}"
        welcome = {
            "API_URL": self.server.base,
            "ISSUER": self.issuers.split(","),
            "AUDIENCE": [self.RESOURCE],
            "TOKEN_TYPES": ["at+jwt"],
            "ACCEPT_CLIENTS": True,
        }
        with override_settings(BETTER_AUTH=welcome):
            user, token = identify(header, scopes=["todos"], clients=True)
            for asked in ({"scopes": ["todos"]}, {"scopes": ["todos", "more"], "clients": True}):
                with self.subTest(asked), self.assertRaises(Denied) as caught:
                    identify(header, **asked)
                self.assertEqual(caught.exception.status, 403)

        self.assertEqual((user.client_id, token.is_client, token.scopes), (token.subject, True, {"todos"}))


COUNT_USERS = "from django.contrib.auth.models import User; print(User.objects.count())"
