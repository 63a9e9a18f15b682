import uuid
from datetime import timedelta

from django.test import override_settings

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

        self.assertEqual((first.json(), second.json()), ({**todo, "also": []},) * 2)

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


class LongAnswers(TodosTestCase):
    """An answer above 64 KB is kept in short: with the ids of its rows."""

    def send(self, path, body, key="k"):
        return self.alice.post(path, body, **{"Idempotency-Key": key})

    def stored_bytes(self):
        rows = IdempotencyKey.objects.filter(owner=self.alice.user).values_list("body", "brief", "headers")
        return sum(len(bytes(body)) + len(repr((brief, headers))) for body, brief, headers in rows)

    def test_sixty_bulks_that_change_nothing_store_little(self):
        ids = [self.alice.todo(notes="n" * 20_000)["id"] for _ in range(10)]
        operations = [{"op": "reopen", "id": uid} for uid in ids]

        for number in range(60):
            response = self.send("/todos/bulk", {"operations": operations}, str(number))
            self.assertGreater(len(response.content), 200_000)
        self.assertLess(self.stored_bytes(), 60 * 2_000)

    def test_no_stored_answer_is_longer_than_64_kb(self):
        ids = [self.alice.todo(notes="n" * 20_000)["id"] for _ in range(3)]
        for length in (3_000, 3_500, 4_000, 4_500):
            last = self.alice.todo(notes="n" * length)["id"]
            operations = [{"op": "reopen", "id": uid} for uid in (*ids, last)]
            self.send("/todos/bulk", {"operations": operations}, str(length))

        bodies = IdempotencyKey.objects.filter(owner=self.alice.user).values_list("body", flat=True)
        lengths = sorted(len(body) for body in bodies)
        self.assertEqual(lengths[0], 0)
        self.assertTrue(64_000 < lengths[-1] <= 65_536, lengths)

    def test_a_repeated_bulk_is_answered_with_the_rows_as_they_are_now(self):
        ids = [str(uuid.uuid4()) for _ in range(5)]
        creations = [{"op": "create", "id": uid, "title": "x", "notes": "n" * 20_000, "tags": ["a"]} for uid in ids]
        first = self.send("/todos/bulk", {"operations": creations}).json()
        again = self.send("/todos/bulk", {"operations": creations})
        self.assertEqual((again.status_code, again.json()), (200, first))

        self.alice.patch(f"/todos/{ids[0]}", {"title": "new"})
        for query in ("", "?permanent=true"):
            self.alice.delete(f"/todos/{ids[1]}{query}")
        later = self.send("/todos/bulk", {"operations": creations}).json()

        self.assertEqual([todo["id"] for todo in later["results"]], [ids[0], *ids[2:]])
        self.assertEqual((later["results"][0]["title"], later["version"]), ("new", first["version"]))
        self.assertEqual(len(self.alice.titles()), 4)

    def test_a_bulk_that_an_older_version_answered_is_answered_again(self):
        creations = [{"op": "create", "title": "x", "notes": "n" * 20_000}] * 5
        first = self.send("/todos/bulk", {"operations": creations}).json()
        kept = IdempotencyKey.objects.get(owner=self.alice.user)
        # It knew no modes.
        del kept.brief["mode"]
        IdempotencyKey.objects.filter(owner=self.alice.user).update(brief=kept.brief)

        again = self.send("/todos/bulk", {"operations": creations})

        self.assertEqual((again.status_code, again.json()), (200, first))

    def test_a_repeated_creation_is_answered_with_the_row_as_it_is_now(self):
        # Each of these takes four bytes.
        body = {"title": "x", "notes": "\U0001f600" * 20_000}
        first = self.send("/todos", body)
        again = self.send("/todos", body)
        self.assertEqual((again.status_code, again.json()), (201, first.json()))
        self.assertEqual((again["ETag"], again["Location"]), (first["ETag"], first["Location"]))
        self.assertLess(self.stored_bytes(), 1_000)

        path = f"/todos/{first.json()['id']}"
        changed = self.alice.patch(path, {"title": "new"})
        self.assertEqual(self.send("/todos", body)["ETag"], changed["ETag"])
        for query in ("", "?permanent=true"):
            self.alice.delete(path + query)

        self.assert_problem(self.send("/todos", body), 404, "not_found")
        self.assertEqual(self.alice.titles(), [])

    def test_an_attempt_that_is_made_anew_forgets_the_long_answer(self):
        body = {"title": "x", "notes": "\U0001f600" * 20_000}
        self.send("/todos", body)

        with clock.stopped_at(clock.now() + timedelta(hours=24, seconds=1)):
            short = self.send("/todos", {"title": "short"})
            self.assertEqual(self.send("/todos", {"title": "short"}).content, short.content)


@override_settings(QUOTA_IDEMPOTENCY_KEYS=3)
class KeysOfOnePerson(TodosTestCase):
    def send(self, key, person=None):
        return (person or self.alice).post("/todos", {"title": key}, **{"Idempotency-Key": key})

    def setUp(self) -> None:
        super().setUp()
        for key in "abc":
            self.assertEqual(self.send(key).status_code, 201)

    def test_no_more_than_the_quota_are_kept(self):
        self.assert_problem(self.send("d"), 409, "too_many_keys")

        self.assertEqual(len(self.alice.titles()), 3)
        self.assertEqual(IdempotencyKey.objects.filter(owner=self.alice.user).count(), 3)
        self.assertEqual(self.alice.post("/todos", {"title": "without a key"}).status_code, 201)
        self.assertEqual(self.send("d", self.mallory).status_code, 201)

    def test_known_ones_are_answered(self):
        self.assertEqual(self.send("a").status_code, 201)
        self.assertEqual(len(self.alice.titles()), 3)

    def test_expired_ones_make_room_without_a_purge(self):
        with clock.stopped_at(clock.now() + timedelta(hours=24, seconds=1)):
            self.assertEqual(self.send("d").status_code, 201)

        self.assertEqual(IdempotencyKey.objects.filter(owner=self.alice.user).count(), 1)

    def test_zero_switches_it_off(self):
        with override_settings(QUOTA_IDEMPOTENCY_KEYS=0):
            self.assertEqual(self.send("d").status_code, 201)
