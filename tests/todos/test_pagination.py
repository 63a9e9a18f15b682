from tests.todos.case import TodosTestCase

NAMES = ("position", "due", "priority", "created_at", "updated_at", "title")


class Pages(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        # Many equal and many missing keys, in no order.
        operations = [
            {
                "op": "create",
                "title": f"todo {number * 7 % 5}",
                "priority": number % 2,
                "due_date": f"2026-06-0{number % 3 + 1}" if number % 2 else None,
            }
            for number in range(23)
        ]
        self.todos = self.alice.post("/todos/bulk", {"operations": operations}).json()["results"]
        self.ids = {todo["id"] for todo in self.todos}

    def page(self, url):
        response = self.alice.get(url)
        self.assertEqual(response.status_code, 200, response.content)
        return response.json()

    def walk(self, url, link="next", between=lambda: None):
        """The ids on each page, following a link to its end."""
        pages = []
        while url:
            page = self.page(url)
            pages.append([todo["id"] for todo in page["results"]])
            url = page[link]
            between()
        return pages

    def flat(self, pages):
        return [uid for page in pages for uid in page]

    def test_every_ordering_shows_every_row_once_in_both_directions(self):
        for name in NAMES:
            for ordering in (name, f"-{name}"):
                with self.subTest(ordering):
                    whole = self.flat(self.walk(f"/todos?ordering={ordering}&page_size=200"))
                    pages = self.walk(f"/todos?ordering={ordering}&page_size=5")
                    self.assertEqual([len(page) for page in pages], [5, 5, 5, 5, 3])
                    self.assertEqual((self.flat(pages), set(whole)), (whole, self.ids))

    def test_the_way_back_shows_the_same_pages(self):
        for ordering in ("position", "-due", "priority"):
            with self.subTest(ordering):
                url = f"/todos?ordering={ordering}&page_size=5"
                forward = self.walk(url)
                last = url
                while following := self.page(last)["next"]:
                    last = following
                back = self.walk(last, "previous")
                self.assertEqual(self.flat(back[::-1]), self.flat(forward))

    def test_the_first_page_has_no_previous_and_the_last_no_next(self):
        only = self.page("/todos?page_size=23")

        self.assertEqual((only["next"], only["previous"]), (None, None))

    def test_rows_that_vanish_or_appear_disturb_no_others(self):
        for name in NAMES:
            with self.subTest(name):
                url = f"/todos?ordering={name}&page_size=4"
                first = self.page(url)
                seen = [todo["id"] for todo in first["results"]]
                # The row the cursor stands on goes, and new ones come on both sides of it.
                self.alice.delete(f"/todos/{seen[-1]}")
                new = self.alice.todo(title="aaa"), self.alice.todo(title="zzz", priority=3)
                rest = self.flat(self.walk(first["next"]))
                old = [uid for uid in seen + rest if uid in self.ids]
                self.assertEqual((len(old), set(old)), (len(self.ids), self.ids))
                self.ids.remove(seen[-1])
                self.ids |= {todo["id"] for todo in new}

    def test_a_page_that_has_become_empty_leads_back(self):
        first = self.page("/todos?page_size=20")
        for todo in self.page(first["next"])["results"]:
            self.alice.delete(f"/todos/{todo['id']}")

        empty = self.page(first["next"])

        self.assertEqual((empty["results"], empty["next"]), ([], None))
        self.assertEqual(self.page(empty["previous"])["results"], first["results"])

    def test_a_cursor_is_good_for_its_user_ordering_and_filters_only(self):
        cursor = self.page("/todos?page_size=5&status=open")["next"].split("cursor=")[1].split("&")[0]

        good = f"/todos?status=open&cursor={cursor}"
        self.assertEqual(self.alice.get(good).status_code, 200)
        self.assertEqual(self.alice.get(f"{good}&page_size=7").status_code, 200)
        self.assert_fault(self.mallory.get(good), "/cursor", "bad_cursor")
        self.assert_fault(self.alice.get(f"{good}&ordering=due"), "/cursor", "bad_cursor")
        self.assert_fault(self.alice.get(f"{good}&priority_gte=1"), "/cursor", "bad_cursor")
        self.assert_fault(self.alice.get(f"/lists?cursor={cursor}"), "/cursor", "bad_cursor")

    def test_a_cursor_that_was_tampered_with_is_refused(self):
        cursor = self.page("/todos?page_size=5")["next"].split("cursor=")[1].split("&")[0]

        for index in range(0, len(cursor), 7):
            other = "A" if cursor[index] != "A" else "B"
            forged = cursor[:index] + other + cursor[index + 1 :]
            with self.subTest(index):
                self.assert_fault(self.alice.get(f"/todos?cursor={forged}"), "/cursor", "bad_cursor")

    def test_a_cursor_shows_no_key_of_the_database(self):
        import base64

        cursor = self.page("/todos?page_size=5")["next"].split("cursor=")[1].split("&")[0]
        payload = base64.urlsafe_b64decode(cursor + "==")[16:]

        self.assertEqual(payload.count(b","), 3)
        self.assertIn(self.page("/todos?page_size=5")["results"][-1]["id"].replace("-", "").encode(), payload)

    def test_lists_and_tags_come_in_pages_too(self):
        for name in ("a", "B", "c"):
            self.alice.make("lists", name=name)
            self.alice.make("tags", name=name)

        self.assertEqual([len(page) for page in self.walk("/lists?page_size=3")], [3, 1])
        self.assertEqual([len(page) for page in self.walk("/tags?page_size=2")], [2, 1])
