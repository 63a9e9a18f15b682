"""How PostgreSQL answers the API for a user with 20,000 todos among the rows of others."""

import uuid
from datetime import UTC, date, datetime, timedelta
from unittest import skipUnless

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.todos.case import TodosTestCase
from tests.todos.test_calendar_address import address_of, read
from todos import clock
from todos.models import Account, Completion, List, Tag, Todo, TodoTag

TODOS = 20_000
# A partition is called after its table.
WHOLE_TABLE = r"Seq Scan on todos_todo(_p\d+)?\b"
START = datetime(2026, 1, 1, tzinfo=UTC)
FOUND_BY_INDEX = ("1999", "number 1999", '"number 1999"', "1999 -x", "199")
QUERIES = (
    "/todos",
    *(f"/todos?ordering={sign}{name}" for name in ("position", "due", "priority", "title") for sign in ("", "-")),
    *(f"/todos?ordering={sign}{name}_at" for name in ("created", "updated") for sign in ("", "-")),
    *(f"/todos?status={status}" for status in ("open", "completed", "trashed")),
    *(f"/todos?due={due}" for due in ("today", "overdue", "upcoming", "none")),
    "/todos?due_before=2026-02-01&due_after=2026-01-20",
    "/todos?priority_gte=3",
    "/todos?q=number+1999",
    "/todos?q=-1999",
    *(f"/todos?ordering={name}&q={q}" for name in ("relevance", "position") for q in FOUND_BY_INDEX),
    "/todos?tag=rare",
    "/todos?list={list}",
    "/todos?list=inbox",
    "/todos?list={list},inbox",
    "/todos?ids={todo},{list},{todo}",
    "/todos?due=today,overdue",
    "/todos?completed_after=2025-12-31&completed_before=2026-02-01&ordering=-completed_at",
    "/todos?ordering=-completed_at",
    "/todos?has_notes=true",
    "/todos?total=true",
    "/todos?include=lists,tags,summary",
    "/todos?parent={todo}",
    "/todos/{todo}",
    "/summary",
    "/lists",
    "/tags",
    "/changes?since=19990",
    "/reminders",
    "/reminders?until={until}&tz=Asia/Tokyo&page_size=200",
    "/todos/{todo}/completions",
    "/todos/{todo}/completions?ordering=-completed_at",
    "/completions",
    "/completions?ordering=-completed_at&completed_before=2026-01-10&skipped=true",
)


NAMES = [
    field.column for field in Todo._meta.concrete_fields if field.column not in {"id", "uid", "owner_id", "list_id"}
]
COPY = (
    f"INSERT INTO todos_todo (uid, owner_id, list_id, {', '.join(NAMES)})"
    f" SELECT gen_random_uuid(), %s, %s, {', '.join(NAMES)} FROM todos_todo WHERE owner_id = %s LIMIT 2000"
)


def reminded_on(number):
    """Of a quarter of the todos, in these days of a few."""
    return clock.now().date() + timedelta(days=number % 2_000 - 1_000) if number % 4 == 0 else None


def todos_of(owner, project, count):
    for number in range(count):
        yield Todo(
            owner=owner,
            list=project,
            title=f"number {number}",
            title_sort=f"number {number}",
            position=f"{number:08}i",
            priority=number % 4,
            due_date=date(2026, 1, 1) + timedelta(days=number % 400) if number % 3 else None,
            due_sort=number % 400 if number % 3 else 2**40,
            reminders=f'[{{"at":"{reminded_on(number)}T09:00"}}]' if number % 4 == 0 else "",
            reminds_from=reminded_on(number),
            reminds_until=reminded_on(number),
            completed_at=START if number % 2 else None,
            deleted_at=START if number % 50 == 0 else None,
            trashed_in=1 if number % 50 == 0 else None,
            version=number + 1,
            created_at=START + timedelta(seconds=number),
            updated_at=START,
        )


