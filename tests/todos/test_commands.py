import io
import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from tests.todos.case import TodosTestCase
from todos import clock
from todos.changes.purge import purge
from todos.models import List, Todo


class Purge(TodosTestCase):
    def purge(self, days, **options):
        return dict(purge(clock.now() + timedelta(days=days), **options))

    def test_the_trash_is_emptied_after_thirty_days(self):
        project = self.alice.make("lists")
        for todo in (self.alice.todo(tags=["a"]), self.alice.todo(list=project["id"])):
            self.alice.todo(parent=todo["id"])
            self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/lists/{project['id']}")
        kept = self.alice.todo()

        self.assertEqual(self.purge(29)["todos"], 0)
        counts = self.purge(31)

        self.assertEqual((counts["todos"], counts["lists"]), (4, 1))
        self.assertEqual(str(Todo.objects.get(owner=self.alice.user).uid), kept["id"])
        self.assertEqual(List.objects.filter(owner=self.alice.user).count(), 1)

    def test_a_second_run_finds_nothing(self):
        self.alice.delete(f"/todos/{self.alice.todo()['id']}")
        self.purge(31)

        self.assertEqual(set(self.purge(31).values()), {0})

    def test_small_batches_come_to_the_same(self):
        for person in (self.alice, self.mallory):
            todo = person.todo()
            for _ in range(4):
                person.todo(parent=todo["id"])
            person.delete(f"/todos/{todo['id']}")

        self.assertEqual(self.purge(31, batch=2)["todos"], 10)

    def test_tombstones_and_stored_answers_go_in_time(self):
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        self.alice.delete(f"/todos/{todo['id']}?permanent=true")
        self.alice.post("/todos", {"title": "x"}, **{"Idempotency-Key": "k"})

        self.assertEqual(self.purge(0.9), {"todos": 0, "lists": 0, "tombstones": 0, "names": 0, "answers": 0})
        self.assertEqual(self.purge(1.1), {"todos": 0, "lists": 0, "tombstones": 0, "names": 0, "answers": 1})
        self.assertEqual(self.purge(31), {"todos": 0, "lists": 0, "tombstones": 1, "names": 0, "answers": 0})

    def test_the_command_prints_counts(self):
        output = io.StringIO()

        call_command("purge", stdout=output)

        self.assertEqual(output.getvalue().splitlines(), [f"{name}: 0" for name in purge(clock.now())])


class SeedDemo(TodosTestCase):
    def seed(self, *args):
        output = io.StringIO()
        call_command("seed_demo", *args, stdout=output)
        return output.getvalue()

    def test_it_fills_a_user_once(self):
        username = self.alice.user.get_username()

        self.assertIn("19 lists, views and todos", self.seed(username))
        titles = self.alice.titles(starts="all")
        self.assertIn("0 lists, views and todos", self.seed(username))
        self.assertEqual((len(titles), self.alice.titles(starts="all")), (14, titles))

    def test_each_view_shows_something(self):
        self.seed(self.alice.user.get_username())

        views = self.alice.get("/views").json()["results"]
        self.assertEqual(
            [(view["name"], view["broken"]) for view in views], [("Due at home", False), ("Important", False)]
        )
        shown = [self.alice.titles(view=view["id"]) for view in views]
        self.assertIn("Fix the bathroom tap", shown[0])
        self.assertEqual(set(shown[1]), {"Fix the bathroom tap", "Quarterly report", "Call grandma"})

    def test_something_that_repeats_was_done(self):
        username = self.alice.user.get_username()
        self.seed(username)
        self.seed(username)

        (done,) = self.alice.get("/completions").json()["results"]
        self.assertEqual(self.alice.get(f"/todos/{done['todo']}").json()["title"], "Water the plants")

    def test_it_leaves_alone_what_was_edited(self):
        username = self.alice.user.get_username()
        self.seed(username)
        todo = self.alice.get("/todos").json()["results"][0]
        self.alice.patch(f"/todos/{todo['id']}", {"title": "Mine"})

        self.seed(username)

        self.assertIn("Mine", self.alice.titles())

    def test_it_makes_the_user(self):
        self.seed()

        self.assertTrue(get_user_model().objects.filter(username="demo").exists())


class ImportTodos(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.folder = Path(self.enterContext(TemporaryDirectory()))

    def bring(self, name: str, content: bytes, *options: str) -> str:
        file = self.folder / name
        file.write_bytes(content)
        out = io.StringIO()
        call_command("import_todos", self.alice.user.get_username(), str(file), *options, stdout=out)
        return out.getvalue()

    def test_an_export_of_somebody_comes_to_another(self):
        self.mallory.todo(title="Moved house", tags=["new"])
        export = self.mallory.get("/me/export").getvalue()

        told = self.bring("export.json", export)

        self.assertIn("todos: 1 new", told)
        self.assertEqual([row["title"] for row in self.alice.get("/todos").json()["results"]], ["Moved house"])
        self.assertIn("todos: 1 same", self.bring("export.json", export))

    def test_a_dry_run_leaves_nothing(self):
        told = self.bring("tasks.csv", b"TYPE,CONTENT,PRIORITY\ntask,Buy milk,1\n", "--dry-run")

        self.assertIn("todos: 1 new", told)
        self.assertFalse(Todo.objects.filter(owner=self.alice.user).exists())

    def test_what_can_not_be_taken_is_said_with_its_place(self):
        row = {"id": "0197f0c4-7c1e-7b3a-9d2c-5f1d2e3a4b5c", "title": ""}
        whole = json.dumps({"format": "todos", "version": 1, "todos": [row]}).encode()
        for name, content, text in (
            ("export.json", whole, "/todos/0/title: This can't be blank."),
            ("export.json", b"{", "line 1"),
            ("export.txt", whole, "Say --from"),
        ):
            with self.subTest(text), self.assertRaisesMessage(CommandError, text):
                self.bring(name, content)
        self.assertFalse(Todo.objects.filter(owner=self.alice.user).exists())

    def test_somebody_or_a_file_that_is_not_there_is_named(self):
        with self.assertRaisesMessage(CommandError, "there is no file nowhere.json"):
            call_command("import_todos", "alice", "nowhere.json")
        with self.assertRaisesMessage(CommandError, "There is no user nobody."):
            call_command("import_todos", "nobody", __file__, "--from=todos")
