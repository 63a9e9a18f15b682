from django.db import transaction

from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from todos.signals import version_raised


class TheHostIsToldOfAVersion(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.sign_in()
        self.told: list[tuple[int, int]] = []
        version_raised.connect(self.hear)
        self.addCleanup(version_raised.disconnect, self.hear)

    def hear(self, *, owner: int, version: int, **kwargs: object) -> None:
        self.told.append((owner, version))

    def test_once_it_is_committed_and_not_before(self):
        with self.captureOnCommitCallbacks() as committed:
            todo = self.alice.todo(title="Milk")
        self.assertEqual(self.told, [])
        for callback in committed:
            callback()

        self.assertEqual(self.told, [(self.alice.user.pk, todo["version"])])

    def test_never_of_one_that_is_rolled_back(self):
        with self.captureOnCommitCallbacks(execute=True):
            with transaction.atomic():
                self.assertEqual(self.alice.todo(title="Milk")["title"], "Milk")
                transaction.set_rollback(True)
            kept = self.alice.todo(title="Bread")

        self.assertEqual(self.told, [(self.alice.user.pk, kept["version"])])


class AHostThatFailsToPassItOn(TodosTransactionTestCase):
    def test_fails_no_change(self):
        version_raised.connect(self.fail_to_pass_on)
        self.addCleanup(version_raised.disconnect, self.fail_to_pass_on)

        with self.assertLogs("django.dispatch", "ERROR") as logs:
            todo = self.alice.todo(title="Milk")
            renamed = self.alice.patch(f"/todos/{todo['id']}", {"title": "Bread"})

        self.assertEqual((renamed.status_code, len(logs.output)), (200, 2))

    def fail_to_pass_on(self, **kwargs: object) -> None:
        raise ConnectionError
