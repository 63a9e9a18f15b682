"""The suite on tables that are partitioned by owner: each statement for one owner has to go to one partition.

`make test-partitioned` takes this runner. It partitions the test database by the command that operators use, and asks
PostgreSQL for the plan of every statement that names an owner, once for each text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from unittest import TestCase, TestSuite

from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test.runner import DiscoverRunner
from django.test.utils import iter_test_cases

from tests.owners import UnscopedSQLError, owners_in
from todos.distribution.probes import places_in

PARTITIONS = 8
# A run that explains fewer has not seen the application.
ENOUGH = 300
# Modules and tests that have nothing to say about partitions.
LEFT_OUT = {
    "test_query_plans": "the plans are those of whole tables",
    "test_state_machine": "it runs for minutes",
    "test_the_migration_counts_what_is_there_and_can_be_undone": "the key of partitions cannot change its type back",
    # In tests.todos.test_user_table.
    **dict.fromkeys(
        ("test_dropped", "test_a_column_renamed", "test_a_right_revoked"),
        "a statement that fails has no plan to explain",
    ),
}


class Judge:
    """Explains statements before they are executed, and keeps those that go to several partitions."""

    def __init__(self) -> None:
        self.places_of: dict[str, int] = {}
        self.is_asking = False

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if text not in self.places_of and not many and not self.is_asking and self.is_of_one_owner(text, params):
            self.places_of[text] = self.places(text, params, context["connection"])
        return execute(sql, params, many, context)

    def is_of_one_owner(self, sql: str, params: Any) -> bool:
        if not sql.startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            return False
        owners = owners_in(sql, "postgresql")
        return not isinstance(owners, UnscopedSQLError) and len(owners.of(params)) == 1

    def places(self, sql: str, params: Any, asked: Any) -> int:
        self.is_asking = True
        try:
            # Past Django, so that no test counts it.
            with asked.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                return places_in("\n".join(line for (line,) in cursor.fetchall()))
        finally:
            self.is_asking = False

    def put_up(self, connection: Any, **kwargs: Any) -> None:
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)

    @property
    def strays(self) -> list[str]:
        return [sql for sql, places in self.places_of.items() if places > 1]


judge = Judge()


def is_left_out(test: TestCase) -> bool:
    names = test.id().split(".")
    return not LEFT_OUT.keys().isdisjoint(names)


class Runner(DiscoverRunner):
    def setup_databases(self, **kwargs: Any) -> Any:
        old_config = super().setup_databases(**kwargs)
        call_command("distribute", partitions=PARTITIONS, stdout=sys.stderr)
        connection_created.connect(judge.put_up, dispatch_uid="judge of partitions")
        judge.put_up(connection)
        return old_config

    def build_suite(self, *args: Any, **kwargs: Any) -> TestSuite:
        suite = super().build_suite(*args, **kwargs)
        return self.test_suite(test for test in iter_test_cases(suite) if not is_left_out(test))

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        failures = super().suite_result(suite, result, **kwargs)
        explained, strays = len(judge.places_of), judge.strays
        lines = [f"{explained} statements of one owner explained, {len(strays)} go to several partitions."]
        lines += [f"  {judge.places_of[sql]} partitions: {sql}" for sql in strays]
        if explained < ENOUGH:
            lines.append(f"That is too few to have seen the application: {ENOUGH} at least.")
        sys.stderr.write("\n".join((*lines, "")))
        return failures + len(strays) + (explained < ENOUGH)
