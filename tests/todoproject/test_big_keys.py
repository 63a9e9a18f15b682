"""More people than 31 bits can number."""

from unittest import skipUnless

from django.contrib.auth.models import User
from django.db import connection

from betterauth_auth.models import Identity
from tests.todos.case import TodosTestCase
from todos.models import Todo

BIG = 2**33
SMALL_KEYS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND data_type = 'integer'
      AND column_name IN ('owner_id', 'user_id', 'group_id')
"""


class BigKeys(TodosTestCase):
    def test_somebody_with_a_big_key_has_todos(self):
        User.objects.create(pk=BIG, username="late")
        identity = Identity.objects.get(user=self.alice.user)
        Identity.objects.filter(pk=identity.pk).update(user=BIG)
        self.alice.sign_in(nonce=1, iat=int(identity.profile_issued_at.timestamp()) - 1)

        todo = self.alice.todo(title="one", tags=["a"])
        self.alice.patch(f"/todos/{todo['id']}", {"title": "two"})

        self.assertEqual(self.alice.titles(), ["two"])
        self.assertEqual(Todo.objects.get().owner_id, BIG)

    @skipUnless(connection.vendor == "postgresql", "SQLite has keys of one size only")
    def test_no_column_that_refers_to_people_is_smaller(self):
        with connection.cursor() as cursor:
            cursor.execute(SMALL_KEYS)
            self.assertEqual(cursor.fetchall(), [])
