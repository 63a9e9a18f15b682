"""What every interoperability test starts from."""

from __future__ import annotations

import unittest
from typing import Any

from django.test import SimpleTestCase

from tests.interop.servers import BetterAuth, TodoApi, reason_to_skip, version_of_better_auth

TODOS = "/api/v1/todos"
ME = "/api/v1/me"


@unittest.skipIf(reason_to_skip(), reason_to_skip())
class InteropTestCase(SimpleTestCase):
    @property
    def is_1_6(self) -> bool:
        """Its tokens differ where a test asks."""
        return version_of_better_auth().startswith("1.6.")

    def better_auth(self, **config: Any) -> BetterAuth:
        server = BetterAuth(**config)
        self.addCleanup(server.close)
        server.start()
        return server

    def api(self, **variables: str) -> TodoApi:
        server = TodoApi(**variables)
        self.addCleanup(server.close)
        server.start()
        return server

    def assert_accepted(self, api: TodoApi, token: str) -> None:
        response = api.get(TODOS, token)
        self.assertEqual(response.status_code, 200, response.text)

    def assert_refused(self, api: TodoApi, token: str, reason: str) -> None:
        """The client is told nothing but 401; the log has the reason, and never the token."""
        response = api.get(TODOS, token)
        self.assertEqual(response.status_code, 401, response.text)
        self.assertTrue(response.headers["WWW-Authenticate"].startswith("Bearer"))
        self.assertEqual(api.refusals()[-1], reason)
        self.assertNotIn(token, api.log())
