import re

from django.test import override_settings

from tests.todos import matrix
from tests.todos.case import API, TodosTestCase


class Index(TodosTestCase):
    def test_names_every_address_that_needs_no_id(self):
        index = self.alice.get("").json()

        self.assertEqual(index.pop("version"), "1")
        routes = {"schema", *(route for route in matrix.routes() if "<" not in route)}
        self.assertLess({"todos", "todos/quick", "completions", "me/import"}, routes)
        named = {re.sub("[/-]", "_", route): f"http://testserver{API}/{route}" for route in routes}
        self.assertEqual(index, {**named, "docs": "http://testserver/docs"})

    def test_names_addresses_that_answer(self):
        index = self.alice.get("").json()

        del index["version"]
        # These want a rule, a body.
        self.assertEqual(self.alice.get(index.pop("occurrences")).status_code, 400)
        for name in ("todos_bulk", "todos_quick", "me_import"):
            self.assertEqual(self.alice.post(index.pop(name), {}).status_code, 400)
        # This is another process's.
        self.assertEqual(self.alice.get(index.pop("live")).status_code, 503)
        for name, url in index.items():
            with self.subTest(name):
                self.assertEqual(self.alice.get(url).status_code, 200)

    def test_is_the_same_for_everybody_and_may_be_cached(self):
        with_token = self.alice.get("/")
        for path in (API, f"{API}/"):
            for token in ("", "Bearer junk"):
                headers = {"Authorization": token} if token else {}
                with self.subTest(path, token=token):
                    with self.assertNumQueries(0):
                        response = self.client.get(path, headers=headers)
                    self.assertEqual((response.status_code, response.content), (200, with_token.content))
                    self.assertEqual(response["Cache-Control"], "public, max-age=300")
                    self.assertNotIn("Authorization", response["Vary"])

    @override_settings(RATE_LIMIT_ADDRESS=1)
    def test_visitors_of_it_are_counted(self):
        self.assertEqual([self.client.get(API, REMOTE_ADDR="203.0.113.77").status_code for _ in range(2)], [200, 429])

    def test_takes_nothing(self):
        response = self.client.post(API)

        self.assertEqual((response.status_code, response.json()["code"]), (405, "method_not_allowed"))
