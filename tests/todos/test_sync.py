import io
import uuid
from datetime import timedelta

from django.core.management import call_command

from tests.todos.case import TodosTestCase
from todos import clock


class Sync(TodosTestCase):
    def changes(self, since=0, **parameters):
        response = self.alice.get("/changes", {"since": since, **parameters})
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def ids(self, answer):
        return {kind: [row["id"] for row in answer[kind]] for kind in ("lists", "tags", "todos", "deleted")}

    def test_from_zero_it_is_everything(self):
        todo = self.alice.todo(tags=["a"])

        answer = self.changes()

        self.assertEqual(answer["todos"], [todo])
        self.assertEqual(answer["lists"], self.alice.get("/lists").json()["results"])
        self.assertEqual(answer["tags"], self.alice.get("/tags").json()["results"])
        self.assertEqual(answer["settings"], {"time_zone": "UTC", "week_start": 1, "default_list": None})
        self.assertEqual((answer["version"], answer["next"], answer["deleted"]), (todo["version"], None, []))

    def test_from_a_version_it_is_what_changed_after(self):
        self.alice.todo()
        since = self.changes()["version"]
        changed = self.alice.todo()

        answer = self.changes(since)

        nothing = {"lists": [], "tags": [], "deleted": []}
        self.assertEqual(self.ids(answer), {"todos": [changed["id"]], **nothing})
        self.assertIsNone(answer["settings"])
        self.assertEqual(self.ids(self.changes(answer["version"])), {"todos": [], **nothing})

    def test_the_trash_comes_along(self):
        todo = self.alice.todo()
        since = self.changes()["version"]
        self.alice.delete(f"/todos/{todo['id']}")

        (row,) = self.changes(since)["todos"]

        self.assertIsNotNone(row["deleted_at"])

    def test_what_is_gone_for_good_leaves_its_id(self):
        todo = self.alice.todo(tags=["a"])
        (tag,) = self.changes()["tags"]
        since = self.changes()["version"]
        self.alice.delete(f"/tags/{tag['id']}")
        self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{todo['id']}?permanent=true")

        answer = self.changes(since)

        self.assertEqual(answer["todos"], [])
        self.assertEqual(
            {(row["kind"], row["id"]) for row in answer["deleted"]}, {("tag", tag["id"]), ("todo", todo["id"])}
        )

    def test_a_device_that_began_with_nothing_hears_of_what_was_erased(self):
        since = self.changes()["version"]
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{todo['id']}?permanent=true")

        answer = self.changes(since)

        self.assertEqual(answer["deleted"], [{"kind": "todo", "id": todo["id"], "version": answer["version"]}])
        self.assertEqual(self.alice.version, answer["version"])

    def test_a_device_that_began_with_nothing_and_was_away_for_too_long_starts_over(self):
        since = self.changes()["version"]
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        for days in (31, 62):
            with clock.stopped_at(clock.now() + timedelta(days=days)):
                call_command("purge", stdout=io.StringIO())

        self.assert_problem(self.alice.get(f"/changes?since={since}"), 410, "sync_too_old")

    def test_what_was_purged_leaves_its_id_for_another_thirty_days(self):
        project = self.alice.make("lists")
        todo = self.alice.todo(list=project["id"])
        self.alice.delete(f"/lists/{project['id']}")
        since = self.alice.version
        for days in (31, 60):
            with clock.stopped_at(clock.now() + timedelta(days=days)):
                call_command("purge", stdout=io.StringIO())

        answer = self.changes(since)

        self.assertEqual({row["id"] for row in answer["deleted"]}, {project["id"], todo["id"]})
        self.assertEqual(answer["todos"] + answer["lists"], [])

    def test_what_is_gone_for_good_comes_on_the_first_page(self):
        todo, since = self.alice.todo(), self.alice.version
        for _ in range(3):
            self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete("/todos?status=trashed")

        first = self.changes(since, page_size=2)

        self.assertEqual([row["id"] for row in first["deleted"]], [todo["id"]])
        self.assertEqual(len(first["todos"]), 1)
        self.assertEqual(len(self.alice.get(first["next"]).json()["todos"]), 2)

    def test_a_new_account_has_a_version_that_is_not_that_of_no_copy(self):
        version = self.changes()["version"]

        self.assertEqual((version, self.alice.version), (1, 1))
        self.assertEqual(self.changes(version)["version"], version)
        self.assertEqual(self.alice.todo()["version"], version + 1)

    def test_settings_come_when_they_have_changed(self):
        since = self.alice.todo()["version"]
        self.alice.patch("/me", {"week_start": 7})

        self.assertEqual(self.changes(since)["settings"]["week_start"], 7)

    def test_pages_show_every_row_once(self):
        for number in range(4):
            self.alice.make("lists", name=str(number))
        self.alice.post("/todos/bulk", {"operations": [{"op": "create", "title": "x", "tags": ["a"]}] * 7})

        for size in (1, 2, 3, 5, 13, 100):
            with self.subTest(size):
                found, url = [], f"/changes?page_size={size}"
                while url:
                    answer = self.alice.get(url).json()
                    page = [uid for ids in self.ids(answer).values() for uid in ids]
                    self.assertLessEqual(len(page), size)
                    found, url = found + page, answer["next"]
                self.assertEqual((len(found), len(set(found))), (13, 13))

    def test_what_changes_while_one_pages_comes_with_the_next_sync(self):
        todos = [self.alice.todo() for _ in range(4)]
        first = self.changes(page_size=3)
        self.alice.patch(f"/todos/{todos[3]['id']}", {"title": "new"})
        new = self.alice.todo()

        second = self.alice.get(first["next"]).json()
        third = self.changes(second["version"])

        self.assertEqual(second["version"], first["version"])
        seen = {row["id"] for answer in (first, second, third) for row in answer["todos"]}
        self.assertEqual(seen, {todo["id"] for todo in [*todos, new]})

    def test_who_was_away_for_too_long_starts_over(self):
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        since = self.changes()["version"]
        for days in (31, 62):
            with clock.stopped_at(clock.now() + timedelta(days=days)):
                call_command("purge", stdout=io.StringIO())

        self.assert_problem(self.alice.get(f"/changes?since={since}"), 410, "sync_too_old")
        self.assertEqual(self.changes(self.alice.version)["todos"], [])
        self.assertEqual(self.changes(0)["todos"], [])

    def test_a_version_from_the_future_starts_over_too(self):
        self.assert_problem(self.alice.get("/changes?since=5"), 410, "sync_too_old")

    def test_bad_input_is_named(self):
        for query, pointer, code in (
            ("since=-1", "/since", "invalid"),
            ("since=x", "/since", "invalid"),
            ("since=1.5", "/since", "invalid"),
            (f"cursor={uuid.uuid4()}", "/cursor", "bad_cursor"),
            ("ordering=title", "/ordering", "unknown_parameter"),
        ):
            with self.subTest(query):
                self.assert_fault(self.alice.get(f"/changes?{query}"), pointer, code)
