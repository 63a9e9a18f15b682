import json

from drf_spectacular.generators import SchemaGenerator

from tests.todos.case import TodosTestCase


class Document(TodosTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.document = SchemaGenerator().get_schema(request=None, public=True)

    def answer(self, path, method="get", status="200"):
        operation = self.document["paths"][f"/api/v1{path}"][method]
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        return self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]

    def test_it_describes_every_member_of_every_answer(self):
        todo, project, tag = self.alice.todo(), self.alice.make("lists"), self.alice.make("tags")
        for path, real in (
            ("/todos/{id}", f"/todos/{todo['id']}"),
            ("/lists/{id}", f"/lists/{project['id']}"),
            ("/tags/{id}", f"/tags/{tag['id']}"),
            ("/views/{id}", f"/views/{self.alice.make('views')['id']}"),
            ("/todos", "/todos"),
            ("/me", "/me"),
            ("/summary", "/summary"),
            ("/changes", "/changes"),
        ):
            with self.subTest(path):
                described = self.answer(path)
                members = set(self.alice.get(real).json())
                self.assertEqual(set(described["required"]), members)
                more = {"/todos": {"total", "lists", "tags", "views", "summary"}, "/summary": {"views"}}.get(
                    path, set()
                )
                self.assertEqual(set(described["properties"]) - members, more)

    def test_every_operation_has_a_name_a_text_and_described_parameters(self):
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                with self.subTest(f"{method} {path}"):
                    self.assertRegex(operation["operationId"], r"^[a-z]+[A-Z]\w+$|^schema")
                    texts = [parameter.get("description") for parameter in operation.get("parameters", [])]
                    self.assertTrue(operation["description"])
                    self.assertEqual([text for text in texts if not text], [])

    def test_types_have_names_that_no_language_has(self):
        names = {*self.document["components"]["schemas"]}

        self.assertLessEqual({"Todo", "TodoList", "Tag", "TodoPage", "TodoListPage", "TodoPatch", "TodoInput"}, names)
        self.assertEqual({name for name in names if name.endswith(("Request", "Enum")) or name == "List"}, set())

    def test_answers_say_nothing_of_writing(self):
        self.assertNotIn("readOnly", json.dumps(self.document))

    def test_a_priority_is_one_of_four(self):
        for name in ("Todo", "TodoInput", "TodoPatch", "TodoPut", "UpdateOperation"):
            with self.subTest(name):
                priority = self.document["components"]["schemas"][name]["properties"]["priority"]
                self.assertEqual(priority["enum"], [0, 1, 2, 3])

    def test_todos_come_first_and_every_tag_is_described(self):
        self.assertEqual(next(iter(self.document["paths"])), "/api/v1/todos")
        used = {operation["tags"][0] for path in self.document["paths"].values() for operation in path.values()}
        self.assertEqual({tag["name"] for tag in self.document["tags"] if tag["description"]}, used)

    def test_paths_have_the_order_of_tags_and_me_comes_before_its_parts(self):
        tags = [tag["name"] for tag in self.document["tags"]]
        paths = self.document["paths"].items()
        tag_of = {path: next(iter(operations.values()))["tags"][0] for path, operations in paths}

        self.assertEqual(list(dict.fromkeys(tag_of.values())), tags)
        self.assertEqual(next(path for path, tag in tag_of.items() if tag == "me"), "/api/v1/me")

    def test_every_problem_has_an_example_of_a_code_that_it_can_have(self):
        operations = [operation for path in self.document["paths"].values() for operation in path.values()]
        answers = [answer for operation in operations for answer in operation["responses"].values()]
        answers += self.document["components"]["responses"].values()
        contents = [answer["content"] for answer in answers if "content" in answer]
        media = [content["application/problem+json"] for content in contents if "application/problem+json" in content]

        self.assertGreater(len(media), 80)
        for one in media:
            ((code, example),) = one["examples"].items()
            codes = one["schema"]["allOf"][1]["properties"]["code"]["enum"]
            with self.subTest(code):
                self.assertIn(code, codes)
                self.assertEqual(example["value"]["code"], code)

    def test_request_bodies_take_nothing_unknown(self):
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                if "requestBody" in operation:
                    with self.subTest(f"{method} {path}"):
                        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                        schema = self.document["components"]["schemas"][reference.rpartition("/")[2]]
                        self.assertIs(schema["additionalProperties"], False)
