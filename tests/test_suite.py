"""Guards of the suite itself: a test that a runner would skip silently fails here."""

import ast
import unittest
from pathlib import Path

from django.test import SimpleTestCase

TESTS = Path(__file__).resolve().parent


def methods_of(tree: ast.Module) -> list[str]:
    return [
        f"{node.name}.{member.name}"
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for member in node.body
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) and member.name.startswith("test_")
    ]


def collected(suite: unittest.TestSuite) -> set[str]:
    names: set[str] = set()
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            names |= collected(item)
        else:
            names.add(item.id().removeprefix("tests."))
    return names


class EveryTestIsRunByBothRunners(SimpleTestCase):
    def setUp(self) -> None:
        self.trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("*.py"))}

    def test_no_test_is_a_top_level_function(self):
        # `manage.py test` collects methods of TestCases only.
        strays = [
            f"{path.name}:{node.lineno}"
            for path, tree in self.trees.items()
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        ]

        self.assertEqual(strays, [])

    def test_every_test_stands_in_a_file_that_both_runners_look_into(self):
        strays = [
            path.name for path, tree in self.trees.items() if methods_of(tree) and not path.name.startswith("test")
        ]

        self.assertEqual(strays, [])

    def test_every_folder_of_tests_is_a_package(self):
        folders = {path.parent for path in self.trees}

        self.assertEqual([folder.name for folder in folders if not (folder / "__init__.py").exists()], [])

    def test_every_test_method_is_collected_by_unittest(self):
        written = {
            ".".join([*path.relative_to(TESTS).with_suffix("").parts, name])
            for path, tree in self.trees.items()
            for name in methods_of(tree)
        }
        suite = unittest.defaultTestLoader.discover(str(TESTS), top_level_dir=str(TESTS.parent))

        self.assertEqual(written - collected(suite), set())
