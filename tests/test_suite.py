"""Guards of the suite itself: a test that a runner would skip silently fails here."""

import ast
import unittest
from functools import cache
from pathlib import Path

from django.db import connection
from django.test import SimpleTestCase
from django.test.utils import iter_test_cases

from tests.halves import may_ask_a_database

TESTS = Path(__file__).resolve().parent


@cache
def whole_suite() -> unittest.TestSuite:
    return unittest.defaultTestLoader.discover(str(TESTS), top_level_dir=str(TESTS.parent))


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


def is_of_postgresql(test: unittest.TestCase) -> bool:
    method = getattr(test, test._testMethodName)
    reasons = (getattr(one, "__unittest_skip_why__", "") for one in (type(test), method))
    return connection.vendor != "postgresql" and any("PostgreSQL" in reason for reason in reasons)


class EveryTestIsRunByBothRunners(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(TESTS.rglob("*.py"))}

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

    def test_what_is_for_one_database_may_ask_it(self):
        """Otherwise nobody would run it; see `tests.halves`."""
        strays = [
            test.id()
            for test in iter_test_cases(whole_suite())
            if is_of_postgresql(test) and not may_ask_a_database(test)
        ]

        self.assertEqual(strays, [])

    def test_every_test_method_is_collected_by_unittest(self):
        written = {
            ".".join([*path.relative_to(TESTS).with_suffix("").parts, name])
            for path, tree in self.trees.items()
            for name in methods_of(tree)
        }

        self.assertEqual(written - collected(whole_suite()), set())
