from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from tests.todos.case import TodosTestCase
from todos.changes import positions
from todos.models import Todo

keys = st.text(positions.DIGITS, min_size=1, max_size=12).map(lambda key: key.rstrip("0") + "i")
numbers = st.integers(0, 2**62)


class Keys(SimpleTestCase):
    @given(keys, keys)
    def test_there_is_always_one_between(self, one, other):
        if one != other:
            low, high = sorted((one, other))
            middle = positions.between(low, high)
            self.assertTrue(low < middle < high)
            self.assertFalse(middle.endswith("0"))

    @given(numbers, numbers, st.integers(0, 5000), st.integers(0, 5000))
    def test_they_are_ordered_like_their_numbers(self, one, other, first, second):
        earlier, later = sorted(((one, first), (other, second)))
        if earlier != later:
            self.assertLess(positions.at_end(*earlier), positions.at_end(*later))
            self.assertGreater(positions.at_top(*earlier), positions.at_top(*later))
        self.assertLess(positions.at_top(*later), positions.at_end(*earlier))

    @given(numbers)
    def test_they_are_short(self, number):
        self.assertLessEqual(len(positions.at_end(number)), 16)

    def test_halving_in_one_place_adds_a_digit_every_fifth_time(self):
        low, high = positions.at_end(1), positions.at_end(2)
        for _ in range(250):
            high = positions.between(low, high)

        self.assertLessEqual(len(high), positions.MAX_LENGTH)


