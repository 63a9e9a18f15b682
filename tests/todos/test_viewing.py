"""GET /todos?view= and the counts of views in /summary?views=true."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import skipUnless

import orjson
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from todos import changes, clock
from todos.models import Account, View
from todos.reading import page_cache

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
# What an earlier or a later version may have stored.
STRANGE = ('{"mood":"good"}', '{"due":["someday"]}', '{"priority_gte":"high"}', "[]", '"x"')


class ViewingTestCase(TodosTestCase):
    def view(self, **query: Any) -> str:
        return self.alice.make("views", query=query)["id"]

    def fill(self) -> None:
        self.home = self.alice.make("lists", name="home")["id"]
        for title, values in {
            "paint": {"priority": 3, "tags": ["red"], "list": self.home, "notes": "blue"},
            "mow": {"priority": 1, "tags": ["green"], "list": self.home, "due_date": "2026-06-10"},
            "call": {"priority": 2, "tags": ["red", "green"], "due_date": "2026-06-09"},
            "rest": {"completed": True, "due_date": "2026-06-12"},
            "later": {"starts_on": "2026-07-01", "priority": 3},
        }.items():
            self.alice.todo(title=title, **values)


class Viewing(ViewingTestCase):
    def assert_same(self, view: dict[str, Any], given: dict[str, Any], address: str) -> None:
        """As if all of it stood in the address."""
        uid = self.view(**view)
        with clock.stopped_at(NOON):
            self.assertEqual(self.alice.titles(view=uid, **given), self.titles(address), (view, given))
            total = self.alice.get("/todos", {"view": uid, "total": "true", **given}).json()["total"]
            self.assertEqual(total, len(self.titles(address)))

    def titles(self, address: str) -> list[str]:
        return [todo["title"] for todo in self.alice.get(f"/todos?{address}").json()["results"]]

    def test_a_view_is_as_if_its_parameters_stood_in_the_address(self):
        self.fill()
        for view, address in (
            ({}, ""),
            ({"status": "open", "ordering": "-priority"}, "status=open&ordering=-priority"),
            ({"due": ["today", "overdue"], "ordering": "title"}, "due=today,overdue&ordering=title"),
            ({"tag": ["Red", "green"]}, "tag=red&tag=green"),
            ({"list": ["inbox"]}, "list=inbox"),
            ({"list": [self.home], "q": "OW"}, f"list={self.home}&q=OW"),
            ({"starts": "future", "priority_gte": 3}, "starts=future&priority_gte=3"),
            ({"due_after": "2026-06-09", "due_before": "2026-06-12"}, "due_after=2026-06-09&due_before=2026-06-12"),
            ({"has_notes": True}, "has_notes=true"),
            ({"parent": "none", "ordering": "-completed_at"}, "parent=none&ordering=-completed_at"),
            ({"completed_after": "2026-06-01"}, "completed_after=2026-06-01"),
        ):
            with self.subTest(view):
                self.assert_same(view, {}, address)

    def test_more_parameters_narrow_it(self):
        self.fill()
        for view, given, address in (
            ({"priority_gte": 2}, {"tag": "green"}, "priority_gte=2&tag=green"),
            ({"tag": ["red"]}, {"tag": "green"}, "tag=red&tag=green"),
            ({"priority_gte": 1}, {"priority_gte": 3}, "priority_gte=3"),
            ({"priority_gte": 3}, {"priority_gte": 1}, "priority_gte=3"),
            ({"due_before": "2026-06-12"}, {"due_before": "2026-06-10"}, "due_before=2026-06-10"),
            ({"due_after": "2026-06-09"}, {"due_after": "2026-06-01"}, "due_after=2026-06-09"),
            ({"due": ["today", "overdue"]}, {"due": "overdue"}, "due=overdue"),
            ({"list": ["inbox", self.home]}, {"list": self.home}, f"list={self.home}"),
            ({"status": "open"}, {"status": "open"}, "status=open"),
            ({"ordering": "title"}, {"ordering": "-title", "status": "open"}, "status=open&ordering=-title"),
            ({"ordering": "completed_at"}, {"ordering": "title"}, "ordering=title"),
            ({"ordering": "title"}, {"ordering": "completed_at"}, "ordering=completed_at"),
            ({"due": ["today"]}, {"tz": "Pacific/Kiritimati"}, "due=today&tz=Pacific/Kiritimati"),
        ):
            with self.subTest(view, given=given):
                self.assert_same(view, given, address)

    def test_what_is_not_narrower_is_refused(self):
        self.fill()
        for view, given in (
            ({"status": "open"}, {"status": "completed"}),
            ({"starts": "future"}, {"starts": "all"}),
            ({"due": ["today"]}, {"due": "today,overdue"}),
            ({"list": ["inbox"]}, {"list": self.home}),
            ({"parent": "none"}, {"parent": self.home}),
            ({"has_notes": True}, {"has_notes": "false"}),
            ({"q": "paint"}, {"q": "mow"}),
        ):
            with self.subTest(view):
                response = self.alice.get("/todos", {"view": self.view(**view), **given})
                self.assert_fault(response, f"/{next(iter(given))}", "not_narrower")

    def test_a_view_that_one_does_not_have_is_refused_alike(self):
        mine = self.view()
        stranger, nobody = self.mallory.make("views")["id"], str(uuid.uuid4())
        answers = [self.alice.get(f"/todos?view={uid}", **{"X-Request-Id": "0" * 32}) for uid in (stranger, nobody)]

        self.assert_fault(answers[0], "/view", "does_not_exist")
        self.assertEqual(answers[0].content, answers[1].content)
        self.alice.delete(f"/views/{mine}")
        self.assert_fault(self.alice.get(f"/todos?view={mine}"), "/view", "does_not_exist")
        self.assert_fault(self.alice.get("/todos?view=mine"), "/view", "invalid")

    def test_rows_of_others_that_a_view_names_are_nobodys(self):
        hers = self.mallory.make("lists")["id"]
        self.mallory.todo(list=hers)
        self.assertEqual(self.alice.titles(view=self.view(list=[hers])), [])
        self.assertEqual(self.alice.titles(view=self.view(list=[str(uuid.uuid4())])), [])

    def test_a_list_may_come_later_and_go_for_good(self):
        uid = str(uuid.uuid4())
        view = self.view(list=[uid])
        self.assertEqual(self.alice.titles(view=view), [])
        self.alice.make("lists", id=uid)
        self.alice.todo(title="there", list=uid)
        self.assertEqual(self.alice.titles(view=view), ["there"])
        self.alice.delete(f"/lists/{uid}")
        self.alice.delete(f"/lists/{uid}?permanent=true")
        self.assertEqual(self.alice.titles(view=view), [])
        self.assertFalse(self.alice.get(f"/views/{view}").json()["broken"])

    def test_the_old_name_of_a_tag_shows_its_todos_for_thirty_days(self):
        self.alice.todo(title="tagged", tags=["old"])
        (tag,) = self.alice.get("/tags").json()["results"]
        view = self.view(tag=["old"])
        with clock.stopped_at(NOON):
            self.alice.patch(f"/tags/{tag['id']}", {"name": "new"})
        for days, titles in ((29, ["tagged"]), (31, [])):
            with clock.stopped_at(NOON + timedelta(days=days)):
                self.assertEqual(self.alice.titles(view=view), titles)

    def test_a_cursor_is_good_for_the_query_that_the_view_had(self):
        self.fill()
        view = self.view(ordering="title")
        first = self.alice.get(f"/todos?view={view}&page_size=2").json()
        following = self.alice.get(first["next"]).json()["results"]
        self.assertEqual([todo["title"] for todo in first["results"] + following], ["call", "later", "mow", "paint"])

        self.alice.patch(f"/views/{view}", {"name": "another name"})
        self.assertEqual(self.alice.get(first["next"]).json()["results"], following)
        self.alice.patch(f"/views/{view}", {"query": {"ordering": "title", "status": "open"}})
        self.assert_fault(self.alice.get(first["next"]), "/cursor", "bad_cursor")

    def test_views_are_known_where_they_belong_only(self):
        uid = self.view()
        for path in (f"/lists?view={uid}", f"/changes?view={uid}", f"/summary?view={uid}", "/todos?views=true"):
            self.assertEqual(self.alice.get(path).json()["errors"][0]["code"], "unknown_parameter")


class WithoutWords(TodosTestCase):
    def test_a_search_for_signs_shows_everything(self):
        todo = self.alice.todo()
        for q in ("-", '"', "..."):
            with self.subTest(q):
                view = self.alice.make("views", name=q, query={"q": q})
                self.assertEqual(view["query"], {})
                found = self.alice.get("/todos", {"view": view["id"]}).json()["results"]
                self.assertEqual([row["id"] for row in found], [todo["id"]])
        self.assertEqual(self.alice.get("/summary?views=true").status_code, 200)


class Broken(TodosTestCase):
    """A stored query that this version does not understand."""

    def setUp(self) -> None:
        super().setUp()
        self.alice.todo()
        self.uid = self.alice.make("views", query={})["id"]
        self.path = f"/views/{self.uid}"

    def test_is_shown_as_broken_and_not_as_empty(self):
        for text in STRANGE:
            with self.subTest(text):
                View.objects.update(query=text)
                row = self.alice.get(self.path).json()

                self.assertEqual((row["broken"], orjson.dumps(row["query"]).decode()), (True, text))
                self.assertEqual(self.alice.get("/changes").json()["views"], [row])
                self.assert_problem(self.alice.get(f"/todos?view={self.uid}"), 409, "broken_view")
                self.assert_problem(self.alice.get(f"/todos?view={self.uid}&status=open"), 409, "broken_view")
                self.assertEqual(self.alice.get("/summary?views=true").json()["views"], {self.uid: None})
                with override_settings(PLAIN_READS=True):
                    self.assertEqual(self.alice.get(self.path).json(), row)

    def test_can_be_renamed_mended_moved_and_deleted(self):
        View.objects.update(query=STRANGE[0])
        renamed = self.alice.patch(self.path, {"name": "still broken"}).json()
        self.assertEqual((renamed["query"], renamed["broken"]), ({"mood": "good"}, True))
        self.assertEqual(self.alice.post(f"{self.path}/move").status_code, 200)
        mended = self.alice.patch(self.path, {"query": {"status": "open"}}).json()
        self.assertFalse(mended["broken"])
        self.assertEqual(len(self.alice.titles(view=self.uid)), 1)
        View.objects.update(query=STRANGE[1])
        self.assertEqual(self.alice.delete(self.path).status_code, 204)


class Counts(ViewingTestCase):
    def counts(self, path: str = "/summary?views=true") -> dict[str, int | None]:
        with clock.stopped_at(NOON):
            return self.alice.get(path).json()["views"]

    def test_each_is_as_long_as_its_list(self):
        self.fill()
        queries = (
            {},
            {"status": "open", "due": ["today", "overdue"]},
            {"list": [self.home, "inbox"], "tag": ["red"]},
            {"q": "a", "has_notes": True},
            {"ordering": "-completed_at"},
            {"status": "trashed"},
            {"starts": "future", "priority_gte": 2},
            {"completed_after": "2026-06-01", "due_before": "2027-01-01"},
        )
        views = [self.view(**query) for query in queries]
        for zone in ("", "Pacific/Kiritimati"):
            with clock.stopped_at(NOON):
                asked = {"tz": zone} if zone else {}
                totals = [
                    self.alice.get("/todos", {"view": view, "total": "true", **asked}).json()["total"] for view in views
                ]
            counts = self.counts(f"/summary?views=true&tz={zone}" if zone else "/summary?views=true")
            self.assertEqual(counts, dict(zip(views, totals, strict=True)))
        self.assertEqual(len(set(totals)), 4)
        with override_settings(PLAIN_READS=True):
            self.assertEqual(self.counts(f"/summary?views=true&tz={zone}"), counts)

    def test_are_there_when_they_are_asked_for(self):
        self.assertNotIn("views", self.alice.get("/summary").json())
        self.assertNotIn("views", self.alice.get("/summary?views=false").json())
        self.assertEqual(self.alice.get("/summary?views=true").json()["views"], {})
        self.assert_fault(self.alice.get("/summary?views=1"), "/views", "invalid")

    def test_a_screen_brings_the_views_and_with_the_summary_their_counts(self):
        self.fill()
        self.view(status="open"), self.view(tag=["red"])
        rows = self.alice.get("/views").json()["results"]
        with clock.stopped_at(NOON):
            summary = self.alice.get("/summary?views=true").json()
            with CaptureQueriesContext(connection) as queries:
                screen = self.alice.get("/todos?include=views,summary").json()
            self.assertEqual((screen["views"], screen["summary"]), (rows, summary))
            self.assertEqual(len(queries), 4)
            self.assertEqual(self.alice.get("/todos?include=views").json()["views"], rows)
            self.assertNotIn("views", self.alice.get("/todos?include=summary").json()["summary"])

    def test_one_summary_has_room_for_so_many_in_their_order(self):
        views = [self.view(status="open") for _ in range(31)]
        self.assertEqual([*self.counts().values()], [0] * 30 + [None])
        for uid in views[:16]:
            self.alice.delete(f"/views/{uid}")
        words = [self.view(q="x") for _ in range(2)]
        tagged = self.view(tag=["a", "b", "c"])
        counts = self.counts()
        # 15, then 11 of 15, then 4 of 4.
        self.assertEqual([counts[uid] for uid in (*words, tagged)], [0, None, 0])

    def test_there_is_less_room_for_whoever_has_very_many_todos(self):
        for _ in range(12):
            self.view(status="open")
        for todos, counted in ((20_000, 10), (40_000, 5), (100_000, 2)):
            Account.objects.filter(owner=self.alice.user).update(todo_count=todos)
            for path in ("/summary?views=true", "/todos?include=views,summary"):
                with self.subTest(path, todos=todos):
                    answer = self.alice.get(path).json()
                    counts = answer.get("summary", answer)["views"].values()
                    self.assertEqual([*counts], [0] * counted + [None] * (12 - counted))

    def test_take_as_many_statements_whatever_there_is(self):
        counts = []
        for number in range(12):
            self.view(tag=["a"], due=["overdue"]) if number % 2 else self.view(status="open")
            with CaptureQueriesContext(connection) as queries:
                self.alice.get("/summary?views=true")
            counts.append(len(queries))
        self.assertEqual({*counts[1:]}, {3})

    def test_polling_costs_one_row_and_knows_what_was_asked(self):
        self.view()
        path, views = "/summary?views=true", {}
        with clock.stopped_at(NOON):
            tags = {path: self.alice.get(path)["ETag"] for path in ("/summary", path, f"{path}&tz=Asia/Tokyo")}
            for path in tags:
                for other, tag in tags.items():
                    with self.subTest(path, other=other), CaptureQueriesContext(connection) as queries:
                        views = self.alice.get(path, **{"If-None-Match": tag})
                        self.assertEqual(views.status_code, 304 if path == other else 200)
                    if path == other:
                        self.assertEqual(len(queries), 1)

    def test_an_etag_ends_where_a_count_changes_by_itself(self):
        archived = self.alice.make("lists")["id"]
        for hour, values in ((13, {"list": archived}), (14, {"starts_on": "2026-06-11"}), (15, {})):
            todo = self.alice.todo(due_date="2026-06-10", due_time=f"{hour}:00", **values)
        self.alice.patch(f"/lists/{archived}", {"archived": True})
        self.alice.delete(f"/todos/{todo['id']}")
        for hour, query in ((13, {"list": [archived]}), (14, {"starts": "future"}), (15, {"status": "trashed"})):
            with self.subTest(query):
                uid = self.view(due=["overdue"], **query)
                moment = NOON.replace(hour=hour)
                with clock.stopped_at(moment - timedelta(minutes=1)):
                    before = self.alice.get("/summary?views=true")
                with clock.stopped_at(moment):
                    after = self.alice.get("/summary?views=true", **{"If-None-Match": before["ETag"]})
                self.assertEqual((before.json()["views"][uid], after.status_code), (0, 200))
                self.assertEqual(after.json()["views"][uid], 1)


class RoundTrips(TodosTransactionTestCase):
    def test_a_view_costs_a_statement_more_and_a_plain_list_none(self):
        self.alice.todo()
        uid = self.alice.make("views", query={"status": "open"})["id"]
        for path, count in (("/todos", 1), ("/todos?status=open", 1), (f"/todos?view={uid}&page_size=7", 2)):
            with self.subTest(path):
                with CaptureQueriesContext(connection) as queries:
                    self.assertEqual(len(self.alice.get(path).json()["results"]), 1)
                self.assertEqual(len(queries), count)


@skipUnless(connection.vendor == "postgresql", "Pages are remembered only where one statement can compare and read.")
class Remembered(TodosTransactionTestCase):
    def setUp(self) -> None:
        super().setUp()
        page_cache.pages.clear()
        self.alice.todo(title="one", priority=1)
        self.alice.todo(title="two", priority=2)
        self.uid = self.alice.make("views", query={"priority_gte": 2})["id"]

    def test_a_page_of_a_view_that_is_sent_again_costs_one_statement(self):
        self.assertEqual(self.alice.titles(view=self.uid), ["two"])
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.alice.titles(view=self.uid), ["two"])
        self.assertEqual(len(queries), 1)

    def test_a_changed_view_shows_at_once(self):
        self.alice.titles(view=self.uid)
        self.alice.patch(f"/views/{self.uid}", {"query": {}})
        self.assertEqual(self.alice.titles(view=self.uid), ["one", "two"])
        self.alice.delete(f"/views/{self.uid}")
        self.assert_fault(self.alice.get(f"/todos?view={self.uid}"), "/view", "does_not_exist")

    def test_another_change_costs_no_more_than_the_view_and_the_page(self):
        self.alice.titles(view=self.uid)
        self.alice.todo(title="three", priority=3)
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.alice.titles(view=self.uid), ["two", "three"])
        self.assertEqual(len(queries), 2)

    def test_a_view_that_changes_between_the_two_statements_leaves_no_page_behind(self):
        changed = []

        def watch(execute, sql, params, many, context):
            if 'FROM "todos_todo"' in sql and not changed:
                changed.append(self.in_between())
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            self.assertEqual(self.alice.titles(view=self.uid), ["two"])
        self.assertEqual(changed, [1])
        self.assertEqual(self.alice.titles(view=self.uid), ["one", "two"])

    def in_between(self) -> int:
        with transaction.atomic():
            changes.update_view(self.alice.user.pk, uuid.UUID(self.uid), None, query="{}")
        return 1
