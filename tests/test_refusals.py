from django.test import SimpleTestCase
from rest_framework import serializers

from tests import refusals
from tests.todos.case import TodosTestCase


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
