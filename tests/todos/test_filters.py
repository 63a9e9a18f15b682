import uuid

from tests.todos.case import TodosTestCase


class Filters(TodosTestCase):
    def test_status(self):
        self.alice.todo(title="open")
        self.alice.todo(title="done", completed=True)

        self.assertEqual(self.alice.titles(), ["open", "done"])
        self.assertEqual(self.alice.titles(status="open"), ["open"])
        self.assertEqual(self.alice.titles(status="completed"), ["done"])
        self.assertEqual(self.alice.titles(status="trashed"), [])

    def test_list(self):
        project = self.alice.make("lists")
        self.alice.todo(title="in it", list=project["id"])
        self.alice.todo(title="not in it")

        self.assertEqual(self.alice.titles(list=project["id"]), ["in it"])

    def test_a_foreign_list_is_as_empty_as_none(self):
        project = self.alice.make("lists")
        self.alice.todo(list=project["id"])

        for uid in (project["id"], str(uuid.uuid4())):
            self.assertEqual(self.mallory.titles(list=uid), [])

    def test_several_tags_mean_all_of_them_whatever_their_case(self):
        self.alice.todo(title="both", tags=["Ärger", "work"])
        self.alice.todo(title="one", tags=["work"])

        self.assertEqual(self.alice.titles(tag="WORK"), ["both", "one"])
        self.assertEqual(self.alice.titles(tag=["work", "äRGER"]), ["both"])
        self.assertEqual(self.alice.titles(tag="wor"), [])

    def test_priority(self):
        for priority in range(4):
            self.alice.todo(title=str(priority), priority=priority)

        self.assertEqual(self.alice.titles(priority_gte=2), ["2", "3"])
        self.assertEqual(len(self.alice.titles(priority_gte=0)), 4)

    def test_search_looks_into_title_and_notes_without_case(self):
        self.alice.todo(title="Straße kehren")
        self.alice.todo(title="Anrufen", notes="wegen der ÖLHEIZUNG\nund so")

        self.assertEqual(self.alice.titles(q="STRASSE".lower().replace("ss", "ß")), ["Straße kehren"])
        self.assertEqual(self.alice.titles(q="ölheiz"), ["Anrufen"])
        self.assertEqual(self.alice.titles(q="nothing"), [])

    def test_search_knows_the_case_of_every_alphabet(self):
        for written, asked in {
            "ÄRGER": "ärger",
            "größer": "GRÖßER",
            "ΗΛΙΟΣ": "ηλιοσ",
            "ёлка": "ЁЛКА",
            "İstanbul": "istanbul",
            "k\u0131z": "k\u0131z",
            "ﬁn": "ﬁN",
            "DŽEP": "džep",
            "𐐀": "𐐨",
            "Zwei\nZeilen": "I\nZ",
        }.items():
            with self.subTest(written):
                self.alice.todo(title=f"<{written}>")
                self.alice.todo(title="x", notes=f"<{written}>")
                self.assertEqual(self.alice.titles(q=asked), [f"<{written}>", "x"])

    def test_search_takes_signs_literally(self):
        self.alice.todo(title="100% sure_")
        self.alice.todo(title=r"back\slash (and) [more] .*")

        for text, found in {"0%": 1, "%": 1, "e_": 1, "_": 1, "\\": 1, "\\s": 1, ".*": 1, "(and)": 1, "[m": 1}.items():
            with self.subTest(text):
                self.assertEqual(len(self.alice.titles(q=text)), found)

    def test_all_filters_hold_together(self):
        self.alice.todo(title="yes", tags=["a"], priority=3, notes="word")
        self.alice.todo(title="no", tags=["a"], priority=1, notes="word")

        self.assertEqual(self.alice.titles(tag="a", priority_gte=2, q="word", status="open", parent="none"), ["yes"])

    def test_an_archived_list_is_out_of_sight_unless_asked_for(self):
        project = self.alice.make("lists")
        self.alice.todo(title="asleep", list=project["id"], tags=["a"])
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})

        self.assertEqual(self.alice.titles(), [])
        self.assertEqual(self.alice.titles(tag="a"), [])
        self.assertEqual(self.alice.titles(list=project["id"]), ["asleep"])


class Orderings(TodosTestCase):
    def test_each_and_its_reverse(self):
        self.alice.todo(title="b", priority=1, due_date="2026-06-01")
        second = self.alice.todo(title="A", priority=3, due_date="2026-06-01", due_time="23:59")
        self.alice.todo(title="ç", priority=0)
        self.alice.patch(f"/todos/{second['id']}", {"notes": "touched"})

        for name, expected in {
            "position": ["b", "A", "ç"],
            "due": ["A", "b", "ç"],
            "priority": ["ç", "b", "A"],
            "created_at": ["b", "A", "ç"],
            "updated_at": ["b", "ç", "A"],
            "title": ["A", "b", "ç"],
        }.items():
            with self.subTest(name):
                self.assertEqual(self.alice.titles(ordering=name), expected)
                self.assertEqual(self.alice.titles(ordering=f"-{name}"), expected[::-1])
