"""Operators look at todos, lists and tags; what they change is a change like the owner's own."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from tests.todoproject.operators import AdminTestCase
from todos.models import List, Tag, Todo, View

TODOS = "/todos/todo/"


class TodosAreLookedAt(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="Buy milk", notes="for the secret party", due_date="2020-01-31", tags=["shop"])
        self.mallory.todo(title="Evil plan")
        self.todo = Todo.objects.get(title="Buy milk")

    def test_by_owner_whatever_finds_the_owner(self):
        for text in (str(self.alice.user.pk), "alice", "alice@example.com", "Alice Ad"):
            with self.subTest(text):
                page = self.shown(self.sam.get(TODOS, {"owner": text}))

                self.assertIn("Buy milk", page)
                self.assertNotIn("Evil plan", page)

    def test_nobody_finds_out_by_it_whose_address_is_whose(self):
        self.sam.user.groups.clear()
        self.sam.user.user_permissions.add(Permission.objects.get(codename="view_todo"))

        self.assertNotIn("Buy milk", self.shown(self.sam.get(TODOS, {"owner": "alice@example.com"})))

    def test_by_id_and_by_title(self):
        for text in (str(self.todo.uid), "milk", "BUY"):
            page = self.shown(self.sam.get(TODOS, {"q": text}))

            self.assertIn("Buy milk", page)
            self.assertNotIn("Evil plan", page)

    def test_by_state_and_due_day(self):
        self.alice.delete(f"/todos/{Todo.objects.get(title='Buy milk').uid}")
        self.alice.todo(title="Overdue", due_date="2020-02-01")
        for query, title in (("state=trashed", "Buy milk"), ("due=overdue", "Overdue"), ("due=none", "Evil plan")):
            with self.subTest(query):
                response = self.sam.get(f"{TODOS}?{query}")

                self.assertEqual([todo.title for todo in response.context["cl"].result_list], [title])

    def test_by_list_and_by_tag(self):
        for query in (f"list={self.todo.list_id}", f"tag={Tag.objects.get().pk}"):
            response = self.sam.get(f"{TODOS}?{query}")

            self.assertEqual([todo.title for todo in response.context["cl"].result_list], ["Buy milk"])

    def test_by_day_of_creation(self):
        day = self.todo.created_at
        query = f"created_at__year={day.year}&created_at__month={day.month}&created_at__day={day.day}"

        self.assertIn("Buy milk", self.shown(self.sam.get(f"{TODOS}?{query}")))
        self.assertNotIn("Buy milk", self.shown(self.sam.get(f"{TODOS}?created_at__year={day.year - 1}")))

    def test_the_calendar_offers_the_days_between_the_first_row_and_the_last(self):
        for title, day in (("Buy milk", "2026-02-27"), ("Evil plan", "2026-03-02")):
            Todo.objects.filter(title=title).update(created_at=f"{day}T12:00:00Z")

        for query, choices in (
            ("", ["2026"]),
            ("created_at__year=2026", ["February 2026", "March 2026"]),
            ("created_at__year=2026&created_at__month=2", ["27 February", "28 February"]),
            ("created_at__year=2025", []),
        ):
            calendar = self.sam.get(f"{TODOS}?{query}").context["cl"].calendar

            self.assertEqual([choice["title"] for choice in calendar["choices"]], choices, query)

    def test_the_owner_is_called_by_name(self):
        self.assertIn("Alice Adler", self.shown(self.sam.get(TODOS)))

    def test_the_page_takes_few_statements_however_many_rows_it_has(self):
        for number in range(20):
            self.alice.todo(title=f"Todo {number}")
        self.sam.get(TODOS)

        with self.assertNumQueries(9):
            self.shown(self.sam.get(TODOS))

    def test_reminders_are_said_in_words(self):
        reminders = [{"minutes_before": minutes} for minutes in (2880, 90, 0, -540)]
        uid = self.alice.todo(due_date="2026-12-01", reminders=[*reminders, {"at": "2026-11-28T09:00"}])["id"]

        page = self.shown(self.sam.get(f"{TODOS}{Todo.objects.get(uid=uid).pk}/change/"))

        words = "2 days before, 90 minutes before, when it is due, 9 hours after, 2026-11-28 09:00"
        self.assertIn(words, page)

    def test_support_changes_nothing(self):
        page = f"{TODOS}{self.todo.pk}/change/"
        self.assertNotIn("<textarea", self.shown(self.sam.get(page)))

        self.assertEqual(self.sam.post(page, {"title": "Mine", "reason": "fun"}).status_code, 403)
        self.sam.act(TODOS, "trash", self.todo.pk)
        self.assertEqual(self.alice.titles(), ["Buy milk"])

    def test_nobody_adds_or_deletes(self):
        self.assertEqual(self.olivia.get(f"{TODOS}add/").status_code, 403)
        self.assertEqual(self.olivia.post(f"{TODOS}{self.todo.pk}/delete/", {"post": "yes"}).status_code, 403)

    def test_privacy_looks_at_no_todo(self):
        self.assertEqual(self.petra.get(TODOS).status_code, 403)
        self.assertEqual(self.petra.get(f"{TODOS}{self.todo.pk}/change/").status_code, 403)


class NotesArePrivate(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="Buy milk", notes="for the secret party")
        self.todo = Todo.objects.get()
        self.page = f"{TODOS}{self.todo.pk}"

    def test_they_are_on_no_page(self):
        for operator in (self.sam, self.olivia):
            for path in (TODOS, f"{self.page}/change/", f"{self.page}/history/", f"{self.page}/notes/"):
                self.assertNotIn(b"secret party", operator.get(path).content)

    def test_support_may_not_read_them(self):
        self.assertEqual(self.sam.post(f"{self.page}/notes/", {"reason": "curious"}).status_code, 403)

    def test_with_the_permission_they_are_read_for_a_reason_that_is_logged(self):
        self.sam.user.user_permissions.add(Permission.objects.get(codename="view_notes"))
        self.assertNotIn("secret party", self.shown(self.sam.post(f"{self.page}/notes/", {"reason": " "})))
        self.assertEqual(self.sam.log, [])

        self.assertIn("secret party", self.shown(self.sam.post(f"{self.page}/notes/", {"reason": "ticket 12"})))
        self.assertEqual(self.sam.log, ["Read the notes. Reason: ticket 12"])

    def test_no_filter_and_no_search_finds_out_what_they_say(self):
        for query in ("notes__contains=secret", "notes__startswith=for", "notes=x", "notes__regex=s"):
            self.assertEqual(self.olivia.get(f"{TODOS}?{query}").status_code, 400, query)
        self.assertNotIn("Buy milk", self.shown(self.olivia.get(TODOS, {"q": "secret party"})))


class WhatOperatorsChangeIsAChange(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.json = self.alice.todo(title="Buy milk")
        self.todo = Todo.objects.get()

    def save(self, path: str, **values: Any) -> Any:
        form = {"reason": "asked by phone", "seen_version": self.json["version"], "priority": 0, **values}
        return self.olivia.post(path, form)

    def seen(self) -> dict[str, Any]:
        return self.alice.get(f"/todos/{self.json['id']}").json()

    def test_an_edit_raises_the_version_and_keeps_the_rest(self):
        self.save(f"{TODOS}{self.todo.pk}/change/", title="Buy oat milk", due_date="2030-01-31")

        seen = self.seen()
        self.assertEqual((seen["title"], seen["due_date"]), ("Buy oat milk", "2030-01-31"))
        self.assertEqual(seen["version"], self.alice.version)
        self.assertGreater(seen["version"], self.json["version"])
        self.assertEqual(self.olivia.log, ["Changed title, due_date. Reason: asked by phone"])

    def test_a_row_that_has_changed_meanwhile_is_left_alone(self):
        self.alice.patch(f"/todos/{self.json['id']}", {"title": "Buy soy milk"})

        self.save(f"{TODOS}{self.todo.pk}/change/", title="Buy oat milk")

        self.assertEqual(self.seen()["title"], "Buy soy milk")
        self.assertEqual(self.olivia.log, [])

    def test_what_the_api_refuses_is_refused_here(self):
        faults = ({"title": " "}, {"title": "a\x07"}, {"title": "x" * 501}, {"priority": 4}, {"due_date": "0001-01-01"})
        for fault in (*faults, {"due_time": "12:00"}, {"reason": ""}, {"seen_version": "x"}, {"seen_version": 2**70}):
            with self.subTest(fault):
                response = self.save(f"{TODOS}{self.todo.pk}/change/", **{"title": "Buy oat milk", **fault})

                self.assertIn(response.status_code, {200, 302})
                self.assertEqual(self.seen(), self.json)

    def test_support_restores_from_the_trash(self):
        self.alice.delete(f"/todos/{self.json['id']}")
        before = self.alice.version

        self.sam.act(TODOS, "restore", self.todo.pk, reason="ticket 7")

        self.assertEqual(self.alice.titles(), ["Buy milk"])
        self.assertEqual(self.seen()["version"], before + 1)
        self.assertEqual(self.sam.log, ["Restored from the trash. Reason: ticket 7"])

    def test_rows_of_several_owners_are_restored_together(self):
        self.alice.delete(f"/todos/{self.json['id']}")
        self.mallory.delete(f"/todos/{self.mallory.todo(title='Evil plan')['id']}")

        self.sam.act(TODOS, "restore", *Todo.objects.values_list("pk", flat=True))

        self.assertEqual((self.alice.titles(), self.mallory.titles()), (["Buy milk"], ["Evil plan"]))

    def test_a_superuser_moves_to_the_trash(self):
        self.olivia.act(TODOS, "trash", self.todo.pk, reason="illegal content")

        self.assertEqual(self.alice.titles(status="trashed"), ["Buy milk"])

    def test_a_list_comes_back_with_its_todos(self):
        errands = self.alice.make("lists", name="Errands")
        self.alice.todo(title="Post office", list=errands["id"])
        self.alice.delete(f"/lists/{errands['id']}")

        self.sam.act("/todos/list/", "restore", List.objects.get(name="Errands").pk)

        self.assertIn("Post office", self.alice.titles())

    def test_the_inbox_is_not_moved_to_the_trash(self):
        inbox = List.objects.get(owner=self.alice.user)

        response = self.olivia.act("/todos/list/", "trash", inbox.pk)

        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.alice.titles(), ["Buy milk"])
        self.assertEqual(self.olivia.log, [])

    def test_lists_tags_and_views_are_renamed(self):
        self.alice.todo(tags=["shop"])
        self.alice.make("views", query={"tag": ["shop"]})
        version = self.alice.version
        for model, name in ((List, "Basket"), (Tag, "market"), (View, "Shopping")):
            row = model.objects.filter(owner=self.alice.user).get()
            page = f"/todos/{model._meta.model_name}/{row.pk}/change/"
            self.save(page, name=name, seen_version=row.version)

        names = [self.alice.get(f"/{kind}").json()["results"][0]["name"] for kind in ("lists", "tags", "views")]
        self.assertEqual((names, self.alice.version), (["Basket", "market", "Shopping"], version + 3))

    def test_the_log_keeps_no_title(self):
        self.save(f"{TODOS}{self.todo.pk}/change/", title="Buy oat milk")

        entry = LogEntry.objects.get()
        self.assertNotIn("milk", entry.object_repr + entry.change_message)
