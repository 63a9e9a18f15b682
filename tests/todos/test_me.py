from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from todos.models import Account, List, Tag, Todo, TodoTag, Tombstone
from todos.signals import account_erased


class Settings(TodosTestCase):
    def test_they_have_defaults_before_anything_is_written(self):
        me = self.alice.get("/me").json()

        settings = {name: me[name] for name in ("time_zone", "week_start", "default_list")}
        self.assertEqual(settings, {"time_zone": "UTC", "week_start": 1, "default_list": None})
        self.assertEqual(me["subject"], "alice")

    def test_each_can_be_changed_alone(self):
        project = self.alice.make("lists")

        for name, value in (("time_zone", "Asia/Tokyo"), ("week_start", 7), ("default_list", project["id"])):
            with self.subTest(name):
                before = self.alice.get("/me").json()
                self.assertEqual(self.alice.patch("/me", {name: value}).json(), {**before, name: value})

    def test_equal_values_change_nothing(self):
        self.alice.patch("/me", {"time_zone": "Asia/Tokyo"})
        before = self.alice.version

        self.alice.patch("/me", {"time_zone": "Asia/Tokyo", "week_start": 1, "default_list": None})

        self.assertEqual(self.alice.version, before)

    def test_todos_without_a_list_go_to_the_default_list(self):
        project = self.alice.make("lists")
        self.alice.patch("/me", {"default_list": project["id"]})

        self.assertEqual(self.alice.todo()["list"], project["id"])

    def test_bad_input_is_named(self):
        foreign = self.mallory.make("lists")

        for values, pointer, code in (
            ({"time_zone": "Mars/Olympus"}, "/time_zone", "unknown_zone"),
            ({"time_zone": None}, "/time_zone", "null"),
            ({"week_start": 0}, "/week_start", "min_value"),
            ({"week_start": 8}, "/week_start", "max_value"),
            ({"week_start": "monday"}, "/week_start", "invalid"),
            ({"default_list": foreign["id"]}, "/default_list", "does_not_exist"),
            ({"default_list": 1}, "/default_list", "invalid"),
            ({"email": "a@b.c"}, "/email", "read_only"),
            ({"theme": "dark"}, "/theme", "unknown_field"),
        ):
            with self.subTest(values):
                self.assert_fault(self.alice.patch("/me", values), pointer, code)


class Erasure(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        for person in (self.alice, self.mallory):
            todo = person.todo(tags=["a"])
            person.todo(parent=todo["id"])
            person.make("lists")
            gone = person.todo()
            person.delete(f"/todos/{gone['id']}")
            person.delete(f"/todos/{gone['id']}?permanent=true")
            person.post("/todos", {"title": "x"}, **{"Idempotency-Key": "k"})
            person.patch("/me", {"time_zone": "Asia/Tokyo", "default_list": person.make("lists")["id"]})

    def count(self, person):
        return [model.objects.filter(owner=person.user).count() for model in (Todo, List, Tag, TodoTag, Tombstone)]

    def test_it_deletes_every_row_of_the_user_and_no_other(self):
        others = self.count(self.mallory)

        self.assertEqual(self.alice.delete("/me").status_code, 204)

        self.assertEqual(self.count(self.alice), [0, 0, 0, 0, 0])
        self.assertEqual(self.count(self.mallory), others)

    def test_the_account_stays_as_a_tombstone_with_its_counter_running_on(self):
        before = self.alice.version

        self.alice.delete("/me")

        account = Account.objects.get(owner=self.alice.user)
        self.assertEqual((account.version, account.time_zone), (before + 1, "UTC"))
        self.assertIsNotNone(account.erased_at)

    def test_the_host_hears_of_it_within_the_transaction(self):
        heard = []

        def refuse(owner, **kwargs):
            heard.append(owner)
            raise RuntimeError("the tokens could not be cut off")

        account_erased.connect(refuse)
        self.addCleanup(account_erased.disconnect, refuse)
        self.alice.client.raise_request_exception = False
        before = self.count(self.alice)

        self.assertEqual(self.alice.delete("/me").status_code, 500)
        self.assertEqual((heard, self.count(self.alice)), ([self.alice.user.pk], before))


class DeletedUsers(TodosTransactionTestCase):
    def test_an_operator_can_delete_the_user_itself(self):
        todo = self.alice.todo(tags=["a"])
        self.alice.todo(parent=todo["id"])
        self.alice.patch("/me", {"default_list": self.alice.make("lists")["id"]})

        self.alice.user.delete()

        self.assertEqual(Todo.objects.filter(owner__isnull=False).count(), 0)
        self.assertEqual([each.owner for each in Account.objects.all()], [self.mallory.user])
