"""What a column needs that is added: each line that was forgotten is named here."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib import admin
from django.db import DatabaseError, connection, models, transaction
from django.test import SimpleTestCase

from tests.todos.case import TodosTestCase, TodosTransactionTestCase
from todos.changes.lists import ListValues
from todos.changes.tags import TagValues
from todos.changes.views import ViewValues
from todos.fields import kinds
from todos.fields.declared import LIST_FIELDS, TAG_FIELDS, TODO_FIELDS, VIEW_FIELDS
from todos.fields.field import Field, Fields, columns, defaults
from todos.fields.row_json import compile_to_json
from todos.models import List, Tag, Todo, View

DECLARED: tuple[tuple[type[models.Model], Fields], ...] = (
    (Todo, TODO_FIELDS),
    (List, LIST_FIELDS),
    (Tag, TAG_FIELDS),
    (View, VIEW_FIELDS),
)
# Columns that no client hears of.
INTERNAL = {"id", "owner", "trashed_in", "completed_in", "due_sort", "title_sort", "key"}
INTERNAL |= {"search", "series_in", "series_start", "occurrence_on", "occurrence_number"}
INTERNAL |= {"reminds_from", "reminds_until"}
# Two values for each kind that a client may write.
SAMPLES: dict[type[kinds.Kind], tuple[Any, Any]] = {
    kinds.Line: ("one", "two"),
    kinds.Markdown: ("*a*\n", "b"),
    kinds.Opaque: ({"b": [1, None, "\0"], "a": {}}, {}),
    kinds.Flag: (True, False),
    kinds.Day: ("2026-03-29", "2026-10-25"),
    kinds.TimeOfDay: ("02:30", "23:59"),
    kinds.Zone: ("Europe/Berlin", "Asia/Tokyo"),
    kinds.Color: ("#00ff00", "#0000ff"),
    kinds.Recurrence: ("FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
    kinds.Reminders: ([{"at": "2026-11-27T09:00"}], [{"at": "2026-11-27T09:00"}, {"at": "2026-11-27T09:30"}]),
}
# What answers show of a default that is stored otherwise.
SHOWN = {"reminders": []}


def samples(field: Field) -> tuple[Any, Any]:
    kind = field.kind
    if isinstance(kind, kinds.Choice):
        return kind.choices[1], kind.choices[0]
    return (kind.max_value, kind.min_value) if isinstance(kind, kinds.Whole) else SAMPLES[type(kind)]


def own_columns(model: type[models.Model]) -> dict[str, models.Field]:
    return {column.name: column for column in model._meta.concrete_fields}


def pairs(model: type[models.Model], fields: Fields) -> Iterator[tuple[Field, models.Field]]:
    """Fields that show the column of their name."""
    own = own_columns(model)
    yield from ((field, own[field.name]) for field in fields if field.columns == (field.name,) and field.name in own)


class EveryColumnIsDeclaredOnce(SimpleTestCase):
    def test_no_field_of_a_column_is_forgotten(self):
        for model, fields in DECLARED:
            declared = {*columns(fields), *(field.name for field in fields)} | INTERNAL
            for name in own_columns(model).keys() - declared:
                with self.subTest(name):
                    self.fail(f"{model.__name__} has the column `{name}` that no field declares.")

    def test_no_column_of_a_field_is_forgotten(self):
        for model, fields in DECLARED:
            for field in fields:
                if field.is_plain and field.name not in own_columns(model):
                    with self.subTest(field.name):
                        self.fail(f"The field `{field.name}` is declared, and {model.__name__} has no such column.")

    def test_a_column_is_what_its_field_says(self):
        for model, fields in DECLARED:
            for field, column in pairs(model, fields):
                with self.subTest(model.__name__, field=field.name):
                    is_null = field.is_nullable and field.kind.empty is None
                    self.assertEqual(column.null, is_null, "whether a null is stored as null")
                    if field.name in defaults(fields):
                        self.assertEqual(column.get_default(), defaults(fields)[field.name], "the default")
                    if isinstance(field.kind, kinds.Line):
                        self.assertEqual(column.max_length, field.kind.max_length, "the longest text")

    def test_no_type_of_a_value_is_forgotten(self):
        for values, fields in ((ListValues, LIST_FIELDS), (TagValues, TAG_FIELDS), (ViewValues, VIEW_FIELDS)):
            written = {field.name for field in fields if field.is_written} - {"id"}
            self.assertEqual(values.__annotations__.keys(), written, values.__name__)

    def test_operators_see_every_column(self):
        for model, _ in DECLARED:
            page = admin.site.get_model_admin(model)
            # The state says whether a list is the Inbox.
            seen = {name.removesuffix("_link") for name in (*page.editable, *page.shown)} | {"is_inbox"}
            self.assertEqual(own_columns(model).keys() - INTERNAL - seen, set())


class TheDatabaseHoldsWhatIsDeclared(TodosTestCase):
    def test_no_migration_of_a_column_is_forgotten(self):
        for model, _ in DECLARED:
            with connection.cursor() as cursor:
                stored = connection.introspection.get_table_description(cursor, model._meta.db_table)
            for column in model._meta.concrete_fields:
                with self.subTest(column.name):
                    fault = f"{model.__name__} has the column `{column.name}` that no migration adds."
                    self.assertIn(column.column, [row.name for row in stored], fault)

    def test_no_bound_of_a_number_is_forgotten(self):
        todo = self.alice.todo()
        for field in TODO_FIELDS:
            if isinstance(field.kind, kinds.Whole):
                for value in (field.kind.min_value - 1, field.kind.max_value + 1):
                    with self.subTest(field.name, value=value):
                        fault = f"The database takes {value} for `{field.name}`: a CheckConstraint is missing."
                        self.assertTrue(self.is_refused(todo["id"], field.name, value), fault)

    def is_refused(self, uid: str, name: str, value: int) -> bool:
        try:
            with transaction.atomic():
                Todo.objects.filter(uid=uid).update(**{name: value})
        except DatabaseError:
            return True
        return False


class EveryPlainFieldGoesEverywhere(TodosTransactionTestCase):
    """Fields that are stored as they are sent; each of the others has tests of its own."""

    def setUp(self) -> None:
        super().setUp()
        self.fields = [field for field in TODO_FIELDS if field.is_plain]
        self.first, self.second = ({field.name: samples(field)[i] for field in self.fields} for i in (0, 1))
        self.address = f"/todos/{uuid.uuid4()}"
        self.body = {**self.first, "id": self.address.removeprefix("/todos/")}
        # PostgreSQL makes the first todo in another way, step by step, because there is no Inbox yet.
        self.alice.todo()

    def assert_shows(self, todo: dict[str, Any], values: dict[str, Any]) -> None:
        self.assertEqual({name: todo[name] for name in values}, values)

    def assert_everywhere(self, values: dict[str, Any]) -> None:
        self.assert_shows(self.alice.get(self.address).json(), values)
        for path, name in (("/todos?starts=all", "results"), ("/changes", "todos")):
            rows = {row["id"]: row for row in self.alice.get(path).json()[name]}
            self.assert_shows(rows[self.body["id"]], values)

    def test_new_todos_have_them_however_they_are_made(self):
        self.assert_shows(self.alice.todo(**self.body), self.first)
        self.assert_everywhere(self.first)
        self.assert_shows(self.alice.todo(**self.first, tags=["step by step"]), self.first)

    def test_the_same_creation_again_is_the_same_todo_and_another_a_conflict(self):
        self.alice.todo(**self.body)

        self.assertEqual(self.alice.post("/todos", self.body).status_code, 200)
        for name, value in self.second.items():
            with self.subTest(name):
                response = self.alice.post("/todos", {**self.body, name: value})
                self.assert_fault(response, "/id", "id_conflict", status=409)

    def test_a_patch_changes_each_and_null_clears_it(self):
        self.alice.todo(**self.body)
        for field in self.fields:
            with self.subTest(field.name):
                value = self.second[field.name]
                self.assert_shows(self.alice.patch(self.address, {field.name: value}).json(), {field.name: value})
        self.assert_everywhere(self.second)
        nullable = [field.name for field in self.fields if field.is_nullable]
        # A zone needs a time, and a time a day.
        for name in reversed(nullable):
            with self.subTest(name, value=None):
                self.assert_shows(self.alice.patch(self.address, {name: None}).json(), {name: None})
        self.assert_everywhere(dict.fromkeys(nullable))

    def test_null_is_refused_where_there_is_none(self):
        for field in self.fields:
            if not field.is_nullable:
                with self.subTest(field.name):
                    response = self.alice.post("/todos", {**self.body, field.name: None})
                    self.assert_fault(response, f"/{field.name}", "null")

    def test_a_number_out_of_bounds_is_refused(self):
        for field in self.fields:
            if isinstance(field.kind, kinds.Whole):
                for value, code in ((field.kind.min_value - 1, "min_value"), (field.kind.max_value + 1, "max_value")):
                    with self.subTest(field.name, value=value):
                        response = self.alice.post("/todos", {**self.body, field.name: value})
                        self.assert_fault(response, f"/{field.name}", code)

    def test_a_put_takes_back_what_it_leaves_out(self):
        self.alice.todo(**self.body)

        todo = self.alice.put(self.address, {"title": "bare"}).json()

        defaults_of = {field.name: None if field.is_nullable else field.default for field in self.fields}
        bare = {name: SHOWN.get(name, value) for name, value in defaults_of.items()}
        self.assert_shows(todo, {**bare, "title": "bare"})

    def test_the_export_has_them(self):
        self.alice.todo(**self.body)

        rows = json.loads(self.alice.get("/me/export").getvalue())["todos"]

        self.assert_shows(next(row for row in rows if row["id"] == self.body["id"]), self.first)


class JsonIsWrittenOut(SimpleTestCase):
    """The function that is made of the fields, and a loop over them."""

    shown = {
        kinds.Since: lambda value: value is not None,
        kinds.TimeOfDay: lambda value: value and value.isoformat("minutes"),
        kinds.Zone: lambda value: value or None,
        kinds.Color: lambda value: value or None,
        kinds.Recurrence: lambda value: value or None,
        kinds.Opaque: lambda value: json.loads(value) if value else None,
        kinds.Parameters: json.loads,
        kinds.Reminders: lambda value: json.loads(value) if value else [],
    }
    # What a column may hold; the others hold anything.
    values: dict[str, tuple[Any, ...]] = {
        "due_date": (date(2026, 3, 29),),
        "due_time": (None, time(0), time(2, 30)),
        "time_zone": ("", "Europe/Berlin"),
        "owner_zone": ("UTC", "Asia/Tokyo"),
        "color": ("", "#00ff00"),
        "rrule": ("", "FREQ=DAILY"),
        "reminders": ("", '[{"minutes_before":10}]', '[{"at":"9998-03-29T02:30"}]'),
        "starts_on": (None, date(2026, 3, 28)),
        "query": ("{}", '{"due":["today"]}'),
        "meta": ("", "{}", '{"a":[1]}'),
        "due_at": (datetime(2026, 3, 29, 1, 30, tzinfo=UTC),),
    }

    def plainly(self, fields: Fields, row: tuple[Any, ...]) -> dict[str, Any]:
        values = dict(zip(columns(fields), row, strict=True))
        return {field.name: self.value(field, [values[name] for name in field.columns]) for field in fields}

    def value(self, field: Field, given: list[Any]) -> Any:
        if field.show:
            return None if given[0] is None else field.show(*given)
        return self.shown.get(type(field.kind), lambda value: value)(*given)

    def test_both_give_the_same(self):
        chance = random.Random(1)
        for model, fields in DECLARED:
            to_json = compile_to_json(fields)
            for _ in range(300):
                row = tuple(chance.choice(self.values.get(column, (None, 0, column))) for column in columns(fields))
                with self.subTest(model.__name__, row=row):
                    self.assertEqual(list(to_json(row).items()), list(self.plainly(fields, row).items()))
