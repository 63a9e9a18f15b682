"""The client and the mixin for Django REST Framework. Apart from the others, because not everybody has it."""

from __future__ import annotations

from rest_framework.test import APIClient as FrameworksClient

from betterauth_auth.testing.cases import TrustsIssuer
from betterauth_auth.testing.clients import SignsIn


class APIClient(SignsIn, FrameworksClient):
    """Django REST Framework's, with `sign_in`. Its own `credentials()` and `logout()` sign out as well."""

    def send_authorization(self, value: str | None) -> None:
        self.credentials(**({} if value is None else {"HTTP_AUTHORIZATION": value}))


class BetterAuthAPIMixin(TrustsIssuer):
    """`self.issuer` is trusted in each test, and `self.client` can `sign_in`. Stands before `APITestCase`."""

    client_class = APIClient
    client: APIClient
