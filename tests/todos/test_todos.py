from tests.todos.case import TodosTestCase


class TestTodos(TodosTestCase):
    def test_a_title_is_enough(self):
        response = self.alice.post("/todos", {"title": " Buy milk "})

        self.assertEqual(response.status_code, 201, response.content)
        todo = response.json()
        self.assertEqual(todo["title"], "Buy milk")
        self.assertEqual(response["ETag"], '"1"')
        self.assertEqual(response["Location"], f"http://testserver/api/v1/todos/{todo['id']}")

    def test_the_answer_to_a_write_is_what_a_read_gives(self):
        project = self.alice.make("lists", name="Project")
        todo = self.alice.todo(
            list=project["id"], tags=["b", "A"], due_date="2026-03-29", due_time="02:30", priority=2, notes="n"
        )

        self.assertEqual(self.alice.get(f"/todos/{todo['id']}").json(), todo)
        self.assertEqual(self.alice.get("/todos").json()["results"], [todo])
