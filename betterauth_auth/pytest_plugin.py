"""Fixtures, which pytest finds by itself. Nothing is loaded before the first of them is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from betterauth_auth.testing import AsyncClient, Client, LocalIssuer
    from betterauth_auth.testing.drf import APIClient


@pytest.fixture
def betterauth_issuer() -> Iterator[LocalIssuer]:
    """An issuer that is trusted during the test."""
    from betterauth_auth.testing import LocalIssuer

    issuer = LocalIssuer()
    with issuer.override():
        yield issuer


@pytest.fixture
def betterauth_client(betterauth_issuer: LocalIssuer) -> Client:
    from betterauth_auth.testing import Client

    return Client()


@pytest.fixture
def betterauth_async_client(betterauth_issuer: LocalIssuer) -> AsyncClient:
    from betterauth_auth.testing import AsyncClient

    return AsyncClient()


@pytest.fixture
def betterauth_api_client(betterauth_issuer: LocalIssuer) -> APIClient:
    from betterauth_auth.testing.drf import APIClient

    return APIClient()
