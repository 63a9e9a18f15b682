"""What every suite of the app starts from: a fake issuer, trusted, and requests with its tokens."""

from __future__ import annotations

import logging
from typing import Any

from django.test import SimpleTestCase, TestCase, TransactionTestCase, override_settings

from tests.fake_betterauth import FakeBetterAuth

# Refusals are what the tests are about; without a handler each would be printed.
for name in ("betterauth_auth", "django.request"):
    logging.getLogger(name).addHandler(logging.NullHandler())


@override_settings(ROOT_URLCONF="tests.betterauth_auth.urls", MIDDLEWARE=[])
class IssuerCase(SimpleTestCase):
    """Also a base for the classes below, which add a database."""

    def setUp(self) -> None:
        super().setUp()
        self.issuer = self.enterContext(FakeBetterAuth())
        self.configure()

    def configure(self, **overrides: Any) -> None:
        """Trusts the fake issuer under these settings, with nothing fetched and nothing cached yet."""
        self.enterContext(override_settings(BETTER_AUTH=self.issuer.settings(**overrides)))

    def get(self, token: str | None = None, path: str = "/whoami") -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.client.get(path, headers=headers)

    def get_with(self, path: str = "/whoami", **claims: Any) -> Any:
        return self.get(self.issuer.token(**claims), path)

    def assert_answers(self, response: Any, status: int) -> None:
        self.assertEqual(response.status_code, status, response.content)


class IssuerDatabaseCase(IssuerCase, TestCase):
    pass


class IssuerTransactionCase(IssuerCase, TransactionTestCase):
    pass
