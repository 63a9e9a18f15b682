"""The two halves of the suite: what may ask a database, and the rest, which `make test` runs once and meanwhile."""

from __future__ import annotations

from typing import Any
from unittest import TestCase, TestSuite

from django.test import SimpleTestCase
from django.test.runner import DiscoverRunner
from django.test.utils import iter_test_cases


def may_ask_a_database(test: TestCase) -> bool:
    """Django lets the others ask none."""
    return not isinstance(test, SimpleTestCase) or bool(test.databases)


class WithDatabase(DiscoverRunner):
    wanted = True

    def build_suite(self, *args: Any, **kwargs: Any) -> TestSuite:
        suite = super().build_suite(*args, **kwargs)
        return self.test_suite(test for test in iter_test_cases(suite) if may_ask_a_database(test) is self.wanted)


class WithoutDatabase(WithDatabase):
    wanted = False
