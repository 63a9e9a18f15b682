"""Mixins for Django's test cases."""

from __future__ import annotations

from django.test import SimpleTestCase

from betterauth_auth.testing.clients import AsyncClient, Client
from betterauth_auth.testing.issuer import LocalIssuer


class TrustsIssuer(SimpleTestCase):
    """`self.issuer` is trusted in each test."""

    def setUp(self) -> None:
        self.issuer = LocalIssuer()
        self.enterContext(self.issuer.override())
        super().setUp()


class BetterAuthMixin(TrustsIssuer):
    """The same, and `self.client` and `self.async_client` can `sign_in`.

    Stands before the base class: `class OrderTests(BetterAuthMixin, TestCase)`.
    """

    client_class = Client
    async_client_class = AsyncClient
    client: Client
    async_client: AsyncClient
