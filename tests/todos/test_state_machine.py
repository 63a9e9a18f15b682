"""Three users do whatever they like; the API and a notebook kept for each of them must agree after every step."""

from __future__ import annotations

from datetime import timedelta

import hypothesis
from django.test import override_settings
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.thoroughness import IS_THOROUGH
from tests.todos import strategies as some
from tests.todos.case import TodosTransactionTestCase
from tests.todos.contract_machine import Bookkeeping
from tests.todos.contract_model import Row
from tests.todos.reading import counts_of_views, in_address, listed, scheduled, summary, text

EXAMPLES, STEPS = (60, 50) if IS_THOROUGH else (8, 40)


class ThreeUsers(Bookkeeping):
    # ruff: noqa: E731 - a step for the notebook stands where it is sent

    @rule(who=some.who, uid=some.todos, values=some.new_todos(), again=some.again)
    def create(self, who: str, uid: str, values: Row, again: int) -> None:
        uid, values = self.fresh(who, "todo", uid, again), self.ids(who, values)
        self.change(who, "post", "/todos", {"id": uid, **values}, lambda book: book.create(uid, values), {})

    @rule(who=some.who, uid=some.todos, line=st.sampled_from(some.LINES), again=some.again)
    def quick(self, who: str, uid: str, line: tuple[str, Row], again: int) -> None:
        uid, (text, values) = self.fresh(who, "todo", uid, again), line
        steps = lambda book: book.create(uid, values)
        response = self.change(who, "post", "/todos/quick", {"id": uid, "text": text}, steps, {})
        Bookkeeping.lines += response.status_code == 201

    @rule(
        who=some.who,
        uids=st.lists(some.todos, min_size=1, max_size=3, unique=True),
        place=some.any_list,
        knows_list=st.booleans(),
        tags=st.lists(st.sampled_from(some.TAG_NAMES), max_size=2, unique=True),
        is_dry_run=st.booleans(),
    )
    def bring(self, who: str, uids: list[str], place: str, knows_list: bool, tags: list[str], is_dry_run: bool) -> None:
        first, *others = ({"id": uid, "title": "brought", "tags": tags} for uid in uids)
        lists = [{"id": place, "name": "brought"}] if knows_list and place != some.INBOX else []
        todos = [self.ids(who, {**first, "list": place}), *others]
        self.bring_in(who, {"lists": lists, "todos": todos}, is_dry_run=is_dry_run)

    @rule(who=some.who, number=some.number, values=some.new_todos(), how=some.expectations, only_new=st.booleans())
    def put(self, who: str, number: int, values: Row, how: str, only_new: bool) -> None:
        uid = self.one_of(who, "todos", number)
        how = "none" if how == "any header" else how
        version, body, headers = self.expectation(self.books[who].todos, uid, how)
        values = self.ids(who, values)
        headers |= {"If-None-Match": "*"} if only_new else {}
        steps = lambda book: book.put(uid, values, version, only_new=only_new)
        self.change(who, "put", f"/todos/{uid}", {**values, **body}, steps, headers)

    @rule(who=some.who, number=some.number, values=some.todo_changes(), how=some.expectations)
    def patch(self, who: str, number: int, values: Row, how: str) -> None:
        uid = self.one_of(who, "todos", number)
        version, body, headers = self.expectation(self.books[who].todos, uid, how)
        values = self.ids(who, values)
        steps = lambda book: book.update(uid, values, version)
        self.change(who, "patch", f"/todos/{uid}", {**values, **body}, steps, headers)

    @rule(who=some.who, number=some.number, values=some.repeating, verbs=some.verbs_of_repeating)
    def repeat(self, who: str, number: int, values: Row, verbs: list[str]) -> None:
        uid = self.one_of(who, "todos", number)
        self.change(who, "patch", f"/todos/{uid}", values, lambda book: book.update(uid, values, None), {})
        for verb in verbs:
            self.change(
                who, "post", f"/todos/{uid}/{verb}", {}, lambda book, verb=verb: getattr(book, verb)(uid, None), {}
            )
        self.read_history(who, uid)

    def read_history(self, who: str, uid: str) -> None:
        book = self.books[who]
        response = self.send(who, "get", f"/todos/{uid}/completions?page_size=200&skipped=true")
        if uid not in book.todos:
            assert response.status_code == 404, response.content
            return
        rows, mine = response.json()["results"], book.steps(book.todos[uid])
        assert [row["completed_at"] for row in rows] == sorted(row["completed_at"] for row in rows)
        # Of those in one moment the order is open.
        names = ("completed_at", "due_date", "occurrence_on", "missed", "skipped")
        shown = sorted(tuple(row[name] for name in names) for row in rows)
        kept = [
            (text(each["at"]), each["due_date"], each["series"].day, each["missed"], each["skipped"]) for each in mine
        ]
        assert shown == sorted(kept), (shown, sorted(kept))
        done = self.send(who, "get", f"/todos/{uid}/completions?page_size=200").json()["results"]
        assert done == [row for row in rows if not row["skipped"]]
        Bookkeeping.histories += len(mine)

    @rule(who=some.who, verbs=some.verbs, how=some.expectations)
    def verbs(self, who: str, verbs: list[tuple[str, int]], how: str) -> None:
        for verb, number in verbs:
            uid = self.one_of(who, "todos", number)
            version, body, headers = self.expectation(self.books[who].todos, uid, how)
            steps = lambda book, verb=verb, uid=uid, version=version: getattr(book, verb)(uid, version)
            if verb in {"delete", "erase_todo"}:
                path = f"/todos/{uid}{'?permanent=true' if verb == 'erase_todo' else ''}"
                self.change(who, "delete", path, body, steps, headers)
            else:
                self.change(who, "post", f"/todos/{uid}/{verb}", body, steps, headers)
            # One stale version in a row is enough.
            how = "none"

    @rule(who=some.who)
    def empty_the_trash(self, who: str) -> None:
        self.change(who, "delete", "/todos?status=trashed", None, lambda book: book.empty_trash(), {})

    @rule(who=some.who, number=some.number, values=some.moves, how=some.expectations)
    def move(self, who: str, number: int, values: Row, how: str) -> None:
        uid = self.one_of(who, "todos", number)
        version, body, headers = self.expectation(self.books[who].todos, uid, how)
        values = self.ids(who, values)
        steps = lambda book: book.move(uid, values, version)
        self.change(who, "post", f"/todos/{uid}/move", {**values, **body}, steps, headers)

    @rule(who=some.who, operations=some.operations, how=some.expectations, again=some.again)
    def bulk(self, who: str, operations: list[tuple[str, int, Row]], how: str, again: int) -> None:
        found = []
        for op, number, values in operations:
            new = self.fresh(who, "todo", some.TODOS[number % 7], again)
            found.append((op, new if op == "create" else self.one_of(who, "todos", number), self.ids(who, values)))
        self.send_bulk(who, found, how)

    @rule(who=some.who, families=st.lists(some.families(), min_size=1, max_size=3))
    def bulks_of_families(self, who: str, families: list[some.Family]) -> None:
        """A todo changes its place and gets subtasks, new ones and others, in any order."""
        for family in families:
            book, uid = self.books[who], self.one_of(who, "todos", family.number)
            place = dict(family.place)
            if "list" in place:
                place["list"] = self.one_of(who, "lists", family.list)
            home = {"list": place.get("list", book.todos[uid]["list"] if uid in book.todos else some.LISTS[0])}
            unused = [self.fresh(who, "todo", each) for each in some.NEW_SUBTASKS if each not in book.todos]
            new = unused[: family.created]
            others = [self.one_of(who, "todos", each) for each in family.others]
            steps = [(family.verb, uid, place)]
            steps += [("create", each, {"title": "new", "parent": uid}) for each in new]
            steps += [("update", each, {"parent": uid, **home}) for each in others]
            self.send_bulk(who, [steps[index] for index in family.order if index < len(steps)], "none")

    # Lists, tags, settings

    @rule(
        who=some.who,
        verb=st.sampled_from(("create", "update", "update", "delete", "delete", "restore", "move", "move", "erase")),
        number=some.number, values=some.list_values, place=some.list_moves, how=some.expectations, again=some.again
    )  # fmt: skip
    def lists(self, who: str, verb: str, number: int, values: Row, place: Row, how: str, again: int) -> None:
        if verb == "create":
            uid, values = self.fresh(who, "list", some.LISTS[number % 3], again), {"name": "alpha", **values}
            values.pop("archived", None)
            self.change(who, "post", "/lists", {"id": uid, **values}, lambda book: book.create_list(uid, values), {})
            return
        uid = self.one_of(who, "lists", number)
        version, body, headers = self.expectation(self.books[who].lists, uid, how)
        if verb == "update" and "archived" in values:
            # Its todos vanish from lists without a change of their own.
            self.readers.pop(who, None)
        given = {"update": (values,), "move": (place,)}.get(verb, ())
        steps = lambda book: getattr(book, f"{verb}_list")(uid, *given, version)
        method = {"update": "patch", "delete": "delete", "erase": "delete"}.get(verb, "post")
        path = f"/lists/{uid}" + {"post": f"/{verb}", "delete": "?permanent=true" * (verb == "erase")}.get(method, "")
        self.change(who, method, path, {**(given[0] if given else {}), **body}, steps, headers)

    @rule(
        who=some.who, verb=st.sampled_from(("create", "update", "update", "delete")),
        number=some.number, values=some.tag_values, how=some.expectations, again=some.again
    )  # fmt: skip
    def tags(self, who: str, verb: str, number: int, values: Row, how: str, again: int) -> None:
        if verb == "create":
            uid, values = self.fresh(who, "tag", some.TAGS[number % 3], again), {"name": "blue", **values}
            self.change(who, "post", "/tags", {"id": uid, **values}, lambda book: book.create_tag(uid, values), {})
            return
        uid = self.one_of(who, "tags", number)
        version, body, headers = self.expectation(self.books[who].tag_rows(), uid, how)
        if verb == "update":
            steps = lambda book: book.update_tag(uid, values, version)
            self.change(who, "patch", f"/tags/{uid}", {**values, **body}, steps, headers)
        else:
            self.change(who, "delete", f"/tags/{uid}", body, lambda book: book.delete_tag(uid, version), headers)

    @rule(
        who=some.who, kind=st.sampled_from(("list", "tag")),
        number=some.number, values=some.list_values, how=some.expectations, only_new=st.booleans(), again=some.again
    )  # fmt: skip
    def put_lists_and_tags(
        self, who: str, kind: str, number: int, values: Row, how: str, only_new: bool, again: int
    ) -> None:
        uid = self.fresh(who, kind, self.one_of(who, f"{kind}s", number), again)
        rows = self.books[who].lists if kind == "list" else self.books[who].tag_rows()
        version, body, headers = self.expectation(rows, uid, "none" if how == "any header" else how)
        values = {"name": "alpha", **values}
        if kind == "tag":
            values.pop("archived", None)
        elif uid in rows:
            # Its todos may vanish from lists or come back without a change of their own.
            self.readers.pop(who, None)
        headers |= {"If-None-Match": "*"} if only_new else {}
        steps = lambda book: getattr(book, f"put_{kind}")(uid, values, version, only_new=only_new)
        self.change(who, "put", f"/{kind}s/{uid}", {**values, **body}, steps, headers)

    @rule(
        who=some.who, verb=st.sampled_from(("create", "create", "update", "put", "move", "move", "delete")),
        number=some.number, values=some.view_values, place=some.view_moves, how=some.expectations, again=some.again
    )  # fmt: skip
    def views(self, who: str, verb: str, number: int, values: Row, place: Row, how: str, again: int) -> None:
        whole = {"name": "alpha", "query": {}, **values}
        if verb == "create":
            uid = self.fresh(who, "view", some.VIEWS[number % 3], again)
            self.change(who, "post", "/views", {"id": uid, **whole}, lambda book: book.create_view(uid, whole), {})
            return
        uid = self.one_of(who, "views", number)
        if verb == "put":
            uid = self.fresh(who, "view", uid, again)
        version, body, headers = self.expectation(self.books[who].views, uid, "none" if verb == "put" else how)
        path, given = f"/views/{uid}", {"update": (values,), "move": (place,)}.get(verb, ())
        if verb == "put":
            steps = lambda book: book.put_view(uid, whole, None, only_new=False)
            self.change(who, "put", path, whole, steps, headers)
            return
        steps = lambda book: getattr(book, f"{verb}_view")(uid, *given, version)
        method = {"update": "patch", "move": "post", "delete": "delete"}[verb]
        path += "/move" if verb == "move" else ""
        self.change(who, method, path, {**(given[0] if given else {}), **body}, steps, headers)

    @rule(who=some.who, number=some.number, priority=st.sampled_from((0, 0, 0, 1, 3)), tz=some.zones | st.just(""))
    def read_a_view(self, who: str, number: int, priority: int, tz: str) -> None:
        """With what narrows it."""
        uid, book = self.one_of(who, "views", number), self.books[who]
        asked = {"priority_gte": priority, **({"tz": tz} if tz else {})}
        response = self.send(who, "get", "/todos", {"view": uid, **asked})
        if uid not in book.views:
            assert response.status_code == 400, response.content
            return
        query = in_address(book, book.views[uid]["query"])
        query |= {**asked, "priority_gte": max(priority, query.get("priority_gte", 0))}
        shown = [todo["id"] for todo in response.json()["results"]]
        assert shown == listed(book, query, self.now), (query, shown)
        Bookkeeping.viewed += len(shown)

    @rule(who=some.who, values=some.settings)
    def settings(self, who: str, values: Row) -> None:
        values = self.ids(who, values)
        self.change(who, "patch", "/me", values, lambda book: book.update_settings(values), {})

    @rule(who=some.who, chance=st.integers(0, 4))
    def erase(self, who: str, chance: int) -> None:
        if chance == 0 and who not in self.erased:
            self.erase_account(who)

    # Retries

    @rule(who=some.who, key=st.sampled_from("xyz"), title=some.names | st.just(""))
    def retry(self, who: str, key: str, title: str) -> None:
        self.post_with_key(who, key, title)
        self.post_with_key(who, key, title)

    # Reading, while time passes

    @rule(minutes=st.sampled_from((1, 40, 5 * 60, 25 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=some.who, query=some.queries, size=st.sampled_from((2, 50)))
    def read_a_list(self, who: str, query: Row, size: int) -> None:
        query = self.ids(who, query)
        expected = listed(self.books[who], query, self.now)
        pages = self.pages(who, "/todos", "next", {**query, "page_size": size})
        rows = [todo for page in pages for todo in page["results"]]
        assert [todo["id"] for todo in rows] == expected, (query, expected)
        assert rows == [self.json_in(who, self.books[who].todos[uid], query.get("tz", "")) for uid in expected]
        if pages[-1]["previous"]:
            back = self.pages(who, pages[-1]["previous"], "previous")
            assert [page["results"] for page in reversed(back)] == [page["results"] for page in pages[:-1]]

    @rule(who=some.who, tz=some.zones | st.just(""))
    def read_the_badges(self, who: str, tz: str) -> None:
        path = "/summary?views=true" + (f"&tz={tz}" if tz else "")
        response = self.send(who, "get", path)
        expected = summary(self.books[who], self.now, tz)
        views = {"views": counts_of_views(self.books[who], self.now, tz)}
        assert response.json() == {**expected, **views}, (response.json(), {**expected, **views})
        assert self.send(who, "get", path.replace("true", "false")).json() == expected
        known = self.send(who, "get", path, None, **{"If-None-Match": response["ETag"]})
        # What is overdue in the trash changes by the minute.
        queries = [view["query"] for view in self.books[who].views.values()]
        is_of_overdue_trash = any(
            query.get("status") == "trashed" and "overdue" in query.get("due", ()) for query in queries
        )
        assert known.status_code == 304 or is_of_overdue_trash

    @rule(who=some.who, tz=some.zones, days=st.sampled_from((1, 7, 90)), size=st.sampled_from((1, 200)))
    def read_the_reminders(self, who: str, tz: str, days: int, size: int) -> None:
        until = (self.now + timedelta(days=days)).isoformat()
        pages = self.pages(who, "/reminders", "next", {"until": until, "page_size": size, "tz": tz})
        rows = [row for page in pages for row in page["results"]]
        mine = scheduled(self.books[who], self.now, tz, days)
        # Each page is in order.
        key = (lambda row: (row["at"], row["todo"])) if size == 1 else None
        assert (sorted(rows, key=key) if key else rows) == mine, (rows, mine)
        Bookkeeping.reminders += len(mine)

    @rule(who=some.who, what=st.sampled_from(("begin", "on", "on", "sync")), ordering=some.orderings)
    def read_on(self, who: str, what: str, ordering: str) -> None:
        if what == "sync":
            self.sync_replica(who)
        elif what == "begin" or who not in self.readers:
            self.begin_reading(who, ordering)
        else:
            self.read_next_page(who)


@override_settings(RATE_LIMIT_USER=0, RATE_LIMIT_ADDRESS=0)
class TheApiKeepsItsContract(TodosTransactionTestCase):
    def test_whatever_three_users_do(self):
        Bookkeeping.issuer = self.issuer
        profile = hypothesis.settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            print_blob=True,
            # A failure of the short run is found again and made small by the thorough one.
            phases=[Phase.generate, *([Phase.shrink] if IS_THOROUGH else [])],
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(ThreeUsers, settings=profile)
        self.assertGreater(Bookkeeping.steps, 2_000 if IS_THOROUGH else 150)
        self.assertGreater(Bookkeeping.families, 100 if IS_THOROUGH else 20)
        self.assertGreater(Bookkeeping.histories, 50 if IS_THOROUGH else 2)
        self.assertGreater(Bookkeeping.lines, 2)
        self.assertGreater(Bookkeeping.reminders, 100 if IS_THOROUGH else 2)
        self.assertGreater(Bookkeeping.viewed, 40 if IS_THOROUGH else 2)
        self.assertGreater(Bookkeeping.imported, 2)
