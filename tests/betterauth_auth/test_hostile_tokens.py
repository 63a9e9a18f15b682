"""What is told of a refusal, and what a token may cause. Who is refused for what is in the corpus."""

from __future__ import annotations

import time

from tests.betterauth_auth.case import IssuerCase
from tests.corpus.recipes import tokens

REFUSED = b'{"detail":"A valid Better Auth token is needed."}'


class HostileTokenTests(IssuerCase):
    def test_no_two_reasons_can_be_told_apart_from_outside(self):
        trust = tokens.main_trust("EdDSA")
        own = {"API_URL": "", "ISSUER": [trust.issuer], "AUDIENCE": [trust.issuer]}
        self.configure(JWKS=trust.jwks, UNKNOWN_KID_BURST=100, **own)
        refused = {
            (category, row.reason): row.token
            for category, setting, row in tokens.all_rows(int(time.time()))
            if setting == trust.name and row.reason and row.token and not row.is_exact
        }

        answers = set()
        for token in refused.values():
            response = self.get(token, "/stateless")
            answers.add((response.status_code, response.content, tuple(response.headers.items())))

        self.assertGreater(len({reason for _, reason in refused}), 18)
        self.assertEqual([answer[:2] for answer in answers], [(401, REFUSED)])

    def test_junk_that_cannot_be_good_never_causes_a_fetch(self):
        for claims_of_junk in ({"iss": "https://mallory.example"}, {"aud": "other"}, {"exp": 1}):
            self.get_with("/stateless", **claims_of_junk)

        self.assertEqual(self.issuer.requests, 0)

    def test_an_access_token_is_accepted_only_when_configured(self):
        token = self.issuer.token(headers={"typ": "at+jwt"})
        self.assert_answers(self.get(token, "/stateless"), 401)

        self.configure(TOKEN_TYPES=["absent", "at+jwt"])

        self.assert_answers(self.get(token, "/stateless"), 200)
        self.assert_answers(self.get_with("/stateless", headers={"typ": "application/AT+JWT"}), 200)
        self.assert_answers(self.get_with("/stateless", headers={"typ": "JWT"}), 401)