class Moving(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.a, self.b, self.c = (self.alice.todo(title=title) for title in "abc")

    def move(self, todo, **where):
        response = self.alice.post(f"/todos/{todo['id']}/move", where)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def order(self, **parameters):
        return "".join(self.alice.titles(**parameters))

    def test_beside_another(self):
        for todo, where, expected in (
            (self.c, {"after": self.a["id"]}, "acb"),
            (self.a, {"after": self.b["id"]}, "cba"),
            (self.b, {"before": self.c["id"]}, "bca"),
            (self.a, {"before": self.c["id"]}, "bac"),
            (self.b, {}, "acb"),
            (self.b, {"after": self.c["id"]}, "acb"),
        ):
            with self.subTest(expected):
                self.move(todo, **where)
                self.assertEqual(self.order(), expected)

    def test_only_the_moved_row_gets_a_new_version(self):
        self.move(self.c, before=self.b["id"])

        self.assertEqual(self.alice.get(f"/todos/{self.b['id']}").json(), self.b)

    def test_to_another_list(self):
        project = self.alice.make("lists")
        child = self.alice.todo(title="d", parent=self.a["id"])

        self.move(self.a, list=project["id"])

        self.assertEqual((self.order(list=project["id"]), self.order(list=self.alice.inbox["id"])), ("da", "bc"))
        self.assertEqual(self.alice.get(f"/todos/{child['id']}").json()["parent"], self.a["id"])

    def test_to_a_place_in_another_list(self):
        project = self.alice.make("lists")
        self.move(self.a, list=project["id"])
        self.move(self.b, list=project["id"])

        self.move(self.c, list=project["id"], after=self.a["id"])

        self.assertEqual(self.order(list=project["id"]), "acb")

    def test_a_subtask_leaves_its_parent_with_its_list(self):
        project = self.alice.make("lists")
        child = self.alice.todo(parent=self.a["id"])

        self.assertIsNone(self.move(child, list=project["id"])["parent"])
        self.assertEqual(self.move(self.alice.todo(parent=self.a["id"]))["parent"], self.a["id"])

    def test_the_neighbour_has_to_be_a_sibling(self):
        project = self.alice.make("lists")
        far, child = self.alice.todo(list=project["id"]), self.alice.todo(parent=self.a["id"])

        for neighbour, code in (
            (far["id"], "not_a_sibling"),
            (child["id"], "not_a_sibling"),
            (self.c["id"], "not_a_sibling"),
            (self.mallory.todo()["id"], "does_not_exist"),
        ):
            with self.subTest(code):
                response = self.alice.post(f"/todos/{self.c['id']}/move", {"after": neighbour})
                self.assert_fault(response, "/after", code)

    def test_of_two_neighbours_the_one_that_is_still_there_counts(self):
        project = self.alice.make("lists")
        gone, elsewhere = self.alice.todo(), self.alice.todo(list=project["id"])
        self.alice.delete(f"/todos/{gone['id']}")
        for todo, after, before, expected in (
            (self.c, self.a, self.b, "acb"),
            (self.c, self.b, self.a, "abc"),
            (self.c, gone, self.a, "cab"),
            (self.c, self.a, elsewhere, "acb"),
            (self.c, self.b, self.c, "abc"),
        ):
            with self.subTest(expected, after=after["title"], before=before["title"]):
                self.move(todo, after=after["id"], before=before["id"])
                self.assertEqual(self.order(list=self.a["list"]), expected)
        where = {"after": gone["id"], "before": elsewhere["id"]}
        self.assert_fault(self.alice.post(f"/todos/{self.c['id']}/move", where), "/after", "trashed")

    def test_null_is_an_end(self):
        gone = "00000000-0000-0000-0000-000000000000"
        for todo, where, expected in (
            (self.c, {"after": None}, "cab"),
            (self.c, {"before": None}, "abc"),
            (self.c, {"after": None, "before": gone}, "cab"),
            (self.c, {"after": gone, "before": None}, "abc"),
            (self.c, {"after": None, "before": self.b["id"]}, "acb"),
        ):
            with self.subTest(where):
                self.move(todo, **where)
                self.assertEqual(self.order(), expected)

    def test_keys_stay_short_however_often_one_moves_to_the_top(self):
        order = [self.a, self.b, self.c]
        for _ in range(60):
            order.insert(0, order.pop())
            position = self.move(order[0], before=order[1]["id"])["position"]

        self.assertLessEqual(len(position), 5)

    def test_a_place_that_is_used_up_gets_new_room(self):
        low, high = self.a["position"], self.b["position"]
        while len(positions.between(low, high)) <= positions.MAX_LENGTH:
            high = positions.between(low, high)
        Todo.objects.filter(owner=self.alice.user, title="b").update(position=high)

        moved = self.move(self.c, after=self.a["id"])

        self.assertEqual(self.order(), "acb")
        self.assertLess(len(moved["position"]), 10)
        read = self.alice.get(f"/todos/{self.b['id']}").json()
        self.assertEqual((len(read["position"]) < 10, read["version"]), (True, moved["version"]))

    def test_equal_keys_are_told_apart_before_one_moves_between_them(self):
        rows = Todo.objects.filter(owner=self.alice.user)
        rows.filter(title__in="ab").update(position=self.a["position"])
        first, second = self.order()[:2]

        neighbour = {"a": self.a, "b": self.b}[first]
        self.move(self.c, after=neighbour["id"])

        self.assertEqual(self.order(), f"{first}c{second}")


class MovingLists(TodosTestCase):
    def test_beside_another(self):
        first, second = self.alice.make("lists", name="1"), self.alice.make("lists", name="2")
        inbox = self.alice.inbox

        def order():
            return [row["name"] for row in self.alice.get("/lists").json()["results"]]

        for moved, where, expected in (
            (second, {"before": first["id"]}, ["Inbox", "2", "1"]),
            (inbox, {"after": second["id"]}, ["2", "Inbox", "1"]),
            (second, {}, ["Inbox", "1", "2"]),
            (second, {"before": inbox["id"]}, ["2", "Inbox", "1"]),
        ):
            with self.subTest(expected):
                self.assertEqual(self.alice.post(f"/lists/{moved['id']}/move", where).status_code, 200)
                self.assertEqual(order(), expected)

    def test_the_neighbour_has_to_be_another_list_of_ones_own(self):
        project = self.alice.make("lists")

        for uid in (project["id"], self.mallory.make("lists")["id"]):
            response = self.alice.post(f"/lists/{project['id']}/move", {"after": uid})
            self.assert_fault(response, "/after", "does_not_exist")
