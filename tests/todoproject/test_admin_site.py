"""The front page, and what no page of the admin may do whatever it is asked."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.fake_betterauth import FakeBetterAuth, answer_with
from tests.todoproject.operators import AdminTestCase
from todos.models import Todo

LISTS = ("/auth/user/", "/auth/group/", "/betterauth_auth/identity/", "/todos/todo/", "/todos/list/", "/todos/tag/")
EVERY_LIST = (*LISTS, "/admin/logentry/")
HUGE = "9" * 30
HOSTILE_QUERIES = (
    "title__regex=(",
    "username__iregex=(",
    "owner__password__startswith=pbkdf2",
    "id__in=99999999999999999999",
    "nonsense=1",
    "q=%00",
    "q=%ED%A0%80",
    "q=%25%5C_'",
    f"q={'x' * 5000}",
    "p=0",
    "p=abc",
    f"p={HUGE}",
    "o=abc.-99",
    "o=-1.2.999",
    "e=1",
    "all=",
    "_facets=True",
    "_popup=1",
    "_to_field=password",
    "owner=%00",
    f"owner={HUGE}",
    "owner=-1",
    "owner=%C2%B2",
    "owner=nobody",
    "list=abc",
    f"list={HUGE}",
    "tag=%00",
    "state=%00",
    "due=%00",
    "kind=%00",
    "is_active__exact=maybe",
    "is_active__isnull=maybe",
    "created_at__year=abc",
    "created_at__year=99999",
    "created_at__year=9999",
    f"created_at__year={HUGE}",
    "created_at__year=2026&created_at__month=13",
    "created_at__year=2026&created_at__month=2&created_at__day=31",
    "created_at__year=2026&created_at__day=31",
    "created_at__month=5",
    "created_at__day=5",
    "created_at__gte=yesterday",
    "created_at__gte=%00",
)
HOSTILE_KEYS = ("abc", "%00", "0", "-1", HUGE, "1.5", "%C2%B2", "_5F", "' OR 1=1")


class FrontPage(AdminTestCase):
    def figures(self) -> dict[str, str]:
        response = self.sam.get("/")
        self.shown(response)
        return {figure.name: figure.text for figure in response.context["figures"]}

    def test_it_counts_people_todos_and_trash(self):
        self.alice.delete(f"/todos/{self.alice.todo()['id']}")
        self.mallory.todo()

        figures = self.figures()

        self.assertEqual((figures["people"], figures["todos"], figures["todos in the trash"]), ("2", "2", "1"))

    def test_the_chart_shows_completions_by_day(self):
        for days in (0, 0, 1, 29, 30, 400):
            self.alice.todo(completed=True)
            Todo.objects.filter(pk=Todo.objects.latest("pk").pk).update(completed_at=timezone.now() - timedelta(days))

        bars = self.sam.get("/").context["bars"]

        self.assertEqual([bar.count for bar in bars], [1, *[0] * 27, 1, 2])
        self.assertEqual([bar.height for bar in bars], [50, *[0] * 27, 50, 100])

    def test_the_signing_keys_are_shown(self):
        page = self.shown(self.sam.get("/"))

        self.assertIn(self.issuer.url, page)
        self.assertIn("usable", page)

    def test_trouble_with_the_signing_keys_is_said_first(self):
        with FakeBetterAuth() as broken, override_settings(BETTER_AUTH=broken.settings()):
            broken.behave(answer_with(b"oops", 500))
            self.sam.get("/")
            page = self.page_that_says("Nobody can sign in")

        self.assertIn('role="alert"', page)

    def page_that_says(self, words: str) -> str:
        patience_ends = time.monotonic() + 5
        while words not in (page := self.shown(self.sam.get("/"))) and time.monotonic() < patience_ends:
            time.sleep(0.05)
        self.assertIn(words, page)
        return page

    def test_it_takes_few_statements(self):
        self.sam.get("/")

        with self.assertNumQueries(12):
            self.sam.get("/")


class BadInputIsNoError(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="Buy milk", tags=["shop"])

    def assert_no_crash(self, response: object, what: str) -> None:
        self.assertLess(response.status_code, 500, what)

    def test_in_a_query(self):
        for page in EVERY_LIST:
            for query in HOSTILE_QUERIES:
                with self.subTest(page=page, query=query[:60]):
                    self.assert_no_crash(self.olivia.get(f"{page}?{query}"), query)

    def test_a_lookup_that_no_filter_makes_is_refused(self):
        for query in ("title__regex=(", "owner__password__startswith=pbkdf2", "title=x"):
            self.assertEqual(self.olivia.get(f"/todos/todo/?{query}").status_code, 400, query)

    def test_in_an_address(self):
        for page in EVERY_LIST:
            for key in HOSTILE_KEYS:
                for view in ("change", "history", "delete", "notes", "password"):
                    with self.subTest(page=page, key=key, view=view):
                        self.assert_no_crash(self.olivia.get(f"{page}{key}/{view}/"), key)

    def test_among_the_chosen_rows(self):
        for page, action in (("/auth/user/", "deactivate"), ("/todos/todo/", "restore"), ("/todos/list/", "trash")):
            for key in ("abc", "\0", "", "-1", HUGE, "0", "²"):
                with self.subTest(page=page, key=key):
                    self.assert_no_crash(self.olivia.act(page, action, key), key)

    def test_in_the_form_of_an_action(self):
        for data in ({"action": "format"}, {"action": "\0"}, {"index": "x"}, {"from_page": "\0"}, {"from_page": HUGE}):
            with self.subTest(data):
                form = {"_selected_action": self.alice.user.pk, "reason": "why", "action": "reactivate", **data}

                self.assert_no_crash(self.olivia.post("/auth/user/", form), str(data))

    def test_all_rows_at_once_are_not_to_be_had(self):
        form = {"action": "trash", "select_across": "1", "reason": "fun", "index": "0"}

        self.olivia.post("/todos/todo/", form)

        self.assertEqual(self.alice.titles(), ["Buy milk"])


class PagesAreBounded(AdminTestCase):
    def test_no_page_counts_a_whole_table(self):
        self.alice.todo()
        for page in ("/", *EVERY_LIST):
            with self.subTest(page):
                with CaptureQueriesContext(connection) as statements:
                    self.shown(self.olivia.get(page))

                counting = [statement["sql"] for statement in statements if "COUNT(" in statement["sql"]]
                self.assertEqual([sql for sql in counting if "LIMIT" not in sql], [])

    def test_no_page_needs_an_inline_script_or_style(self):
        self.alice.todo()
        pages = [
            *EVERY_LIST,
            "/",
            f"/auth/user/{self.alice.user.pk}/change/",
            f"/todos/todo/{Todo.objects.get().pk}/change/",
        ]
        for page in pages:
            with self.subTest(page):
                html = self.shown(self.olivia.get(page))

                self.assertNotRegex(html, r"<style|\sstyle=|\son[a-z]+=|<script>|<script (?![^>]*src=)")
