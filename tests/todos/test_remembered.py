"""A page that is sent again as it was is never another one than reading it would have given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import skipUnless

from django.db import connection
from django.test import SimpleTestCase, override_settings

from tests.todos.case import TodosTestCase
from todos import clock
from todos.api import remembered
from todos.changes import purge
from todos.models import Account, Todo
from todos.shapes import Compiled

WORDS = "status=open due=today due=overdue status=trashed tag=red starts=all page_size=1"
FILTERS = ("", *(f"?{word}" for word in WORDS.split()))
EVENING = datetime(2026, 6, 10, 21, 50, tzinfo=UTC)  # ten minutes before midnight in Berlin


@skipUnless(connection.vendor == "postgresql", "Pages are remembered only where one statement can compare and read.")
class AsFreshAsReading(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        remembered.pages.clear()

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
        self.alice.patch("/me", {"time_zone": "Europe/Berlin"})
        self.alice.todo(title="tomorrow", starts_on="2026-06-11")
        with clock.stopped_at(EVENING):
            self.assertEqual(self.alice.titles(), [])
        with clock.stopped_at(EVENING + timedelta(minutes=10)):
            self.assertEqual(self.alice.titles(), ["tomorrow"])

    def test_a_todo_is_overdue_from_its_minute_on(self):
        self.alice.todo(title="soon", due_date="2026-06-10", due_time="21:51")
        with clock.stopped_at(EVENING):
            self.assertEqual(self.alice.titles(due="overdue"), [])
        with clock.stopped_at(EVENING + timedelta(minutes=1)):
            self.assertEqual(self.alice.titles(due="overdue"), ["soon"])

    def test_an_emptied_trash_is_empty(self):
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        self.assertEqual(len(self.alice.titles(status="trashed")), 1)

        purge.purge(clock.now() + timedelta(days=31))

        self.assertEqual(self.alice.titles(status="trashed"), [])

    def test_the_same_number_after_the_database_was_set_back_is_another_state(self):
        self.alice.todo(title="lost")
        self.page()
        account = Account.objects.filter(owner=self.alice.user)
        account.update(version=account.get().version)
        self.spoil()

        self.assertEqual(self.alice.titles(), ["spoilt"])

    def test_whoever_was_shut_out_gets_no_remembered_page(self):
        self.alice.todo()
        self.page()
        self.page()
        self.alice.user.is_active = False
        self.alice.user.save()

        self.assert_problem(self.alice.get("/todos"), 401, "unauthenticated")

    def test_nobody_gets_the_page_of_another(self):
        self.alice.todo(title="hers")
        self.mallory.todo(title="mine")
        self.page()

        self.assertEqual(self.mallory.titles(), ["mine"])
        self.assertEqual(self.alice.titles(), ["hers"])

    def test_links_name_the_host_that_was_asked(self):
        self.alice.todo()
        self.alice.todo()
        self.page("?page_size=1")

        answer = self.alice.client.get("/api/v1/todos?page_size=1", headers={"host": "localhost"})

        self.assertTrue(answer.json()["next"].startswith("http://localhost/"), answer.json()["next"])


def page_of(size: int) -> remembered.Page:
    return remembered.Page("1", b"x" * size, Compiled("", (), ()), {})


class Memory(SimpleTestCase):
    def test_it_never_holds_more_than_it_may(self):
        pages = remembered.Pages()
        for number in range(100):
            pages.keep(number, page_of(100), max_bytes=1_000)
            held = {**pages.old, **pages.young}
            self.assertLessEqual(sum(len(page.body) for page in held.values()), 1_000)
            self.assertIn(number, held)

    def test_a_page_that_is_too_large_is_not_kept(self):
        pages = remembered.Pages()
        pages.keep("small", page_of(1), max_bytes=1_000)
        pages.keep("large", page_of(501), max_bytes=1_000)

        self.assertIsNone(pages.get("large"))
        self.assertIsNotNone(pages.get("small"))
