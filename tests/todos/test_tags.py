import uuid
from datetime import timedelta

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from todos import clock
from todos.changes.purge import purge
from todos.models import FormerName


class Tags(TodosTestCase):
    def names(self):
        return [row["name"] for row in self.alice.get("/tags").json()["results"]]

    def tag(self, name):
        (found,) = (row for row in self.alice.get("/tags").json()["results"] if row["name"] == name)
        return found

    def test_naming_one_on_a_todo_creates_it(self):
        todo = self.alice.todo(tags=["work", "Ärger"])

        self.assertEqual(todo["tags"], ["work", "Ärger"])
        self.assertEqual(self.names(), ["work", "Ärger"])
        self.assertEqual(self.tag("work")["open_count"], 1)

    def test_names_are_compared_without_case_and_the_first_spelling_stays(self):
        self.alice.todo(tags=["Straße"])

        self.assertEqual(self.alice.todo(tags=["STRASSE", "straße", "Strasse"])["tags"], ["Straße"])
        self.assertEqual(self.names(), ["Straße"])

    def test_composed_and_decomposed_letters_are_the_same(self):
        self.alice.todo(tags=["\u00e9"])

        self.assertEqual(self.alice.todo(tags=["e\u0301"])["tags"], ["\u00e9"])

    def test_a_patch_replaces_all_of_them(self):
        todo = self.alice.todo(tags=["a", "b"])

        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", {"tags": ["b", "c"]}).json()["tags"], ["b", "c"])
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", {"tags": []}).json()["tags"], [])
        self.assertEqual(self.names(), ["a", "b", "c"])

    def test_some_are_added_and_removed_whatever_others_are_there(self):
        todo = self.alice.todo(tags=["a", "b"])
        path = f"/todos/{todo['id']}"

        added = self.alice.patch(path, {"tags_add": ["C", "A"]}).json()
        self.assertEqual(added["tags"], ["a", "b", "C"])
        self.assertEqual(self.alice.patch(path, {"tags_add": ["b"], "tags_remove": ["x"]}).json(), added)
        both = self.alice.patch(path, {"tags_add": ["d", "B"], "tags_remove": ["b", "c"]}).json()
        self.assertEqual(both["tags"], ["a", "b", "d"])
        self.assertEqual(self.names(), ["a", "b", "C", "d"])

    def test_a_bulk_adds_and_removes_some_in_constantly_many_statements(self):
        todos = [self.alice.todo(tags=["a", str(number)]) for number in range(4)]

        def bulk(rows, name):
            operations = [{"op": "update", "id": row["id"], "tags_add": [name], "tags_remove": ["a"]} for row in rows]
            with CaptureQueriesContext(connection) as queries:
                response = self.alice.post("/todos/bulk", {"operations": operations})
            return [row["tags"] for row in response.json()["results"]], len(queries)

        one, few = bulk(todos[:1], "new")
        three, many = bulk(todos[1:], "other")

        self.assertEqual((one, three), ([["0", "new"]], [["1", "other"], ["2", "other"], ["3", "other"]]))
        self.assertEqual(few, many)

    def test_all_and_some_at_once_or_too_many_are_refused(self):
        todo = self.alice.todo(tags=[str(number) for number in range(49)])
        path = f"/todos/{todo['id']}"

        self.assert_fault(self.alice.patch(path, {"tags": [], "tags_add": ["a"]}), "/tags", "all_tags_and_some")
        self.assert_fault(self.alice.patch(path, {"tags_add": ["a", "b"]}), "/tags_add", "max_items")
        operations = {"operations": [{"op": "update", "id": todo["id"], "tags_add": ["a", "b"]}]}
        self.assert_fault(self.alice.post("/todos/bulk", operations), "/operations/0/tags_add", "max_items")
        self.assert_fault(self.alice.post("/todos", {"title": "x", "tags_add": ["a"]}), "/tags_add", "unknown_field")
        self.assertEqual(self.alice.get(path).json(), todo)

    def test_an_old_name_leads_to_the_renamed_tag(self):
        todo = self.alice.todo(tags=["Old"])
        path = f"/tags/{self.tag('Old')['id']}"
        self.alice.patch(path, {"name": "Between"})
        self.alice.patch(path, {"name": "New"})

        late = self.alice.todo(tags=["OLD", "between", "other"], id=str(uuid.uuid4()))

        self.assertEqual(late["tags"], ["New", "other"])
        again = {"id": late["id"], "title": late["title"], "tags": ["old", "Other"]}
        self.assertEqual(self.alice.post("/todos", again).status_code, 200)
        self.assertEqual(self.alice.patch(f"/todos/{todo['id']}", {"tags": ["old"]}).json()["tags"], ["New"])
        self.assertEqual(self.alice.patch(f"/todos/{late['id']}", {"tags_remove": ["old"]}).json()["tags"], ["other"])
        self.assertEqual(self.names(), ["New", "other"])
        self.assertEqual(self.mallory.todo(tags=["old"])["tags"], ["old"])

    def test_a_filter_by_an_old_name_finds_what_a_write_would(self):
        self.alice.todo(title="it", tags=["Old", "other"])
        self.alice.todo(title="not", tags=["other"])
        path = f"/tags/{self.tag('Old')['id']}"
        for name in ("Between", "New"):
            self.alice.patch(path, {"name": name})

        for names in ("OLD", "between", "new", ["old", "New", "other"]):
            with self.subTest(names):
                self.assertEqual(self.alice.titles(tag=names), ["it"])
                with override_settings(PLAIN_READS=True):
                    self.assertEqual(self.alice.titles(tag=names), ["it"])
        self.alice.make("tags", name="old")
        self.assertEqual(self.alice.titles(tag="old"), [])
        self.mallory.todo(tags=["between"])
        self.assertEqual(self.mallory.titles(tag="New"), [])
        with clock.stopped_at(clock.now() + timedelta(days=30, seconds=1)):
            self.assertEqual((self.alice.titles(tag="between"), self.alice.titles(tag="new")), ([], ["it"]))

    def test_an_old_name_is_free_for_a_tag_of_its_own(self):
        for rename in (
            lambda: self.alice.make("tags", name="old"),
            lambda: self.alice.patch(f"/tags/{self.alice.make('tags', name='spare')['id']}", {"name": "old"}),
        ):
            tag = self.alice.make("tags", name="old")
            self.alice.patch(f"/tags/{tag['id']}", {"name": "new"})

            rename()

            self.assertEqual(self.alice.todo(tags=["old", "new"])["tags"], ["new", "old"])
            for name in ("old", "new"):
                self.alice.delete(f"/tags/{self.tag(name)['id']}")

    def test_an_old_name_is_forgotten_after_thirty_days_or_with_its_tag(self):
        for name in ("a", "b"):
            tag = self.alice.make("tags", name=name)
            self.alice.patch(f"/tags/{tag['id']}", {"name": f"{name} new"})
        self.alice.delete(f"/tags/{self.tag('b new')['id']}")

        self.assertEqual(self.alice.todo(tags=["b"])["tags"], ["b"])
        # That of a longer time ago; the clock of the tokens goes on as it is.
        FormerName.objects.filter(owner=self.alice.user).update(renamed_at=clock.now() - timedelta(days=30))
        self.assertEqual(self.alice.todo(tags=["a"])["tags"], ["a"])
        self.assertEqual(purge(clock.now() + timedelta(seconds=1))["names"], 1)

    def test_a_tag_has_a_bounded_number_of_old_names(self):
        tag = self.alice.make("tags", name="0")
        for number in range(1, 23):
            self.alice.patch(f"/tags/{tag['id']}", {"name": str(number)})

        self.assertEqual(FormerName.objects.filter(owner=self.alice.user).count(), 20)
        self.assertEqual(self.alice.todo(tags=["1", "2", "21"])["tags"], ["1", "22"])

    def test_a_name_exists_once(self):
        tag = self.alice.make("tags", name="Work")

        response = self.alice.post("/tags", {"name": "WORK"})

        self.assert_fault(response, "/name", "name_taken", status=409)
        self.assertEqual(response.json()["current"], tag)
        self.assertEqual(self.mallory.post("/tags", {"name": "WORK"}).status_code, 201)

    def test_the_same_creation_twice_is_one_tag(self):
        body = {"id": str(uuid.uuid4()), "name": "Work", "color": "#000000"}
        first = self.alice.post("/tags", body)

        second = self.alice.post("/tags", body)

        self.assertEqual((first.status_code, second.status_code, first.json()), (201, 200, second.json()))
        self.assert_fault(self.alice.post("/tags", {**body, "color": None}), "/id", "id_conflict", status=409)

    def test_renaming_is_a_new_version_of_its_todos(self):
        todo, other = self.alice.todo(tags=["a"]), self.alice.todo(tags=["b"])

        self.alice.patch(f"/tags/{self.tag('a')['id']}", {"name": "new"})

        read = self.alice.get(f"/todos/{todo['id']}").json()
        self.assertEqual((read["tags"], read["version"]), (["new"], self.alice.version))
        self.assertEqual(self.alice.get(f"/todos/{other['id']}").json(), other)

    def test_its_own_name_in_another_case_is_free(self):
        tag = self.alice.make("tags", name="work")

        self.assertEqual(self.alice.patch(f"/tags/{tag['id']}", {"name": "Work"}).json()["name"], "Work")

    def test_renaming_to_the_name_of_another_is_a_conflict(self):
        tag = self.alice.make("tags", name="a")
        self.alice.make("tags", name="B")

        self.assert_fault(self.alice.patch(f"/tags/{tag['id']}", {"name": "b"}), "/name", "name_taken", status=409)

    def test_recolouring_leaves_the_todos_alone(self):
        todo = self.alice.todo(tags=["a"])

        self.assertEqual(self.alice.patch(f"/tags/{self.tag('a')['id']}", {"color": "#123456"}).status_code, 200)

        self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)

    def test_deleting_takes_it_off_its_todos(self):
        todo = self.alice.todo(tags=["a", "b"])
        path = f"/tags/{self.tag('a')['id']}"

        self.assertEqual(self.alice.delete(path).status_code, 204)

        read = self.alice.get(f"/todos/{todo['id']}").json()
        self.assertEqual((read["tags"], read["version"]), (["b"], self.alice.version))
        self.assertEqual((self.alice.get(path).status_code, self.alice.delete(path).status_code), (404, 404))

    def test_open_count_is_what_the_filter_shows(self):
        project = self.alice.make("lists")
        for values in ({}, {"completed": True}, {"starts_on": "9999-01-01"}, {"list": project["id"]}):
            self.alice.todo(tags=["a"], **values)
        self.alice.delete(f"/todos/{self.alice.todo(tags=['a'])['id']}")
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        self.assertEqual(self.tag("a")["open_count"], len(self.alice.titles(tag="a", status="open")))
        self.assertEqual(self.tag("a")["open_count"], 1)

    def test_versions_are_honoured(self):
        tag = self.alice.make("tags", name="a")
        path = f"/tags/{tag['id']}"

        self.assertEqual(self.alice.get(path, **{"If-None-Match": f'"{tag["version"]}"'}).status_code, 304)
        for response in (
            self.alice.patch(path, {"name": "x", "version": 0}),
            self.alice.delete(path, **{"If-Match": '"0"'}),
        ):
            self.assert_problem(response, 412, "stale")
            self.assertEqual(response.json()["current"], tag)

    def test_bad_input_is_named(self):
        for values, pointer, code in (
            ({"name": ""}, "/name", "blank"),
            ({"name": "x" * 61}, "/name", "max_length"),
            ({"name": "a\0"}, "/name", "control_character"),
            ({"name": "x", "key": "y"}, "/key", "unknown_field"),
            ({"name": "x", "open_count": 1}, "/open_count", "read_only"),
        ):
            with self.subTest(values):
                self.assert_fault(self.alice.post("/tags", values), pointer, code)
