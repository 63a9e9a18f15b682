"""Many requests of one user at once, on the database that can do several things at once."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from unittest import skipUnless

from django.db import connection, connections
from django.test import override_settings
from rest_framework.test import APIClient

from tests.todos.case import API, TodosTransactionTestCase
from todos.models import IdempotencyKey, List, Todo

WRITERS = 8


def rename(todo, title, client):
    headers = {"If-Match": f'"{todo["version"]}"'}
    return client.patch(f"{API}/todos/{todo['id']}", {"title": title}, headers=headers)


def post_to(project, client):
    return client.post(f"{API}/todos", {"title": "x", "list": project})


class BusyConnections:
    """`with BusyConnections() as busy:` looks again and again how many others the server is working for."""

    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    def __enter__(self):
        self.most, self.is_looking, self.is_over = 0, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        # Connecting takes longer than some of what it looks for.
        self.is_looking.wait(20)
        return self

    def __exit__(self, *exception):
        self.is_over.set()
        self.thread.join()

    def look(self):
        own = connections.create_connection("default")
        with closing(own), own.cursor() as cursor:
            while not self.is_over.is_set():
                cursor.execute(f"{self.query} AND state <> 'idle'")
                self.most = max(self.most, cursor.fetchone()[0])
                self.is_looking.set()


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL: SQLite has one writer at a time")
@override_settings(WEB_THREADS=4 * WRITERS)
class ManyRequestsAtOnce(TodosTransactionTestCase):
    def at_once(self, *calls, must_overlap=True):
        """The answers to all calls, each made with a client and a connection of its own.

        The server has to have seen several of them in a transaction or statement at the same time.
        """
        barrier = threading.Barrier(len(calls))

        def run(call):
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")
            barrier.wait(20)
            try:
                return call(client)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as pool, BusyConnections() as busy:
            answers = list(pool.map(run, calls))
        self.overlapped = busy.most > 1
        if must_overlap:
            self.assertTrue(self.overlapped, "one request came after the other")
        return answers

    def setUp(self) -> None:
        super().setUp()
        self.token = self.alice.sign_in()

    def statuses(self, *calls):
        return sorted(answer.status_code for answer in self.at_once(*calls))

    def test_of_writers_with_the_same_if_match_exactly_one_wins(self):
        for _ in range(5):
            todo = self.alice.todo()

            statuses = self.statuses(*(partial(rename, todo, str(number)) for number in range(WRITERS)))

            self.assertEqual(statuses, [200] + [412] * (WRITERS - 1))

    def test_a_reader_of_the_changes_misses_none_and_sees_their_numbers_in_order(self):
        first = self.alice.todo()["version"]
        seen, looks_meanwhile, more, done = [], [], [], threading.Event()

        def write(client):
            for number in range(10):
                self.assertEqual(client.post(f"{API}/todos", {"title": str(number)}).status_code, 201)

        def write_until_somebody_looked(client):
            write(client)
            # The reader is one of several threads and may have slept through all of them.
            while len(looks_meanwhile) < 2 and len(more) < 500:
                more.append(client.post(f"{API}/todos", {"title": "one more"}))
            done.set()

        def written() -> int:
            return 10 * (WRITERS - 1) + len(more)

        def read(client):
            since = first
            while True:
                is_last_look = done.is_set()
                answer = client.get(f"{API}/changes", {"since": since, "page_size": 200}).json()
                seen.extend(sorted(todo["version"] for todo in answer["todos"]))
                since = answer["version"]
                looks_meanwhile.extend([since] if answer["todos"] and not is_last_look else [])
                if is_last_look and len(seen) >= written():
                    return

        self.at_once(*[write] * (WRITERS - 2), write_until_somebody_looked, read)

        self.assertEqual(seen, list(range(first + 1, first + 1 + written())))
        self.assertGreater(len(looks_meanwhile), 1)

    def test_identical_creations_make_one_row(self):
        body = {"id": str(uuid.uuid4()), "title": "once"}

        statuses = self.statuses(*[lambda client: client.post(f"{API}/todos", body)] * WRITERS)

        self.assertEqual(statuses, [200] * (WRITERS - 1) + [201])
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 1)

    def test_twins_with_an_idempotency_key_make_one_row(self):
        def post(client):
            return client.post(f"{API}/todos", {"title": "once"}, headers={"Idempotency-Key": "k"})

        statuses = self.statuses(*[post] * WRITERS)

        self.assertLessEqual(set(statuses), {201, 409})
        self.assertIn(201, statuses)
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 1)
        self.assertEqual(IdempotencyKey.objects.filter(owner=self.alice.user).count(), 1)

    def test_first_requests_of_a_user_make_one_inbox(self):
        for _ in range(20):
            List.objects.filter(owner=self.alice.user).delete()
            answers = self.at_once(*[lambda client: client.get(f"{API}/lists")] * WRITERS, must_overlap=False)

            self.assertEqual({answer.status_code for answer in answers}, {200})
            self.assertEqual(List.objects.filter(owner=self.alice.user).count(), 1)
            # They are over soon, perhaps before anybody has looked.
            if self.overlapped:
                return
        self.fail("one request came after the other")

    def test_bulks_in_opposite_orders_do_not_block_each_other_for_ever(self):
        ids = [self.alice.todo()["id"] for _ in range(20)]

        def bulk(client, order):
            operations = [{"op": "complete" if order is ids else "reopen", "id": uid} for uid in order]
            return client.post(f"{API}/todos/bulk", {"operations": operations})

        calls = [lambda c: bulk(c, ids), lambda c: bulk(c, ids[::-1])] * (WRITERS // 2)

        self.assertEqual(self.statuses(*calls), [200] * WRITERS)

    def test_no_todo_lands_in_a_list_that_is_being_deleted(self):
        statuses = []
        for _ in range(10):
            project = self.alice.make("lists")["id"]
            calls = [partial(post_to, project)] * (WRITERS - 1)
            statuses += self.statuses(*calls, lambda c, project=project: c.delete(f"{API}/lists/{project}"))

        self.assertEqual(set(statuses), {201, 204, 400})
        self.assertEqual(statuses.count(204), 10)
        self.assertEqual(Todo.objects.filter(owner=self.alice.user, deleted_at=None).count(), 0)
