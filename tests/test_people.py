"""Both apps together: whom a token stands for, and what erasing that person means for it."""

import time

from django.contrib.auth.models import User
from django.test import override_settings

from betterauth_auth.models import Identity
from tests.todos.case import TodosTestCase
from todos.models import Account, Todo


def soon() -> int:
    """An `iat` later than any token so far; it lies within the leeway, so no test has to wait for the next second."""
    return int(time.time()) + 3


class ThePersonBehindTheToken(TodosTestCase):
    def test_me_tells_what_the_token_says(self):
        self.alice.sign_in(iat=soon(), email="a@b.example", emailVerified=True, name="Al", image="https://a.example/i")

        me = self.alice.get("/me").json()

        self.assertEqual((me["subject"], me["email"], me["email_verified"]), ("alice", "a@b.example", True))
        self.assertEqual((me["name"], me["image"]), ("Al", "https://a.example/i"))

    def test_a_deactivated_user_is_refused_at_once(self):
        User.objects.filter(pk=self.alice.user.pk).update(is_active=False)

        self.assert_problem(self.alice.get("/todos"), 401, "unauthenticated")

    def test_no_token_and_a_bad_token_get_the_same_words(self):
        self.alice.client.credentials()
        without = self.alice.get("/todos").json()
        self.alice.client.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
        bad = self.alice.get("/todos").json()

        self.assertEqual(without["detail"], bad["detail"])


class ErasureIsForGood(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.sign_in(email="alice@example.com")
        self.alice.todo(title="secret", tags=["private"])
        self.assertEqual(self.alice.delete("/me").status_code, 204)

    def test_nothing_of_the_person_is_left(self):
        identity = Identity.objects.get(subject="alice")

        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 0)
        self.assertEqual((identity.email, identity.name, identity.image), ("", "", ""))
        self.assertIsNotNone(Account.objects.get(owner=self.alice.user).erased_at)

    def test_a_token_issued_before_cannot_bring_the_account_back(self):
        self.assert_problem(self.alice.post("/todos", {"title": "again"}), 401, "unauthenticated")
        self.assertEqual(Todo.objects.filter(owner=self.alice.user).count(), 0)

    def test_a_later_sign_in_starts_fresh_and_at_once(self):
        # Instead of waiting until the cut-off, which includes the leeway, is over.
        self.enterContext(override_settings(BETTER_AUTH=self.issuer.settings(LEEWAY_SECONDS=60)))
        self.alice.sign_in(iat=soon() + 10)

        self.assertEqual(self.alice.titles(), [])
        self.assertEqual(self.alice.todo(title="new life")["title"], "new life")
        self.assertEqual([entry["is_inbox"] for entry in self.alice.get("/lists").json()["results"]], [True])
