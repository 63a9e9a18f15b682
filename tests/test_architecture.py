"""The direction of imports: the host knows both apps, the apps know neither the host nor each other."""

import ast
from functools import cache
from pathlib import Path

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parent.parent
# Who must not import what. Inside todos, data flows api -> changes -> models and admin -> changes -> models; compiled
# queries stand between the last two, and what reads them beside changes. What the fields are depends on none of them.
FORBIDDEN = {
    "todos/fields": (
        *(
            "todos.models",
            "todos.compiled",
            "todos.reading",
            "todos.changes",
            "todos.transfer",
            "todos.api",
            "todos.admin",
        ),
        *("django", "rest_framework", "drf_spectacular"),
    ),
    "todos/recurrence": (
        *("todos.fields", "todos.models", "todos.compiled", "todos.reading", "todos.changes"),
        *("todos.transfer", "todos.api", "todos.admin"),
        *("django", "rest_framework", "drf_spectacular"),
    ),
    "todos/calendar": (
        *("todos.models", "todos.compiled", "todos.reading", "todos.changes", "todos.transfer"),
        *("todos.api", "todos.admin", "django", "rest_framework", "drf_spectacular"),
    ),
    "todos/quickadd": (
        *("todos.fields", "todos.models", "todos.compiled", "todos.reading", "todos.changes", "todos.transfer"),
        *("todos.api", "todos.admin", "todos.zones", "todos.clock"),
        *("django", "rest_framework", "drf_spectacular"),
    ),
    "todos/models": (
        *("todos.compiled", "todos.reading", "todos.changes", "todos.transfer", "todos.api", "todos.admin"),
    ),
    "todos/compiled": ("todos.reading", "todos.changes", "todos.transfer", "todos.api", "todos.admin"),
    "todos/reading": ("todos.changes", "todos.transfer", "todos.api", "todos.admin"),
    "todos/changes": ("todos.reading", "todos.transfer", "todos.api", "todos.admin"),
    "todos/transfer": ("todos.reading", "todos.api", "todos.admin", "rest_framework", "drf_spectacular"),
    "todos/api": ("todos.admin",),
    "todos/admin": ("todos.api",),
    "betterauth_auth": ("todos", "todoproject", "tests"),
    "todos": ("betterauth_auth", "todoproject", "tests"),
    "todoproject": ("betterauth_auth.testing", "tests"),
}


def modules_in(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


@cache
def imports_of(path: Path) -> list[str]:
    package = path.relative_to(ROOT).parent.parts
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            names += [".".join([*base, *filter(None, [node.module]), alias.name]) for alias in node.names]
    return names


class ImportsFlowOneWay(SimpleTestCase):
    def test_no_module_imports_what_it_must_not_know(self):
        for place, strangers in FORBIDDEN.items():
            for path in modules_in(ROOT / place):
                for name in imports_of(path):
                    with self.subTest(module=str(path.relative_to(ROOT)), imports=name):
                        self.assertFalse(any(f"{name}.".startswith(f"{stranger}.") for stranger in strangers))

    def test_every_room_that_is_named_is_there(self):
        self.assertEqual([place for place in FORBIDDEN if not modules_in(ROOT / place)[1:]], [])

    def test_the_environment_is_read_in_the_settings_only(self):
        for package in ("todoproject", "todos", "betterauth_auth"):
            for path in modules_in(ROOT / package):
                with self.subTest(module=str(path.relative_to(ROOT))):
                    reads = "os.environ" in path.read_text(encoding="utf-8") or "os.getenv" in path.read_text("utf-8")
                    # The two entry points only say which settings module to load.
                    allowed = path.name in {"settings.py", "wsgi.py", "asgi.py"} and package == "todoproject"
                    self.assertTrue(allowed or not reads)
