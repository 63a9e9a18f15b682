import io
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.core.management import call_command

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

        self.assertIn("17 lists and todos", self.seed(username))
        titles = self.alice.titles(starts="all")
        self.assertIn("0 lists and todos", self.seed(username))
        self.assertEqual((len(titles), self.alice.titles(starts="all")), (14, titles))

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
