"""The committed OpenAPI document, from which frontends generate their client, is the one the code describes."""

import io
from pathlib import Path

from django.core.management import call_command
from django.test import SimpleTestCase

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "openapi.yaml"


class TheCommittedDocumentIsCurrent(SimpleTestCase):
    def test_make_schema_would_change_nothing(self):
        generated = io.StringIO()
        call_command("spectacular", stdout=generated)

        is_current = generated.getvalue().strip() == DOCUMENT.read_text(encoding="utf-8").strip()

        self.assertTrue(is_current, "openapi.yaml is old: run `make schema` and commit what it writes")
