"""A page that is sent again as it was is never another one than reading it would have given."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from unittest import skipUnless

from django.db import connection
from django.test import SimpleTestCase, override_settings

from betterauth_auth.models import Identity
from tests.todos.case import TodosTestCase
from todos import clock
from todos.changes import purge
from todos.compiled.shapes import Compiled
from todos.models import Account, Todo
from todos.reading import page_cache
from todos.reading.pages import Sent

WORDS = "status=open due=today due=overdue status=trashed tag=red starts=all page_size=1"
FILTERS = ("", *(f"?{word}" for word in WORDS.split()))
EVENING = datetime(2026, 6, 10, 18, 5, tzinfo=UTC)  # ten minutes before midnight in Kathmandu


@skipUnless(connection.vendor == "postgresql", "Pages are remembered only where one statement can compare and read.")
class AsFreshAsReading(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        page_cache.pages.clear()

    def page(self, query: str = "") -> bytes:
        return self.alice.get(f"/todos{query}").content

    def unremembered(self, query: str = "") -> bytes:
        with override_settings(REMEMBERED_PAGES_MB=0):
            return self.page(query)

    def spoil(self) -> None:
        """Changes rows in a way that no code of ours does: without raising the owner's counter."""
        Todo.objects.filter(owner=self.alice.user).update(title="spoilt")

    def test_an_unchanged_page_is_not_read_again(self):
        self.alice.todo(title="first")
        before = self.page()
        self.spoil()

        self.assertEqual(self.page(), before)
        self.assertIn(b"spoilt", self.unremembered())

    def test_an_empty_page_is_remembered_too(self):
        self.alice.inbox  # noqa: B018 - makes the account
        before = self.page()
        with self.assertNumQueries(1):
            self.assertEqual(self.page(), before)

    def test_every_kind_of_change_shows_at_once(self):
        project = self.alice.make("lists", name="home")
        todo = self.alice.todo(title="a", tags=["red"], due_date="2026-06-10", due_time="09:00")
        other = self.alice.todo(title="b", list=project["id"], starts_on="2026-01-01")
        tag = self.alice.get("/tags").json()["results"][0]
        path, home = f"/todos/{todo['id']}", f"/lists/{project['id']}"
        for send, where, *body in (
            (self.alice.post, "/todos", {"title": "quick"}),
            (self.alice.post, "/todos", {"title": "slow", "tags": ["red"]}),
            (self.alice.patch, path, {"title": "new"}),
            (self.alice.put, f"/todos/{other['id']}", {"title": "put"}),
            (self.alice.post, f"{path}/complete"),
            (self.alice.post, f"{path}/reopen"),
            (self.alice.post, f"{path}/move", {"list": project["id"]}),
            (self.alice.post, "/todos/bulk", {"operations": [{"op": "create", "title": "of a bulk"}]}),
            (self.alice.patch, f"/tags/{tag['id']}", {"name": "rouge"}),
            (self.alice.delete, f"/tags/{tag['id']}"),
            (self.alice.patch, "/me", {"time_zone": "Asia/Tokyo"}),
            (self.alice.patch, home, {"archived": True}),
            (self.alice.patch, home, {"archived": False}),
            (self.alice.delete, home),
            (self.alice.post, f"{home}/restore"),
            (self.alice.delete, path),
            (self.alice.post, f"{path}/restore"),
            (self.alice.delete, path),
            (self.alice.delete, f"{path}?permanent=true"),
        ):
            for query in FILTERS:
                self.page(query)
            self.assertLess(send(where, *body).status_code, 300, (where, body))
            for query in FILTERS:
                with self.subTest(where, body=body, query=query):
                    self.assertEqual(self.page(query), self.unremembered(query))

    def test_a_todo_begins_at_midnight_although_nothing_changed(self):
        self.alice.patch("/me", {"time_zone": "Asia/Kathmandu"})
        self.alice.todo(title="tomorrow", starts_on="2026-06-11")
        with clock.stopped_at(EVENING):
            self.assertEqual(self.alice.titles(), [])
        with clock.stopped_at(EVENING + timedelta(minutes=10)):
            self.assertEqual(self.alice.titles(), ["tomorrow"])

    def test_a_todo_is_overdue_from_its_minute_on(self):
        self.alice.todo(title="soon", due_date="2026-06-10", due_time="18:06")
        with clock.stopped_at(EVENING):
            self.assertEqual(self.alice.titles(due="overdue"), [])
        with clock.stopped_at(EVENING + timedelta(minutes=1)):
            self.assertEqual(self.alice.titles(due="overdue"), ["soon"])

    def test_a_reminder_passes_with_its_minute(self):
        self.alice.todo(due_date="2026-06-10", due_time="18:06", reminders=[{"minutes_before": 0}])
        with clock.stopped_at(EVENING):
            before = self.page()
            self.spoil()
            self.assertEqual(self.page(), before)
        self.assertIn(b'"next_reminder_at":"2026-06-10T18:06:00Z"', before)
        with clock.stopped_at(EVENING + timedelta(minutes=1)):
            self.assertIn(b'"next_reminder_at":null', self.page())

    def test_an_emptied_trash_is_empty(self):
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        self.assertEqual(len(self.alice.titles(status="trashed")), 1)

        purge.purge(clock.now() + timedelta(days=31))

        self.assertEqual(self.alice.titles(status="trashed"), [])

    def test_whatever_writes_the_account_makes_a_new_state_of_it(self):
        self.alice.todo(title="lost")
        self.page()
        account = Account.objects.filter(owner=self.alice.user)
        account.update(version=account.get().version)
        self.spoil()

        self.assertEqual(self.alice.titles(), ["spoilt"])

    def test_a_server_that_was_started_anew_may_have_another_past(self):
        self.alice.todo(title="lost")
        self.page()
        key, page = next(iter(page_cache.pages.young.items()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_postmaster_start_time()::text")
            (started,) = cursor.fetchone()
        self.assertTrue(page.state.endswith(f".{started}"), page.state)
        page_cache.pages.young[key] = page._replace(state=page.state.replace(started, "earlier"))
        self.spoil()

        self.assertEqual(self.alice.titles(), ["spoilt"])

    def test_whoever_was_shut_out_gets_no_remembered_page(self):
        self.alice.todo()
        self.page()
        self.page()
        self.alice.user.is_active = False
        self.alice.user.save()

        self.assert_problem(self.alice.get("/todos"), 401, "unauthenticated")

    def test_somebody_without_an_account_is_looked_for_once_more_and_no_oftener(self):
        Account.objects.filter(owner=self.mallory.user).delete()
        self.mallory.get("/todos")
        with self.assertNumQueries(2):
            self.mallory.get("/todos")

    def test_nobody_gets_the_page_of_another_nor_takes_its_place(self):
        for person, title in ((self.alice, "hers"), (self.mallory, "mine")):
            person.todo(title=title)
        # As a restored dump may leave them: the same number, written by the same transaction.
        Account.objects.update(version=5)
        for person, title in ((self.alice, "hers"), (self.mallory, "mine")):
            self.assertEqual(person.titles(), [title])
        Todo.objects.update(title="spoilt")

        for person, title in ((self.alice, "hers"), (self.mallory, "mine")):
            self.assertEqual(person.titles(), [title])

    def test_a_person_who_is_given_another_account_gets_that_ones_page(self):
        self.alice.todo(title="hers")
        self.mallory.todo(title="mine")
        Account.objects.update(version=5)
        self.page()
        Identity.objects.filter(user=self.mallory.user).delete()
        Identity.objects.filter(user=self.alice.user).update(user=self.mallory.user)

        self.assertEqual(self.alice.titles(), ["mine"])

    def test_a_page_after_the_first_is_the_same_page_again(self):
        for number in range(5):
            self.alice.todo(title=str(number))
        second = self.alice.get("/todos?page_size=2").json()["next"]
        before = self.alice.get(second).content
        self.spoil()

        self.assertEqual(self.alice.get(second).content, before)

    def test_what_is_counted_is_what_is_held(self):
        self.alice.todo()
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for number in range(100):
            self.page(f"?q=nothing{number}")
        counted = sum(page_cache.size_of(*item) for item in page_cache.pages.young.items())
        before, _ = tracemalloc.get_traced_memory()
        page_cache.pages.clear()
        after, _ = tracemalloc.get_traced_memory()

        self.assertLessEqual(before - after, counted)

    def test_links_name_what_was_asked(self):
        self.alice.todo()
        self.alice.todo()
        for start, options in (
            ("http://testserver/api", {}),
            ("http://localhost/api", {"headers": {"host": "localhost"}}),
            ("https://testserver/api", {"secure": True}),
            ("http://testserver/prefix/api", {"SCRIPT_NAME": "/prefix"}),
        ):
            answer = self.alice.client.get("/api/v1/todos?page_size=1", **options).json()
            self.assertTrue(answer["next"].startswith(f"{start}/v1/todos?"), answer["next"])

    def test_the_same_bytes_are_another_question_in_another_charset(self):
        token = f"Bearer {self.alice.sign_in()}"
        self.alice.todo(title="ß")
        for charset, titles in (("utf-8", ["ß"]), ("latin-1", []), ("utf-8", ["ß"])):
            headers = {"authorization": token, "content-type": f"application/json; charset={charset}"}
            response = self.client.get("/api/v1/todos?q=%C3%9F", headers=headers)
            self.assertEqual([todo["title"] for todo in response.json()["results"]], titles, charset)


def page_of(size: int, state: str = "1") -> page_cache.Page:
    return page_cache.Page(0, state, Sent(b"x" * size, ""), Compiled("", (), ()), {})


class Memory(SimpleTestCase):
    LIMIT = 1024 * 1024

    def held(self, key: str, body: bytes, sql: str) -> int:
        """How many bytes Python takes for as many pages as the limit allows."""
        pages = page_cache.Pages()
        tracemalloc.start()
        for number in range(3_000):
            query = Compiled(sql + str(number), (), ())
            sent = Sent(bytearray(body).decode().encode(), f'W/"{number:032}"')
            page = page_cache.Page(0, "1.2.3", sent, query, {})
            pages.keep(("issuer|subject", "http", "host", "/path", f"{key}{number}", None), page, self.LIMIT)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return held

    def test_it_never_holds_more_than_it_may(self):
        for key, body, sql in ((2, 2, 0), (8_000, 2, 0), (2, 20_000, 0), (2, 2, 4_000)):
            with self.subTest(key=key, body=body, sql=sql):
                self.assertLessEqual(self.held("k" * key, b"b" * body, "s" * sql), self.LIMIT)

    def test_the_latest_page_of_an_address_replaces_the_one_before(self):
        pages = page_cache.Pages()
        pages.keep(("other",), page_of(1), self.LIMIT)
        for number in range(5_000):
            pages.keep(("often",), page_of(1_000, str(number)), self.LIMIT)

        self.assertEqual(pages.get(("often",)), page_of(1_000, "4999"))
        self.assertEqual(pages.get(("other",)), page_of(1))

    def test_the_generation_before_is_still_there(self):
        pages = page_cache.Pages()
        half = self.LIMIT // 2 - 2 * page_cache.OVERHEAD
        pages.keep(("first",), page_of(half), self.LIMIT)
        pages.keep(("second",), page_of(half), self.LIMIT)
        self.assertIsNotNone(pages.get(("first",)))
        pages.keep(("third",), page_of(half), self.LIMIT)
        self.assertIsNone(pages.get(("first",)))

    def test_a_page_that_is_too_large_is_not_kept(self):
        pages = page_cache.Pages()
        pages.keep(("small",), page_of(1), self.LIMIT)
        pages.keep(("large",), page_of(self.LIMIT // 2), self.LIMIT)

        self.assertIsNone(pages.get(("large",)))
        self.assertIsNotNone(pages.get(("small",)))
