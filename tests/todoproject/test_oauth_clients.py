"""OAuth clients, those of MCP for example, learn from the API where to get tokens for it."""

from __future__ import annotations

from django.conf import settings
from django.test import SimpleTestCase, override_settings

WELL_KNOWN = "/.well-known/oauth-protected-resource"
RESOURCE = "https://api.example.com/api/v1"
SERVER = "http://localhost:3000"
ACCEPTING = {
    **settings.BETTER_AUTH,
    "TOKEN_TYPES": ["absent", "JWT", "at+jwt"],
    "AUDIENCE": [SERVER, RESOURCE],
    "RESOURCE": RESOURCE,
    "AUTHORIZATION_SERVERS": [f"{SERVER}/api/auth"],
}


class OAuthClientsTests(SimpleTestCase):
    @override_settings(BETTER_AUTH=ACCEPTING)
    def test_the_challenge_leads_to_the_document_and_that_to_the_server(self):
        challenge = self.client.get("/api/v1/todos")["WWW-Authenticate"]
        address = challenge.partition('resource_metadata="')[2].rstrip('"')

        self.assertEqual(address, f"https://api.example.com{WELL_KNOWN}/api/v1")
        for place in (f"{WELL_KNOWN}/api/v1", WELL_KNOWN):
            response = self.client.get(place)
            self.assertEqual(response.status_code, 200, response.content)
            self.assertEqual(response.json()["authorization_servers"], [f"{SERVER}/api/auth"])
            self.assertEqual(response.json()["resource"], RESOURCE)
            self.assertEqual(response["Access-Control-Allow-Origin"], "*")

    def test_while_no_access_token_is_accepted_nobody_is_led_anywhere(self):
        self.assertEqual(self.client.get(WELL_KNOWN).status_code, 404)
        self.assertNotIn("resource_metadata", self.client.get("/api/v1/todos")["WWW-Authenticate"])
