"""The committed OpenAPI document, from which frontends generate their client, is the one the code describes."""

import io
from pathlib import Path

import yaml
from django.core.cache import cache
from django.core.management import call_command
from django.test import SimpleTestCase

from scripts import client_codes

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "openapi.yaml"


class TheServedDocumentNeedsNoPatience(SimpleTestCase):
    def setUp(self) -> None:
        cache.clear()

    def test_it_is_the_committed_one(self):
        response = self.client.get("/api/v1/schema")

        self.assertEqual(response.content.strip(), DOCUMENT.read_bytes().strip())

    def test_it_is_json_for_whoever_asks_for_json(self):
        for request in ({"query_params": {"format": "json"}}, {"headers": {"accept": "application/json"}}):
            with self.subTest(request):
                self.assertEqual(self.client.get("/api/v1/schema", **request).json()["openapi"], "3.1.0")

    def test_a_client_that_has_it_is_told_so(self):
        etag = self.client.get("/api/v1/schema").headers["ETag"]

        self.assertEqual(self.client.get("/api/v1/schema", headers={"if-none-match": etag}).status_code, 304)

    def test_no_parameter_reaches_the_headers_or_the_translations(self):
        for name in ("version", "lang"):
            with self.subTest(name):
                response = self.client.get("/api/v1/schema", {name: "a\nb"})
                self.assertEqual((response.status_code, response.headers.get("Content-Disposition")), (200, None))


class TheCommittedDocumentIsCurrent(SimpleTestCase):
    def test_make_schema_would_change_nothing(self):
        generated = io.StringIO()
        call_command("spectacular", stdout=generated)

        is_current = generated.getvalue().strip() == DOCUMENT.read_text(encoding="utf-8").strip()

        self.assertTrue(is_current, "openapi.yaml is old: run `make schema` and commit what it writes")

    def test_the_clients_codes_are_those_of_the_document(self):
        problem = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["components"]["schemas"]["Problem"]

        self.assertEqual(client_codes.text_of(problem), client_codes.FILE.read_text(encoding="utf-8"))
