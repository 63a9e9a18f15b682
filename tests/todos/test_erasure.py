"""Writes that were let in before an erasure ended leave nothing behind, whatever they did before they wrote."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest import skipUnless

from django.db import connection, connections, transaction
from django.test import override_settings
from rest_framework.test import APIClient

from betterauth_auth.authentication import TokenRefused, fetched_user
from betterauth_auth.deferred import DeferredUser
from betterauth_auth.models import Identity
from betterauth_auth.tokens import verify
from betterauth_auth.users import cut_off
from tests.todos.case import API, TodosTestCase, TodosTransactionTestCase
from tests.todos.matrix import Sent
from tests.todos.raw_rows import OWNED, rows_of
from tests.todos.writes import ROWS, writes
from tests.waiting import wait_for
from todos import changes, clock
from todos.changes import Operation
from todos.compiled.caller import Caller
from todos.exceptions import Conflict
from todos.models import Account, Todo

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s
"""


class AUserWhoWasLookedUpBefore(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo()
        token = verify(self.alice.sign_in())
        user = DeferredUser(token, lambda: fetched_user(token), remembered_pk=None)
        user.fetch()
        self.caller = Caller(user)
        self.assertEqual(self.alice.delete("/me").status_code, 204)
        self.stored = rows_of(self.alice.user)

    def test_is_looked_at_again_by_every_write_after_the_erasure(self):
        for write in (
            lambda: changes.run(self.caller, [Operation("create", None, {"title": "late"})]),
            lambda: changes.create_list(self.caller, None, name="late"),
            lambda: changes.create_tag(self.caller, None, name="late"),
            lambda: changes.create_view(self.caller, None, name="late", query="{}"),
            lambda: changes.update_settings(self.caller, week_start=7),
            lambda: changes.ensure_inbox(self.caller),
        ):
            with self.assertRaises(TokenRefused), transaction.atomic():
                write()
            self.assertEqual(rows_of(self.alice.user), self.stored)


class ErasedBeforeItIsShown(TodosTransactionTestCase):
    def test_a_row_that_was_written_and_is_gone_by_then_is_a_401(self):
        for kind, more in {"lists": {}, "tags": {}, "views": {"query": {}}}.items():
            with self.subTest(kind), connection.execute_wrapper(self.erasing_first(kind, self.alice)):
                answer = send(self.alice.sign_in(), Sent("POST", kind, {"name": "x", **more}))
                self.assert_problem(answer, 401, "unauthenticated")
                self.assertEqual(self.erasures.pop().status_code, 204)
            Identity.objects.update(tokens_valid_after=None)

    def erasing_first(self, kind, person):
        """Lets the person's other device erase everything just before the new row is read for the answer."""
        self.erasures = []

        def watch(execute, sql, params, many, context):
            is_reading = sql.startswith('WITH "caller"') and f'FROM "todos_{kind[:-1]}"' in sql
            if is_reading and not self.erasures:
                self.erasures.append(None)
                self.erasures[0] = send(person.sign_in(), Sent("DELETE", "me"))
            return execute(sql, params, many, context)

        return watch


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL: SQLite has one writer at a time")
# All of one person's writes wait at the same time.
@override_settings(WEB_THREADS=100)
class WritesThatWaited(TodosTransactionTestCase):
    def test_of_a_token_whose_user_is_found_by_the_write_itself(self):
        token = self.alice.sign_in()
        self.alice.get("/me")
        self.assert_all_refused(self.alice, lambda number: token)

    def test_of_tokens_whose_user_was_looked_up_before(self):
        now = int(time.time())
        # The first request of each token looks at once.
        self.assert_all_refused(self.alice, lambda number: self.issuer.token(sub="alice", iat=now - 60 - number))

    def test_a_plain_todo_does_not_slip_into_a_new_beginning(self):
        """Where the account, erased and in use again, has a list for it by the time its turn comes."""
        token = self.alice.sign_in()
        self.alice.todo()
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                Account.objects.filter(owner=self.alice.user).update(erased_at=clock.now())
                cut_off(self.alice.user)
                waiting = pool.submit(closing(send), token, Sent("POST", "todos", {"title": "late"}))
                wait_for(lambda: waiting_for("%UPDATE todos_account%") == 1, 20)
            self.assert_problem(waiting.result(20), 401, "unauthenticated")

        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 1)

    def test_a_sign_in_after_the_cut_off_writes_at_once(self):
        self.enterContext(override_settings(BETTER_AUTH=self.issuer.settings(LEEWAY_SECONDS=0)))
        self.assertEqual(self.alice.delete("/me").status_code, 204)
        wait_for(lambda: int(time.time()) > Identity.objects.get(subject="alice").tokens_valid_after.timestamp(), 20)

        self.alice.sign_in()

        self.assertEqual(self.alice.todo(title="new life")["list"], self.alice.inbox["id"])

    def test_a_change_by_the_owners_number_is_a_conflict(self):
        """Operators' changes, and users of hosts whose authentication offers no query."""
        self.alice.todo()
        with ThreadPoolExecutor(3) as pool, self.erasing(pool, self.alice):
            waiting = pool.submit(closing(changes.create_list), self.alice.user.pk, None, name="late")
            wait_for(lambda: waiting_for("%UPDATE todos_account%") == 1, 20)

        with self.assertRaisesMessage(Conflict, "account_erased"):
            waiting.result(20)
        self.assert_nothing_left(self.alice)

    def assert_all_refused(self, person, token_of):
        for name, values in ROWS:
            person.make(name, **values)
        requests = [sent for sent in writes() if (sent.method, sent.path) != ("DELETE", "me")]
        self.assertGreater(len(requests), 20)
        with ThreadPoolExecutor(len(requests) + 2) as pool, self.erasing(pool, person):
            answers = [pool.submit(closing(send), token_of(n), sent) for n, sent in enumerate(requests)]
            wait_for(lambda: waiting_for("%UPDATE todos_account%") == len(requests), 20)

        for sent, answer in zip(requests, answers, strict=True):
            with self.subTest(str(sent)):
                self.assert_problem(answer.result(20), 401, "unauthenticated")
        self.assert_nothing_left(person)

    @contextmanager
    def erasing(self, pool, person):
        """An erasure that has begun and ends after the block: somebody has a lock on one of the rows."""
        token, is_over, is_held = person.sign_in(), threading.Event(), threading.Event()

        def hold():
            with transaction.atomic():
                list(Todo.objects.select_for_update().filter(owner=person.user))
                is_held.set()
                is_over.wait(30)

        holder = pool.submit(closing(hold))
        self.assertTrue(is_held.wait(10))
        eraser = pool.submit(closing(send), token, Sent("DELETE", "me"))
        wait_for(lambda: waiting_for('DELETE FROM "todos_todo"%') == 1, 20)
        try:
            yield
        finally:
            is_over.set()
            holder.result(20)
        self.assertEqual(eraser.result(20).status_code, 204)

    def assert_nothing_left(self, person):
        for model in OWNED[1:]:
            self.assertEqual(model.objects.filter(owner=person.user).count(), 0, model)
        account = Account.objects.get(owner=person.user)
        self.assertEqual((account.time_zone, account.default_list_id), ("UTC", None))


def send(token, sent):
    client = APIClient(headers={"Authorization": f"Bearer {token}", **dict(sent.headers)})
    body = ("", "") if sent.body is None else (json.dumps(sent.body), "application/json")
    return client.generic(sent.method, f"{API}/{sent.path}", *body)


def closing(call):
    """The same in a thread of a pool, whose connections nobody else closes."""

    def run(*args, **values):
        try:
            return call(*args, **values)
        finally:
            connections.close_all()

    return run


def waiting_for(statement):
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL would go on saying what it said first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING, [statement])
        return cursor.fetchone()[0]
