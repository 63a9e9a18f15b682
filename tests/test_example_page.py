"""The example page is made to be copied: small files, nothing that needs a framework, no text that becomes markup."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

WEB = Path(settings.BASE_DIR) / "examples" / "web"
WRITTEN_BY_TOOLS = {"package-lock.json"}
FOREIGN = {"node_modules", "dist"}
MARKUP_FROM_TEXT = re.compile(r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(")


def files(*endings: str) -> list[Path]:
    found = [path for ending in endings for path in WEB.rglob(f"*{ending}") if path.name not in WRITTEN_BY_TOOLS]
    return [path for path in found if not FOREIGN & set(path.relative_to(WEB).parts)]


class ExamplePage(SimpleTestCase):
    def test_each_file_is_short(self):
        lengths = {
            path.relative_to(WEB).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
            for path in files(".ts", ".mjs", ".css", ".html", ".json", ".md")
        }

        self.assertIn("src/store.ts", lengths)
        self.assertEqual({name: lines for name, lines in lengths.items() if lines >= 250}, {})

    def test_nothing_but_the_client_and_better_auth_is_needed_in_the_browser(self):
        package = json.loads((WEB / "package.json").read_text(encoding="utf-8"))

        self.assertEqual(set(package["dependencies"]), {"better-auth", "todo-api-client"})

    def test_no_text_becomes_markup(self):
        sources = [path for path in files(".ts") if path.parent.name == "src"]

        self.assertIn("markdown.ts", [path.name for path in sources])
        guilty = [path.name for path in sources if MARKUP_FROM_TEXT.search(path.read_text(encoding="utf-8"))]
        self.assertEqual(guilty, [])
