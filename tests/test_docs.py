"""Every path, command, setting and name in the documents exists: a page that is out of date fails here."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.test import SimpleTestCase

ROOT = Path(settings.BASE_DIR)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(\([^()]*\))?")
SOURCES = {".py", ".ts", ".mjs", ".html", ".css", ".toml", ".yaml", ".yml", ".template", ".sh", ".lua", ".json", ""}
PICTURE = re.compile(r'(?:src|srcset)="([^"]+)"')
# Of other programs, and named as theirs.
FOREIGN = {
    "ATOMIC_REQUESTS",
    "__wrapped__",
    "auth.user",
    "django_otp",
    "django_otp.middleware.OTPMiddleware",
    "django_otp.plugins.otp_totp",
    "force_authenticate",
    "functools.wraps",
    "get_all_permissions",
    "max_connections",
    "citus",
    "citus_add_node",
    "enable_unsafe_triggers",
    "plan_cache_mode",
    "process_exception",
    "process_view",
    "proxy_intercept_errors",
    "proxy_request_buffering",
    "X_Forwarded_For",
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    # An archive without git has the same files, and some more.
    names = listed.splitlines() or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*")]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def constant(module: Path, name: str) -> Any:
    """What a script says once, without running it."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return ast.literal_eval(values[name])


class TheDocumentsAreTrue(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        files = tracked()
        cls.documents = {path: path.read_text(encoding="utf-8") for path in files if path.suffix in {".md", ".mdx"}}
        sources = [path for path in files if path.suffix in SOURCES and "lock" not in path.name]
        text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in sources)
        text += (ROOT / ".env.example").read_text(encoding="utf-8")
        cls.words = set(re.findall(r"[A-Za-z0-9_]+", text)) | {path.stem for path in files}
        cls.modules = {
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for path in files
            if path.suffix == ".py"
        }

    def spans(self) -> Iterator[tuple[Path, str]]:
        """What stands in backquotes in a line of text."""
        for path, text in self.documents.items():
            for span in CODE.findall(FENCED.sub("", text)):
                yield path, span.strip()

    def test_links_lead_somewhere(self):
        links = [(path, link) for path, text in self.documents.items() for link in LINK.findall(text)]

        self.assertGreater(len(links), 15)
        for path, link in links:
            with self.subTest(path.name, link=link):
                # A page for somebody else's site links to its neighbours there.
                is_elsewhere = path.suffix == ".mdx" and link.startswith("/docs/")
                self.assertTrue(is_elsewhere or (path.parent / link).exists())

    def test_paths_exist(self):
        tops = {path.name for path in ROOT.iterdir()}
        paths = [(path, span) for path, span in self.spans() if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", span)]
        ours = [(path, span) for path, span in paths if span.split("/")[0] in tops]

        self.assertGreater(len(ours), 10)
        for path, span in ours:
            with self.subTest(path.name, span=span):
                self.assertTrue((ROOT / span).exists() or (path.parent / span).exists() or span == "artifacts/")

    def test_targets_of_make_exist(self):
        targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        named = [
            (path, word)
            for path, span in self.spans()
            if re.match(r"make [a-z]", span)
            for word in span.split()[1:]
            if "=" not in word and ":" not in word
        ]

        self.assertGreater(len(named), 10)
        for path, target in named:
            with self.subTest(path.name, target=target):
                self.assertIn(target, targets)

    def test_commands_of_django_exist(self):
        texts = [(path, re.findall(r"manage\.py ([a-z_]+)", text)) for path, text in self.documents.items()]
        named = [(path, command) for path, commands in texts for command in commands]

        self.assertGreater(len(named), 10)
        for path, command in named:
            with self.subTest(path.name, command=command):
                self.assertIn(command, get_commands())

    def test_names_of_modules_exist(self):
        packages = {name.split(".")[0] for name in self.modules}
        dotted = [
            (path, span.partition("(")[0])
            for path, span in self.spans()
            if NAME.fullmatch(span) and "." in span and span.split(".")[0] in packages
        ]

        self.assertGreater(len(dotted), 10)
        for path, name in dotted:
            with self.subTest(path.name, name=name):
                before, _, last = name.rpartition(".")
                is_module = name in self.modules or name.split(".")[0].endswith(("conf", "py"))
                self.assertTrue(is_module or (last in self.words and self.is_near_module(before)))

    def is_near_module(self, name: str) -> bool:
        """Whether this is a module, a class in one, or the label of an app."""
        return name in self.modules or name.rpartition(".")[0] in self.modules

    def test_settings_functions_and_columns_exist(self):
        named = [(path, span) for path, span in self.spans() if NAME.fullmatch(span) and "_" in span]
        named = [(path, span) for path, span in named if span not in FOREIGN]

        self.assertGreater(len(named), 100)
        for path, span in named:
            with self.subTest(path.name, span=span):
                self.assertEqual(set(re.findall(r"[A-Za-z0-9_]+", span.partition("(")[0])) - self.words, set())

    def test_pictures_of_the_readme_are_made_by_a_command_and_small(self):
        made = constant(ROOT / "scripts" / "pictures.py", "PICTURES")
        largest = constant(ROOT / "scripts" / "pictures.py", "LARGEST")
        folder = ROOT / "docs" / "pictures"

        shown = PICTURE.findall(self.documents[ROOT / "README.md"])
        self.assertEqual(sorted(shown), sorted(f"docs/pictures/{name}" for name in made))
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        self.assertEqual(set(sizes), set(made))
        self.assertLess(max(sizes.values()), largest)
        self.assertLess(sum(sizes.values()), 1_000_000)

    def test_the_readme_is_short_and_its_figures_are_those_that_were_found(self):
        text = self.documents[ROOT / "README.md"]
        self.assertLessEqual(len(text.splitlines()), 150)
        found = self.documents[ROOT / "bench" / "results.md"] + self.documents[ROOT / "docs" / "corpus.md"]
        section = text.partition("\n## Why this\n")[2].partition("\n## ")[0].replace("**", "")
        ratios = re.findall(r"\d+\.\d\d", section)
        verdicts = re.findall(r"(\d+) of (\d+) \| (\d+) \|", section)

        self.assertGreater(len(ratios), 10)
        self.assertEqual(len(verdicts), 4)
        for figure in (*ratios, *(f"| {asked} | {right} | {forged} |" for right, asked, forged in verdicts)):
            with self.subTest(figure=figure):
                self.assertRegex(found, rf"(?<![\d.]){re.escape(figure)}(?!\d)")

    def test_the_index_has_every_decision_and_its_numbers_have_no_gaps(self):
        folder = ROOT / "docs" / "decisions"
        files = sorted(path.name for path in folder.glob("[0-9]*.md"))
        index = (folder / "README.md").read_text(encoding="utf-8")

        self.assertEqual(re.findall(r"^- \[\d{4}\]\((.+?\.md)\)", index, re.MULTILINE), files)
        before = ""
        for name in files:
            area, number = name[:2], int(name[2:4])
            is_next = before[:2] == area and number == int(before[2:4]) + 1
            self.assertTrue(is_next or (before[:2] != area and number in {0, 1}), name)
            title = (folder / name).read_text(encoding="utf-8").splitlines()[0]
            self.assertTrue(title.startswith(f"# {name[:4]}. "), name)
            before = name
