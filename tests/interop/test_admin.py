"""Operators sign in to the admin through a real OAuth provider."""

from __future__ import annotations

import requests

from tests.interop.case import InteropTestCase
from tests.interop.servers import Person, TodoApi


class OperatorsSignIn(InteropTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.better_auth(oauthResource="https://api.example.com")
        self.boss = self.server.sign_up("Admin")
        self.api_server = TodoApi()
        self.addCleanup(self.api_server.close)
        self.start_url = f"{self.api_server.base}/admin/better-auth/"
        self.api_server.environment |= {
            "BETTER_AUTH_API_URL": self.server.base,
            "BETTER_AUTH_ISSUER": f"{self.server.base},{self.server.address}",
            "BETTER_AUTH_IDENTITY_ISSUER": self.server.base,
            "BETTER_AUTH_ADMIN_CLIENT_ID": self.boss.public_client(f"{self.start_url}callback"),
            "BETTER_AUTH_STAFF_ROLE": "admin",
        }
        self.api_server.start()

    def sign_in(self, person: Person) -> tuple[requests.Session, str, requests.Response]:
        """The person's browser at our side, the address that it came back to, and what it sees then."""
        browser = requests.Session()
        question = browser.get(self.start_url, allow_redirects=False, timeout=20).headers["Location"]
        back = person.consent(question)
        return browser, back, browser.get(back, timeout=20)

    def test_by_the_role_in_the_id_token(self):
        browser, back, page = self.sign_in(self.boss)
        self.assertEqual(page.url, f"{self.api_server.base}/admin/", page.text)
        self.assertEqual(page.status_code, 200)

        # Its answer again, as somebody would send it who has read it in a log.
        again = browser.get(back, timeout=20)
        self.assertIn("sign in here with this account", again.text + self.api_server.log())
        self.assertIn("no_attempt", self.api_server.log())

    def test_nobody_without_it(self):
        _, _, page = self.sign_in(self.server.sign_up("Mallory"))

        self.assertEqual(page.url, f"{self.api_server.base}/admin/login/")
        self.assertIn("sign in here with this account", page.text)
