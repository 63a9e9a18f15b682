"""What a client of a view sees."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from betterauth_auth.models import Identity
from tests.betterauth_auth.case import IssuerDatabaseCase


class AuthenticationTests(IssuerDatabaseCase):
    def test_a_good_token_signs_its_subject_in(self):
        response = self.get_with(sub="alice")

        self.assert_answers(response, 200)
        identity = Identity.objects.get(issuer=self.issuer.url, subject="alice")
        told = response.json()
        self.assertEqual((str(told["user"]), told["subject"]), (str(identity.user_id), "alice"))

    def test_without_a_token_the_challenge_names_the_scheme_alone(self):
        response = self.get()

        self.assert_answers(response, 401)
        self.assertEqual(response["WWW-Authenticate"], 'Bearer realm="api"')

    def test_a_refused_token_is_called_invalid_and_nothing_more(self):
        texts = {
            self.get_with(aud="https://other.example").content,
            self.get_with(exp=1).content,
            self.get("x").content,
        }

        self.assertEqual(texts, {b'{"detail":"A valid Better Auth token is needed."}'})
        self.assertEqual(self.get("x")["WWW-Authenticate"], 'Bearer realm="api", error="invalid_token"')

    def test_after_warm_up_a_request_is_one_query(self):
        token = self.issuer.token()
        self.get(token)

        with self.assertNumQueries(1):
            self.get(token)

    def test_the_scheme_knows_no_case_and_other_schemes_are_nobody(self):
        token = self.issuer.token()

        self.assert_answers(self.client.get("/whoami", headers={"Authorization": f"bEARER {token}"}), 200)
        self.assert_answers(self.client.get("/public", headers={"Authorization": "Basic YTpi"}), 200)

    def test_nothing_or_too_much_after_bearer_is_401(self):
        token = self.issuer.token()
        for value in ("Bearer", "Bearer ", f"Bearer {token} {token}", f"Bearer {token}, Bearer {token}", "Bearer \xe9"):
            with self.subTest(value=value[:20]):
                self.assert_answers(self.client.get("/public", headers={"Authorization": value}), 401)

    def test_an_optional_view_lets_nobody_in_but_not_a_bad_token(self):
        self.assertEqual(self.get(path="/public").json(), {"user": None, "subject": None})
        self.assert_answers(self.get_with("/public", exp=1), 401)

    def test_a_stateless_view_asks_no_database(self):
        with self.assertNumQueries(0):
            response = self.get_with("/stateless", sub="alice")

        self.assertEqual(response.json(), {"user": f"{self.issuer.url}|alice", "subject": "alice"})
        self.assertFalse(get_user_model().objects.exists())

    def test_the_verified_subject_is_known_without_the_database(self):
        with self.assertNumQueries(0):
            good, bad, none = self.get_with("/subject"), self.get_with("/subject", exp=1), self.get(path="/subject")

        self.assertEqual(good.json(), {"subject": [self.issuer.url, "alice"]})
        self.assertEqual(bad.json(), {"subject": None})
        self.assertEqual(none.json(), {"subject": None})

    def test_a_missing_scope_is_403_and_names_what_is_needed(self):
        response = self.get_with("/scoped", scope="openid todos:read")

        self.assert_answers(response, 403)
        challenge = 'Bearer realm="api", error="insufficient_scope", scope="todos:read todos:write"'
        self.assertEqual(response["WWW-Authenticate"], challenge)

    def test_all_scopes_of_a_view_open_it(self):
        self.assert_answers(self.get_with("/scoped", scope="todos:write openid todos:read"), 200)
        self.assert_answers(self.get(path="/scoped"), 401)

    def test_scopes_may_be_required_of_every_token(self):
        self.configure(REQUIRED_SCOPES=["api"])

        self.assert_answers(self.get_with(), 403)
        self.assert_answers(self.get_with(scope="api"), 200)

    def test_an_issuer_out_of_reach_is_503_with_a_time_to_wait(self):
        token = self.issuer.token()
        self.issuer.stop()

        response = self.get(token)

        self.assert_answers(response, 503)
        self.assertGreaterEqual(int(response["Retry-After"]), 1)
        self.assertNotIn("WWW-Authenticate", response)
