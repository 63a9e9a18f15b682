"""What OAuth clients are told about the API, and where they learn of it."""

from __future__ import annotations

from typing import Any

from django.core.checks import run_checks
from django.test import override_settings
from django.urls import include, path

from tests.betterauth_auth.case import IssuerDatabaseCase
from tests.betterauth_auth.urls import urlpatterns as views

urlpatterns = [*views, path("", include("betterauth_auth.urls"))]
RESOURCE = "https://api.example.com/api/v1"
WELL_KNOWN = "/.well-known/oauth-protected-resource"
POINTER = f'resource_metadata="https://api.example.com{WELL_KNOWN}/api/v1"'


class MetadataTests(IssuerDatabaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(ROOT_URLCONF=__name__))
        self.accept_access_tokens()

    def accept_access_tokens(self, **overrides: Any) -> None:
        access = {"TOKEN_TYPES": ["absent", "at+jwt"], "RESOURCE": RESOURCE, "AUDIENCE": [self.issuer.url, RESOURCE]}
        self.configure(**{**access, **overrides})

    def test_the_document_is_at_the_root_and_behind_it(self):
        told = {
            "resource": RESOURCE,
            "authorization_servers": [self.issuer.url],
            "bearer_methods_supported": ["header"],
        }
        for place in ("", "/api/v1"):
            response = self.client.get(f"{WELL_KNOWN}{place}")
            self.assertEqual((response.status_code, response.json()), (200, told))
        for place in ("/", "/api", "/api/v1/", "/api/v2", "/api/v1/todos"):
            self.assertEqual(self.client.get(f"{WELL_KNOWN}{place}").status_code, 404)

    def test_a_resource_that_is_a_whole_host(self):
        for resource in ("https://api.example.com", "https://api.example.com/"):
            self.accept_access_tokens(RESOURCE=resource)

            self.assertEqual(self.client.get(WELL_KNOWN).json()["resource"], resource)
            self.assertIn(f'resource_metadata="https://api.example.com{WELL_KNOWN}"', self.get()["WWW-Authenticate"])

    def test_it_names_other_servers_and_scopes_when_told_so(self):
        server = f"{self.issuer.url}/api/auth"
        self.accept_access_tokens(AUTHORIZATION_SERVERS=[server], SCOPES_SUPPORTED=["todos:read"])

        told = self.client.get(WELL_KNOWN).json()

        self.assertEqual((told["authorization_servers"], told["scopes_supported"]), ([server], ["todos:read"]))

    def test_programs_in_browsers_may_read_it(self):
        for method in ("get", "options"):
            self.assertEqual(getattr(self.client, method)(WELL_KNOWN)["Access-Control-Allow-Origin"], "*")
        self.assertEqual(self.client.post(WELL_KNOWN).status_code, 405)

    def test_every_challenge_says_where_it_is(self):
        challenges = {
            self.get()["WWW-Authenticate"]: f'Bearer realm="api", {POINTER}',
            self.get_with(exp=1)["WWW-Authenticate"]: f'Bearer realm="api", error="invalid_token", {POINTER}',
            self.get_with("/scoped")["WWW-Authenticate"]: 'Bearer realm="api", error="insufficient_scope", '
            f'scope="todos:read todos:write", {POINTER}',
        }
        for found, expected in challenges.items():
            self.assertEqual(found, expected)

    def test_the_host_of_the_request_has_no_say_in_it(self):
        with override_settings(ALLOWED_HOSTS=["*"]):
            response = self.client.get("/whoami", headers={"Host": "evil.example"})

        self.assertNotIn("evil", response["WWW-Authenticate"])

    def test_where_no_access_token_is_accepted_there_is_none(self):
        for overrides in ({"TOKEN_TYPES": ["absent", "JWT"]}, {"RESOURCE": ""}):
            self.accept_access_tokens(**overrides)
            self.assertEqual(self.client.get(WELL_KNOWN).status_code, 404)
            self.assertEqual(self.get()["WWW-Authenticate"], 'Bearer realm="api"')

    def test_a_setting_that_cannot_stand_in_a_header_is_a_fault(self):
        for resource in (
            'https://a.example/"',
            "https://a.example/\r\nX-A: b",
            "https://a.example/?x",
            "ftp://a",
            "a",
            7,
        ):
            with self.subTest(resource):
                self.accept_access_tokens(RESOURCE=resource)
                self.assertEqual(self.faults(), ["betterauth_auth.E008"])
                self.assertEqual(self.client.get(WELL_KNOWN).status_code, 404)
                self.assert_answers(self.get_with(), 503)
                self.assertEqual(self.get()["WWW-Authenticate"], 'Bearer realm="api"')

    def test_what_would_lead_clients_astray_is_a_fault(self):
        self.assertEqual(self.faults(), [])
        for overrides in ({"TOKEN_TYPES": ["absent"]}, {"AUDIENCE": [self.issuer.url]}):
            self.accept_access_tokens(**overrides)
            self.assertEqual(self.faults(), ["betterauth_auth.E018"])

    def faults(self) -> list[str]:
        return [message.id for message in run_checks() if message.id.startswith("betterauth_auth.")]