def completions_of(owner, todo, count):
    for number in range(count):
        day = (START + timedelta(days=number % 400)).date()
        moment = START + timedelta(minutes=number)
        same = {"owner": owner, "todo": todo, "series_in": 1, "missed": 0}
        yield Completion(**same, occurrence_on=day, occurrence_number=number + 1, due_date=day, completed_at=moment)


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL, whose plans these are")
class PlansForManyTodos(TodosTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        alice = cls.person("alice")
        cls.known = cls.fill(alice, TODOS)
        with connection.cursor() as cursor:
            for number in range(20):
                other = cls.person(f"other{number}")
                project = List.objects.get(owner=other.user, uid=other.make("lists")["id"])
                cursor.execute(COPY, [other.user.pk, project.pk, alice.user.pk])
            # Of all rows and not of some at random, so that plans are the same each time.
            cursor.execute("SET LOCAL default_statistics_target = 1000")
            cursor.execute("ANALYZE")

    @staticmethod
    def fill(person, count):
        project = List.objects.get(owner=person.user, uid=person.make("lists")["id"])
        todos = Todo.objects.bulk_create(todos_of(person.user, project, count), batch_size=2_000)
        tag = Tag.objects.get(owner=person.user, uid=person.make("tags", name="rare")["id"])
        TodoTag.objects.bulk_create(TodoTag(owner=person.user, todo=todo, tag=tag) for todo in todos[1:400:8])
        Completion.objects.bulk_create(completions_of(person.user, todos[1], count), batch_size=2_000)
        Account.objects.filter(owner=person.user).update(version=count + 10)
        until = (clock.now() + timedelta(days=89)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"list": project.uid, "todo": todos[1].uid, "until": until}

    def plans(self, path):
        """What PostgreSQL does for the statements of a real request."""
        with CaptureQueriesContext(connection) as queries:
            response = self.alice.get(path.format(**self.known))
        self.assertEqual(response.status_code, 200, response.content)
        statements = [query["sql"] for query in queries if "todos_todo" in query["sql"]]
        self.assertNotEqual(statements, [])
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(f"EXPLAIN {statement}")
                yield "\n".join(line for (line,) in cursor.fetchall())

    def test_no_request_reads_the_whole_table(self):
        for path in QUERIES:
            with self.subTest(path):
                for plan in self.plans(path):
                    self.assertNotRegex(plan, WHOLE_TABLE)

    def test_a_deep_page_does_not_either(self):
        page = self.alice.get("/todos?page_size=200").json()
        for _ in range(3):
            page = self.alice.get(page["next"]).json()

        for plan in self.plans(page["next"]):
            self.assertNotRegex(plan, WHOLE_TABLE)

    def test_pages_walk_along_an_index(self):
        orderings = [path for path in QUERIES if "ordering" in path and "completed" not in path and "q=" not in path]
        for path in ("/todos", *orderings, "/todos?list={list}", "/todos?status=open"):
            with self.subTest(path):
                following = self.alice.get(path.format(**self.known)).json()["next"]
                for page in (path, following):
                    self.assert_nothing_is_sorted(page)

    def test_the_last_page_does_too(self):
        """Where so few rows are expected that sorting them looks cheap."""
        for path in ("/todos?page_size=200", "/todos?page_size=200&list={list}"):
            page, following = "", path.format(**self.known)
            while following:
                page, following = following, self.alice.get(following).json()["next"]
            with self.subTest(path):
                self.assert_nothing_is_sorted(page)

    def assert_nothing_is_sorted(self, page):
        for plan in self.plans(page):
            self.assertNotRegex(plan, r"Sort Key: .*todos_todo")

    def test_a_long_history_is_read_along_an_index(self):
        """Of todo and history the planner may begin with either, as the pages fill; that it need not sort must hold."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
        for path in QUERIES[-4:]:
            with self.subTest(path):
                following = self.alice.get(path.format(**self.known)).json()["next"]
                for page in (path, following):
                    for plan in self.plans(page):
                        self.assertNotRegex(plan, r"Sort Key|Seq Scan on todos_completion")

    def test_words_are_found_by_their_index(self):
        for q in FOUND_BY_INDEX:
            with self.subTest(q):
                for plan in self.plans(f"/todos?ordering=relevance&q={q}"):
                    self.assertRegex(plan, r"Bitmap Index Scan on (todo_words|todos_todo_\S+)")
                    self.assertRegex(plan, r"::tsvector @@ ")

    def test_a_word_that_all_have_is_found_where_the_page_begins(self):
        for ordering in ("position", "-priority", "relevance"):
            with self.subTest(ordering):
                path = f"/todos?ordering={ordering}&q=number"
                with connection.cursor() as cursor, CaptureQueriesContext(connection) as queries:
                    self.assertEqual(len(self.alice.get(path).json()["results"]), 50)
                    cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {queries[-1]['sql']}")
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                self.assertRegex(plan, r"Bitmap Index Scan on (todo_words|todos_todo_\S+).* \(never executed\)")

    def test_both_turns_together_show_what_a_plain_reading_does(self):
        for q in ("number", "numb -x", "number 1", "1", "19", '"number 1999"'):
            for ordering in ("position", "-position", "title", "relevance", "-created_at"):
                with self.subTest(q, ordering=ordering):
                    path = f"/todos?ordering={ordering}&q={q}&page_size=200"
                    pages = self.first_pages(path)
                    with override_settings(PLAIN_READS=True):
                        self.assertEqual(self.first_pages(path), pages)

    def first_pages(self, path):
        page = self.alice.get(path).json()
        pages = [page["results"]]
        while page["next"] and len(pages) < 4:
            page = self.alice.get(page["next"]).json()
            pages.append(page["results"])
        back = self.alice.get(page["previous"]).json()["results"] if page["previous"] else None
        return [*pages, back]

    def test_reminders_are_found_by_their_days(self):
        with CaptureQueriesContext(connection) as queries:
            self.assertGreater(len(self.alice.get("/reminders").json()["results"]), 0)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {queries[-1]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        self.assertRegex(plan, r"Index Scan using (todo_reminders|todos_todo_\S+)")

    def test_a_calendar_walks_along_an_index(self):
        address = address_of(self.alice)
        for query in ("", "?as=events"):
            with CaptureQueriesContext(connection) as queries:
                read(address + query)
            statements = [query["sql"] for query in queries if 'FROM "todos_todo"' in query["sql"]]
            self.assertGreater(len(statements), 20)
            for statement in statements[:1] + statements[-1:]:
                plan = self.plan_of(statement)
                self.assertNotRegex(plan, WHOLE_TABLE)
                self.assertNotRegex(plan, r"Sort Key: .*todos_todo")

    def test_a_calendar_that_has_not_changed_costs_one_look_at_indexes(self):
        address = address_of(self.alice)
        tag = read(address)["ETag"]
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(read(address, **{"If-None-Match": tag}).status_code, 304)

        self.assertEqual(len(queries), 1)
        with connection.cursor() as cursor:
            # So few rows are read whole if nothing forbids it; where there is no index, they are all the same.
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = self.plan_of(queries[0]["sql"])
            cursor.execute("SET LOCAL enable_seqscan = on")
        self.assertNotIn("Seq Scan", plan)
        self.assertRegex(plan, r"Index Scan using todos_calendaraddress_\S+")

    @staticmethod
    def plan_of(statement):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            return "\n".join(line for (line,) in cursor.fetchall())

    def test_the_check_would_notice(self):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN SELECT count(*) FROM todos_todo WHERE notes = %s", [str(uuid.uuid4())])
            plan = "\n".join(line for (line,) in cursor.fetchall())

        self.assertRegex(plan, WHOLE_TABLE)
