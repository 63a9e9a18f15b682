import uuid
from datetime import UTC, datetime

from tests.todos.case import TodosTestCase
from todos import clock


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

    def test_several_lists_and_the_inbox_by_its_name(self):
        one, other = self.alice.make("lists"), self.alice.make("lists")
        self.alice.todo(title="inbox")
        for title, row in (("one", one), ("other", other)):
            self.alice.todo(title=title, list=row["id"])

        self.assertEqual(self.alice.titles(list="inbox"), ["inbox"])
        self.assertEqual(self.alice.titles(list=[one["id"], other["id"]]), ["one", "other"])
        self.assertEqual(self.alice.titles(list=f"{one['id']},inbox"), ["inbox", "one"])
        self.assertEqual(self.mallory.titles(list=[one["id"], "inbox"]), [])

    def test_ids_show_what_the_default_view_hides(self):
        project = self.alice.make("lists")
        todos = [self.alice.todo(title=str(n)) for n in range(3)]
        todos.append(self.alice.todo(title="later", starts_on="2999-01-01", list=project["id"]))
        gone = self.alice.todo(title="gone")
        self.alice.delete(f"/todos/{gone['id']}")
        self.alice.patch(f"/lists/{project['id']}", {"archived": True})
        ids = [row["id"] for row in (todos[2], todos[0], todos[3], gone)]

        self.assertEqual(self.alice.titles(ids=",".join(ids)), ["0", "2", "later"])
        self.assertEqual(self.alice.titles(ids=ids), ["0", "2", "later"])
        self.assertEqual(self.alice.titles(ids=ids, status="trashed"), ["gone"])
        self.assertEqual(self.mallory.titles(ids=ids), [])

    def test_as_many_ids_as_a_page_has_rows(self):
        ids = [self.alice.todo(title="x")["id"], *(str(uuid.uuid4()) for _ in range(199))]

        self.assertEqual(self.alice.titles(ids=",".join(ids), page_size=200), ["x"])

    def test_several_dues_mean_any_of_them(self):
        with clock.stopped_at(datetime(2026, 3, 10, 12, tzinfo=UTC)):
            for title, day in (
                ("over", "2026-03-09"),
                ("today", "2026-03-10"),
                ("soon", "2026-03-11"),
                ("never", None),
            ):
                self.alice.todo(title=title, due_date=day)

            self.assertEqual(self.alice.titles(due="today,overdue"), ["over", "today"])
            self.assertEqual(self.alice.titles(due=["overdue", "none"]), ["over", "never"])
            self.assertEqual(self.alice.titles(due="none"), ["never"])

    def test_a_tag_with_a_comma_stands_between_quotation_marks(self):
        self.alice.todo(title="it", tags=["a, b"])

        self.assertEqual(self.alice.titles(tag='"a, b"'), ["it"])
        self.assert_fault(self.alice.get("/todos?tag=a,b"), "/tag", "comma")

    def test_a_logbook(self):
        self.alice.patch("/me", {"time_zone": "Pacific/Kiritimati"})
        for day in (9, 10, 11):
            # 14 hours ahead: it is the next day there.
            with clock.stopped_at(datetime(2026, 3, day, 10, tzinfo=UTC)):
                self.alice.todo(title=str(day + 1), completed=True)
        self.alice.todo(title="open")

        self.assertEqual(self.alice.titles(ordering="-completed_at"), ["12", "11", "10"])
        self.assertEqual(self.alice.titles(ordering="completed_at", completed_after="2026-03-10"), ["11", "12"])
        self.assertEqual(self.alice.titles(completed_before="2026-03-11"), ["10"])
        self.assertEqual(self.alice.titles(completed_before="2026-03-11", tz="UTC"), ["10", "11"])
        self.assertEqual(
            self.alice.titles(completed_after="1970-01-01", completed_before="9999-12-31"), ["10", "11", "12"]
        )

    def test_notes(self):
        self.alice.todo(title="with", notes="n")
        self.alice.todo(title="without")

        self.assertEqual(self.alice.titles(has_notes="true"), ["with"])
        self.assertEqual(self.alice.titles(has_notes="false"), ["without"])

    def test_the_total_is_told_when_asked_for(self):
        for priority in (0, 1, 2, 3):
            self.alice.todo(priority=priority)
        self.mallory.todo(priority=3)
        first = self.alice.get("/todos?priority_gte=1&page_size=1&total=true").json()

        self.assertEqual((len(first["results"]), first["total"]), (1, 3))
        self.assertEqual(self.alice.get(first["next"]).json()["total"], 3)
        self.assertEqual(self.alice.get("/todos?tag=none&total=true").json()["total"], 0)
        self.assertNotIn("total", self.alice.get("/todos").json())
        cursor = first["next_cursor"]
        self.assertEqual(self.alice.get(f"/todos?priority_gte=1&cursor={cursor}").status_code, 200)

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
