from datetime import timedelta

from tests.todos.case import TodosTestCase
from todos import clock
from todos.models import IdempotencyKey, Todo


class Retries(TodosTestCase):
    def send(self, body, path="/todos", key="a key?", person=None):
        return (person or self.alice).post(path, body, **{"Idempotency-Key": key.replace(" ", "-")})

    def test_a_retry_gets_the_stored_answer(self):
        first = self.send({"title": "once"})

        second = self.send({"title": "once"})

        self.assertEqual((first.status_code, second.status_code), (201, 201))
        self.assertEqual(second.content, first.content)
        for name in ("ETag", "Location", "Content-Type", "Cache-Control", "Vary"):
            self.assertEqual(second[name], first[name])
        self.assertEqual(self.alice.titles(), ["once"])

    def test_every_post_takes_it(self):
        todo, project = self.alice.todo(), self.alice.make("lists")
        for number, (path, body) in enumerate(
            (
                ("/lists", {"name": "x"}),
                ("/tags", {"name": "x"}),
                ("/todos/bulk", {"operations": [{"op": "create", "title": "x"}]}),
                (f"/todos/{todo['id']}/complete", None),
                (f"/todos/{todo['id']}/reopen", {}),
                (f"/todos/{todo['id']}/move", {}),
                (f"/todos/{todo['id']}/restore", {}),
                (f"/lists/{project['id']}/move", {}),
            )
        ):
            with self.subTest(path):
                first, second = (self.send(body, path, key=f"k{number}") for _ in range(2))
                self.assertLess(first.status_code, 300)
                self.assertEqual((second.status_code, second.content), (first.status_code, first.content))

    def test_a_change_that_changes_nothing_is_answered_alike(self):
        todo = self.alice.todo()

        first, second = (self.send({}, f"/todos/{todo['id']}/reopen") for _ in range(2))

        self.assertEqual((first.json(), second.json()), (todo, todo))

    def test_another_request_with_the_same_key_is_refused(self):
        todo = self.alice.todo()
        self.send({"title": "once"})

        for body, path in (
            ({"title": "other"}, "/todos"),
            ({"title": "once"}, "/tags"),
            ({}, f"/todos/{todo['id']}/move"),
        ):
            with self.subTest(path):
                self.assert_problem(self.send(body, path), 422, "idempotency_key_reused")

    def test_a_running_twin_is_told_to_wait(self):
        self.send({"title": "once"})
        IdempotencyKey.objects.filter(owner=self.alice.user).update(status=None)

        self.assert_problem(self.send({"title": "once"}), 409, "request_running")

    def test_an_attempt_that_died_can_be_taken_over(self):
        self.send({"title": "once"})
        IdempotencyKey.objects.filter(owner=self.alice.user).update(status=None)
        Todo.objects.filter(owner=self.alice.user).delete()

        with clock.stopped_at(clock.now() + timedelta(seconds=61)):
            response = self.send({"title": "once"})

        self.assertEqual(response.status_code, 201)
        self.assertEqual(self.alice.titles(), ["once"])

    def test_after_a_day_the_key_is_new(self):
        self.send({"title": "once"})

        with clock.stopped_at(clock.now() + timedelta(hours=24, seconds=1)):
            self.assertEqual(self.send({"title": "other"}).status_code, 201)

    def test_a_refused_request_gives_the_key_back(self):
        self.assert_fault(self.send({"titel": "once"}), "/titel", "unknown_field")

        self.assertEqual(self.send({"title": "once"}).status_code, 201)

    def test_keys_of_different_users_do_not_meet(self):
        self.send({"title": "hers"})

        self.assertEqual(self.send({"title": "other"}, person=self.mallory).status_code, 201)

    def test_a_key_is_visible_ascii(self):
        for key in ("x" * 256, "é", ""):
            with self.subTest(key[:3]):
                self.assert_fault(self.send({"title": "x"}, key=key), "/Idempotency-Key", "invalid")
