"""What `q` finds, and in which order of relevance."""

from __future__ import annotations

from typing import Any
from unittest import skipUnless
from uuid import UUID

from django.db import connection

from tests.todos.case import TodosTestCase
from todos.models import Todo


class Searches(TodosTestCase):
    def found(self, q: str, **parameters: Any) -> list[str]:
        return sorted(self.alice.titles(q=q, **parameters))

    def assert_found(self, cases: dict[str, list[str]]) -> None:
        for q, titles in cases.items():
            with self.subTest(q):
                self.assertEqual(self.found(q), titles)


class Words(Searches):
    def test_every_word_is_in_title_notes_or_tags(self):
        self.alice.todo(title="Buy milk", notes="Two litres", tags=["Household", "dairy stuff"])
        self.alice.todo(title="Sell milk")

        both = ["Buy milk", "Sell milk"]
        self.assert_found(
            {
                "milk": both,
                "milk buy": ["Buy milk"],
                "litres milk household": ["Buy milk"],
                "stuff": ["Buy milk"],
                "buy sell": [],
                "nothing": [],
            }
        )

    def test_of_the_last_word_a_beginning_is_enough(self):
        self.alice.todo(title="Buy milk", tags=["household"])

        one = ["Buy milk"]
        self.assert_found({"mi": one, "m": one, "ilk": [], "buy mi": one, "mi buy": [], "buy house": one, "bu -x": []})

    def test_case_and_accents_make_no_difference(self):
        for written, asked in {
            "ÄRGER": "arger",
            "größer": "GRÖSSER",
            "MASSE": "maße",
            "ΗΛΙΟΣ": "ήλιος",
            "ёлка": "ЕЛКА",
            "İstanbul": "istanbul",
            "k\u0131z": "KIZ",
            "ﬁn": "ﬁN",
            "DŽEP": "džep",
            "𐐀": "𐐨",
            "Cafe\u0301": "café",
            "한국어": "한국어",
            "हिन्दी": "हिन्दी",
        }.items():
            with self.subTest(written):
                self.alice.todo(title=f"<{written}>")
                self.alice.todo(title="x", notes=f"a\n<{written}>")
                self.alice.todo(title="y", tags=[f"<{written}>"])
                self.assertEqual(self.found(asked), sorted([f"<{written}>", "x", "y"]))
                self.assertEqual(len(self.found(f"-{asked}")), Todo.objects.count() - 3)

    def test_a_phrase_is_words_one_after_the_other_in_one_place(self):
        self.alice.todo(title="The oat milk", notes="is gone", tags=["far away", "home"])

        one = ["The oat milk"]
        self.assert_found({'"oat milk"': one, '"Oat, milk!"': one, '"milk oat"': [], '"oat mil"': [], '"oat mil': one})
        self.assert_found({'"milk is"': [], '"gone far"': [], '"away home"': [], '"far away" "the oat"': one})

    def test_what_signs_join_is_a_phrase(self):
        self.alice.todo(title="Re-read the e-mail of AT&T, 3.50 €")

        for q, count in {"e-mail": 1, "mail-e": 0, "at&t": 1, "t&at": 0, "3.5": 1, "5.3": 0, "re-rea": 1}.items():
            with self.subTest(q):
                self.assertEqual(len(self.found(q)), count)

    def test_a_minus_excludes(self):
        self.alice.todo(title="oat milk", tags=["home"])
        self.alice.todo(title="soy milk", notes="of oat")

        both = ["oat milk", "soy milk"]
        self.assert_found({"milk -soy": ["oat milk"], "-home milk": ["soy milk"], "-soy": ["oat milk"], "-so": both})
        self.assert_found({'-"oat milk"': ["soy milk"], "-milk": [], "milk -": both, "-oat -x": [], "milk -oat": []})

    def test_letters_of_languages_without_spaces_and_emoji_are_words(self):
        near, apart = "買牛奶 🎉🎉", "牛和奶"
        self.alice.todo(title=near)
        self.alice.todo(title=apart)

        self.assert_found({"牛奶": [near], "牛 奶": [apart, near], "🎉": [near], "-🎉": [apart]})

    def test_signs_only_stand_between_words(self):
        percent, quoted = "100% sure_thing", r"back\slash (and) [more] .* 'quoted' a:b!"
        self.alice.todo(title=percent)
        self.alice.todo(title=quoted)

        for q in ("", " ", '"', "-", '-"', "%", "_", "\\", ".*", "'", ":*", "!", "&|", "/", '""'):
            with self.subTest(q):
                self.assertEqual(self.found(q), [percent, quoted])
        self.assert_found({"100%": [percent], "sure": [percent], "1%": [percent], "b\\s": [], "more|x": []})
        self.assert_found({"'quoted": [quoted], "a:b": [quoted], "quoted:*": [quoted], "/more": [quoted]})

    def test_very_long_words_are_told_apart_by_their_beginning(self):
        self.alice.todo(title="long", notes="x" * 20_000)

        self.assert_found({"x" * 200: ["long"], "x" * 99 + "y": [], "x" * 100 + " long": ["long"]})

    def test_notes_of_letters_that_stand_for_many_are_stored(self):
        for letter in ("\ufdfa", "\u3300", "牛", "a ", "\u0301\u0316", "\U0001d51e"):
            with self.subTest(letter):
                todo = self.alice.todo(title="many", notes="a" + letter * (19_999 // len(letter)))
                self.assertEqual(self.found("many"), ["many"])
                self.alice.patch(f"/todos/{todo['id']}", {"title": "done"})

    def test_too_much_is_refused(self):
        self.assert_fault(self.alice.get("/todos", {"q": "x" * 201}), "/q", "max_length")
        self.assert_fault(self.alice.get("/todos", {"q": "a\0b"}), "/q", "null_characters_not_allowed")
        words = " ".join(f"{number:x}" for number in range(33))
        self.assert_fault(self.alice.get("/todos", {"q": words}), "/q", "max_terms")
        self.assertEqual(self.alice.titles(q=words.rpartition(" ")[0]), [])
        self.assertEqual(self.alice.titles(q="a " * 100), [])

    def test_it_narrows_what_other_filters_choose(self):
        done, gone = self.alice.todo(title="milk done", completed=True), self.alice.todo(title="milk gone")
        self.alice.todo(title="milk open", tags=["a"])
        self.alice.delete(f"/todos/{gone['id']}")

        self.assertEqual(self.found("mil"), ["milk done", "milk open"])
        self.assertEqual(self.found("mil", status="completed"), [done["title"]])
        self.assertEqual(self.found("mil", status="trashed"), ["milk gone"])
        self.assertEqual(self.found("milk a", tag="A", status="open"), ["milk open"])
        self.assertEqual(self.alice.get("/todos", {"q": "milk", "total": "true"}).json()["total"], 2)

    def test_others_are_not_found(self):
        self.alice.todo(title="secret milk")
        self.mallory.todo(title="her milk")

        for q in ("milk", "secret", '"secret milk"', "-her", "s"):
            with self.subTest(q):
                self.assertNotIn("secret milk", self.mallory.titles(q=q))
        self.assertEqual(self.mallory.titles(q="milk", ordering="relevance"), ["her milk"])


class WordsThatChange(Searches):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(title="first", notes="words", tags=["home"])

    def change(self, **values: Any) -> None:
        self.assertEqual(self.alice.patch(f"/todos/{self.todo['id']}", values).status_code, 200)

    def test_title_notes_and_tags_are_found_as_they_are_now(self):
        self.change(title="second")
        self.assert_found({"first": [], "second words home": ["second"]})
        self.change(notes="text")
        self.assert_found({"words": [], "second text home": ["second"]})
        self.change(tags_add=["office"])
        self.assert_found({"second text home office": ["second"]})
        self.change(tags=["away"])
        self.assert_found({"home": [], "office": [], "second text away": ["second"]})
        self.alice.put(f"/todos/{self.todo['id']}", {"title": "third"})
        self.assert_found({"second": [], "away": [], "text": [], "third": ["third"]})

    def test_a_bulk_writes_words_too(self):
        operations = [{"op": "create", "title": "made", "tags": ["home"]}]
        operations += [{"op": "update", "id": self.todo["id"], "title": "changed"}]
        self.assertEqual(self.alice.post("/todos/bulk", {"operations": operations}).status_code, 200)

        self.assert_found({"home": ["changed", "made"], "first": []})

    def test_other_signs_about_the_same_words_leave_them_found(self):
        for title in ("“First”", "“first”", "„first“", "first"):
            with self.subTest(title):
                self.alice.patch(f"/todos/{self.todo['id']}", {"title": title})

                self.assert_found({"first home": [title]})

    def test_a_change_to_what_is_there_writes_no_words(self):
        values = {"title": "first", "tags": ["away", "home"]}
        self.alice.patch(f"/todos/{self.todo['id']}", values)
        self.rename("away", "zoo")
        renamed = self.alice.get(f"/todos/{self.todo['id']}").json()

        again = self.alice.patch(f"/todos/{self.todo['id']}", {**values, "tags": ["home", "zoo"]}).json()

        self.assertEqual(again["version"], renamed["version"])

    def test_a_tag_is_found_by_its_new_name(self):
        self.alice.todo(title="other", tags=["homely"])
        self.rename("home", "my castle")

        self.assert_found({"castle": ["first"], '"my castle"': ["first"], "home": ["other"]})

    def test_a_tag_that_is_gone_is_not_found(self):
        self.alice.todo(title="other", tags=["homely"])
        self.alice.delete(f"/tags/{self.tag('home')}")

        self.assert_found({"home": ["other"], "first": ["first"]})

    def test_tags_with_the_same_words_are_kept_apart(self):
        self.alice.todo(title="both", tags=["Cafe", "Café", "!", "?"])
        self.alice.todo(title="one", tags=["Café"])
        self.rename("Café", "Bistro")
        self.assert_found({"cafe": ["both"], "bistro": ["both", "one"]})
        self.rename("!", "sign")
        self.assert_found({"sign cafe bistro": ["both"]})

        self.alice.delete(f"/tags/{self.tag('Bistro')}")
        self.assert_found({"cafe": ["both"], "bistro": [], "sign": ["both"]})
        self.alice.delete(f"/tags/{self.tag('Cafe')}")
        self.assert_found({"cafe": [], "sign": ["both"]})

    def test_deleting_one_of_two_tags_with_the_same_words_leaves_the_other(self):
        self.alice.todo(title="both", tags=["Cafe", "Café"])

        self.alice.delete(f"/tags/{self.tag('Cafe')}")

        self.assert_found({"cafe": ["both"]})

    def test_renaming_one_of_two_tags_with_the_same_words_makes_a_todo_no_longer(self):
        self.alice.todo(title="both", tags=["Cafe", "Café"])
        words = Todo.objects.get(title="both").search

        for _ in range(3):
            self.rename("Café", "Bistro")
            self.rename("Bistro", "Café")

        self.assertEqual(Todo.objects.get(title="both").search, words)
        self.assert_found({"cafe": ["both"], "bistro": []})

    def test_a_tag_that_is_only_written_otherwise_is_still_found(self):
        self.rename("home", "HOME!")

        self.assert_found({"home": ["first"]})

    def rename(self, name: str, new: str) -> None:
        self.assertEqual(self.alice.patch(f"/tags/{self.tag(name)}", {"name": new}).status_code, 200)

    def tag(self, name: str) -> str:
        return next(tag["id"] for tag in self.alice.get("/tags").json()["results"] if tag["name"] == name)


class WordsOfTheVersionBefore(Searches):
    """It knows nothing of the column, and may run beside this one for a while."""

    def setUp(self) -> None:
        super().setUp()
        self.uid = UUID(self.alice.todo(title="seed", notes="Café", tags=["home"])["id"])

    def test_what_it_creates_is_found(self):
        made = "Été: made's 'before'\\"
        row = Todo.objects.values().get(uid=self.uid) | {"title": made, "uid": UUID(int=7)}
        del row["id"], row["search"]
        names = [Todo._meta.get_field(name).column for name in row]
        is_text = connection.vendor == "sqlite"
        values = [value.hex if is_text and isinstance(value, UUID) else value for value in row.values()]
        with connection.cursor() as cursor:
            marks = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO todos_todo ({', '.join(names)}) VALUES ({marks})", values)

        self.assert_found({"ete": [made], "cafe zz": [], "before cafe": [made], '"made s before"': [made]})
        self.assertEqual(self.alice.titles(q="cafe", ordering="relevance"), [made, "seed"])

    @skipUnless(connection.vendor == "postgresql", "SQLite has one program at a time")
    def test_what_it_changes_is_found(self):
        Todo.objects.filter(uid=self.uid).update(title="Größe")
        self.assert_found({"seed": [], "große cafe home": ["Größe"]})
        Todo.objects.filter(uid=self.uid).update(notes="x" * 300)
        self.assert_found({"cafe": [], "große home": ["Größe"], "x" * 90: ["Größe"]})

    def test_another_case_of_the_title_leaves_the_words_as_they_were(self):
        self.alice.patch(f"/todos/{self.uid}", {"title": "SEED!"})

        self.assert_found({"seed home cafe": ["SEED!"]})


class ByRelevance(Searches):
    def setUp(self) -> None:
        super().setUp()
        for title, notes, tags in (
            ("tag", "", ["milk oat"]),
            ("early oat milk", "", []),
            ("notes", "milk, oat", []),
            ("mixed milk", "oat", []),
            ("late milk, oat", "", []),
            ("half milk", "", ["oat"]),
            ("neither", "", []),
        ):
            self.alice.todo(title=title, notes=notes, tags=tags)
        self.expected = ["late milk, oat", "early oat milk", "mixed milk", "notes", "half milk", "tag"]

    def test_title_before_notes_before_tags_then_the_latest_change(self):
        self.assertEqual(self.alice.titles(q="milk oat", ordering="relevance"), self.expected)
        self.assertEqual(self.alice.titles(q="milk oat", ordering="-relevance"), self.expected[::-1])
        early = self.alice.get("/todos", {"q": "early"}).json()["results"][0]
        self.alice.patch(f"/todos/{early['id']}", {"priority": 1})
        self.assertEqual(
            self.alice.titles(q="milk oat", ordering="relevance")[:2], ["early oat milk", "late milk, oat"]
        )

    def test_phrases_and_exclusion_take_part(self):
        self.assertEqual(self.alice.titles(q='"milk oat"', ordering="relevance"), ["late milk, oat", "notes", "tag"])
        self.assertEqual(self.alice.titles(q="milk -late -oat", ordering="relevance"), [])
        self.assertEqual(self.alice.titles(q="milk -early mi", ordering="relevance")[0], "half milk")

    def test_without_words_the_latest_change_is_first(self):
        latest = self.alice.titles(ordering="updated_at")
        for parameters in ({}, {"q": ""}, {"q": '"'}, {"q": "-nothing"}):
            with self.subTest(parameters):
                self.assertEqual(self.alice.titles(ordering="relevance", **parameters), latest[::-1])
                self.assertEqual(self.alice.titles(ordering="-relevance", **parameters), latest)

    def test_pages_show_everything_once_in_both_directions(self):
        for ordering, expected in (("relevance", self.expected), ("-relevance", self.expected[::-1])):
            for size in (1, 2, 4):
                with self.subTest(ordering, size=size):
                    page = self.alice.get("/todos", {"q": "milk oat", "ordering": ordering, "page_size": size}).json()
                    pages = [page]
                    while page["next"]:
                        pages.append(page := self.alice.get(page["next"]).json())
                    self.assertEqual([todo["title"] for page in pages for todo in page["results"]], expected)
                    for known in pages[-2::-1]:
                        page = self.alice.get(page["previous"]).json()
                        self.assertEqual(page["results"], known["results"])

    def test_a_todo_that_changes_between_pages_hides_no_other(self):
        page = self.alice.get("/todos", {"q": "milk oat", "ordering": "relevance", "page_size": 2}).json()
        self.alice.patch(f"/todos/{page['results'][1]['id']}", {"title": "elsewhere"})
        rest = self.alice.get(f"{page['next'].replace('page_size=2', 'page_size=50')}").json()["results"]

        self.assertEqual([todo["title"] for todo in rest], self.expected[2:])
