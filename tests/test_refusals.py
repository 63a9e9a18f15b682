import ast
from collections.abc import Iterator
from pathlib import Path

from django.test import SimpleTestCase
from rest_framework import serializers

from tests import refusals
from tests.todos.case import TodosTestCase
from todos.api.docs.codes import CODES, FAULT_CODES, NOTE_CODES, PARAMS, TYPES

# Calls that take a code, and then a text, and what else they take that is no parameter of it.
NAMING = {
    "Code",
    "fault",
    "refusal",
    "query_fault",
    "Invalid",
    "Conflict",
    "Full",
    "Stale",
    "RequestFailed",
    "RuleRefused",
}
BESIDE = {"pointer", "uid", "current"}
ROOT = Path(__file__).resolve().parent.parent


class Amount(serializers.Serializer):
    name = serializers.CharField(max_length=3)
    number = serializers.IntegerField(max_value=3)
    names = serializers.ListField()
    flag = serializers.BooleanField()
    choice = serializers.ChoiceField(["a"])


class TheTextsOfRefusals(SimpleTestCase):
    def test_those_of_a_framework_are_noticed(self):
        bodies = [{}, [], {name: {} for name in Amount().fields}, {**dict.fromkeys(Amount().fields), "name": "long"}]
        for body in bodies:
            serializer = Amount(data=body)
            serializer.is_valid()
            for name, faults in serializer.errors.items():
                for fault in faults:
                    with self.subTest(name, fault=fault), self.assertRaises(refusals.ProgrammersWordsError):
                        refusals.require_plain(str(fault))

    def test_words_of_english_are_not(self):
        for text in ("This list is in the trash.", "This has to be true or false.", "Choose one of none, all."):
            refusals.require_plain(text)


class EveryRefusal(TodosTestCase):
    def test_has_a_code_that_the_document_has_for_its_operation(self):
        request = self.alice.post("/todos", {}).wsgi_request
        fine = {"status": 409, "code": "id_conflict", "errors": [{"code": "id_conflict"}]}
        refusals.require_documented(fine, request)

        for wrong in ({"code": "stale"}, {"code": "made_up"}, {"errors": [{"code": "made_up"}]}):
            with self.subTest(wrong), self.assertRaises(refusals.UndocumentedCodeError):
                refusals.require_documented({**fine, **wrong}, request)

    def test_is_read_when_any_test_gets_one(self):
        refusals.texts_read.clear()

        self.alice.post("/todos", {"title": 1, "tags": {}})

        self.assertEqual(refusals.texts_read, {"This has to be text.", "This has to be an array in brackets."})


class WhatCodesPromise(SimpleTestCase):
    def test_everything_that_names_a_code_gives_its_parameters(self):
        """Also what no test provokes."""
        named = [found for path in sorted(ROOT.glob("todo*/**/*.py")) for found in codes_named(path)]
        wrong = [(where, code, given) for where, code, given in named if given != {*PARAMS.get(code, ())}]

        self.assertGreater(len(named), 80)
        self.assertEqual(wrong, [])

    def test_only_codes_that_there_are_promise_anything(self):
        self.assertEqual(PARAMS.keys() - {*CODES, *FAULT_CODES, *NOTE_CODES, "too_many_parameters"}, set())
        self.assertEqual({name for names in PARAMS.values() for name in names}, {*TYPES})


def codes_named(path: Path) -> Iterator[tuple[str, str, set[str]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMING:
            place = 1 if node.func.id == "query_fault" else 0
            literal = next((each.value for each in node.args[place:] if isinstance(each, ast.Constant)), None)
            names = {each.arg for each in node.keywords}
            if isinstance(literal, str) and literal.islower() and None not in names:
                yield f"{path.name}:{node.lineno}", literal, names - BESIDE


class SaidInAnyLanguage(TodosTestCase):
    def test_what_does_not_follow_from_code_and_params_is_noticed(self):
        refusals.require_translatable(
            {"code": "max_length", "params": {"max": 5}, "detail": "Write at most 5 characters."}
        )
        for wrong in (
            {"code": "max_length", "detail": "Write less."},
            {"code": "blank", "params": {"max": 5}, "detail": "This can't be blank."},
            {"code": "max_length", "params": {"max": 5}, "detail": "Write at most 7 characters."},
            {"code": "cycle", "detail": "The list 'work' is full."},
            {"code": "max_length", "params": {"max": 5}, "detail": "There can be at most 5."},
            {"results": [{"errors": [{"code": "blank", "params": {"max": 5}, "detail": "This can't be blank."}]}]},
            {"code": "invalid", "detail": "No.", "errors": [{"code": "blank", "detail": "This can't be blank."}]},
        ):
            with self.subTest(wrong), self.assertRaises(refusals.UntranslatableError):
                refusals.require_translatable(wrong)

    def test_the_api_itself_answers_in_english(self):
        plain = self.alice.post("/todos", {"title": ""})
        for language in ("de", "fr-CH, fr;q=0.9", "ar"):
            with self.subTest(language):
                answer = self.alice.post("/todos", {"title": ""}, **{"Accept-Language": language})
                self.assertEqual(answer.json()["errors"], plain.json()["errors"])
                self.assertNotIn("Accept-Language", answer.get("Vary", ""))
                self.assertNotIn("Content-Language", answer.headers)

    def test_outcomes_of_single_edits_have_params(self):
        todo = self.alice.todo()
        self.alice.delete(f"/todos/{todo['id']}")
        edits = [
            {"kind": "todo", "id": todo["id"], "title": "late"},
            {"kind": "todo", "id": todo["id"], "title": "x" * 501},
        ]

        conflict, rejected = self.alice.post("/changes", {"changes": edits}).json()["results"]

        self.assertEqual((conflict["code"], conflict["params"]), ("trashed", {"kind": "todo"}))
        self.assertEqual((rejected["errors"][0]["code"], rejected["errors"][0]["params"]), ("max_length", {"max": 500}))
