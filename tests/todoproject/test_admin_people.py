"""What operators can see of a person, and what they can decide."""

from __future__ import annotations

import json

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from betterauth_auth.models import Identity
from tests.todoproject.operators import AdminTestCase, Operator
from tests.todos.test_calendar_address import address_of, read
from todos.models import Account, CalendarAddress, List, Tag, Todo

USERS = "/auth/user/"


class CalendarsAreRevoked(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.address = address_of(self.alice)

    def page(self) -> str:
        return self.shown(self.sam.get(f"{USERS}{self.alice.user.pk}/change/"))

    def test_the_page_tells_when_it_was_made_and_read_and_not_what_it_is(self):
        self.assertIn("never read", self.page())
        read(self.address)

        page = self.page()
        self.assertIn("last read", page)
        # What is secret may have hyphens of its own.
        secret = self.address.rpartition("/")[2].partition("-")[2].removesuffix(".ics")
        for text in (secret, CalendarAddress.objects.get().secret_hash):
            self.assertNotIn(text, page)

    def test_support_revokes_it_with_a_reason(self):
        self.sam.act(USERS, "revoke_calendar", self.alice.user.pk, reason="")
        self.assertEqual(read(self.address).status_code, 200)

        self.sam.act(USERS, "revoke_calendar", self.alice.user.pk, self.mallory.user.pk, reason="it leaked")

        self.assertEqual(read(self.address).status_code, 404)
        self.assertEqual(self.sam.log, ["Revoked the calendar's address. Reason: it leaked"])
        self.assertNotIn('value="revoke_calendar"', self.page())

    def test_privacy_does_not(self):
        self.petra.act(USERS, "revoke_calendar", self.alice.user.pk)

        self.assertEqual(read(self.address).status_code, 200)

    def test_an_export_says_that_there_is_one(self):
        response = self.petra.act(USERS, "export_data", self.alice.user.pk, confirmed="yes")

        document = b"".join(response.streaming_content).decode()
        self.assertEqual([*json.loads(document)["calendar_address"][0]], ["made_at", "read_on"])
        self.assertNotIn(CalendarAddress.objects.get().secret_hash, document)


class PeopleAreFound(AdminTestCase):
    def test_by_subject_by_address_and_by_name(self):
        for text in ("alice", "ALICE@example", "alice ad", self.alice.user.username):
            with self.subTest(text):
                page = self.shown(self.sam.get(USERS, {"q": text}))

                self.assertIn("Alice Adler", page)
                self.assertNotIn("mallory@example.com", page)

    def test_support_sees_no_operators(self):
        self.assertNotIn("olivia", self.shown(self.sam.get(USERS)))
        self.assertEqual(self.sam.get(f"{USERS}{self.olivia.user.pk}/change/").status_code, 302)

    def test_a_person_s_page_tells_both_sides(self):
        self.alice.todo(title="Buy milk")

        page = self.shown(self.sam.get(f"{USERS}{self.alice.user.pk}/change/"))

        for text in (
            self.identity.subject,
            "alice@example.com",
            "not verified",
            "open todos",
            f"?owner={self.alice.user.pk}",
        ):
            self.assertIn(text, page)

    def test_an_operator_without_a_group_sees_nothing(self):
        nobody = Operator("nora")

        for path in (USERS, f"{USERS}{self.alice.user.pk}/change/", "/todos/todo/", "/admin/logentry/"):
            self.assertEqual(nobody.get(path).status_code, 403, path)

    def test_nobody_else_gets_in(self):
        response = Client().get(f"/admin{USERS}")

        self.assertRedirects(response, f"/admin/login/?next=/admin{USERS}")


class AccessIsDecided(AdminTestCase):
    def test_support_deactivates_and_reactivates(self):
        self.sam.act(USERS, "deactivate", self.alice.user.pk, reason="spam")
        self.assertEqual(self.alice.get("/todos").status_code, 401)

        self.sam.act(USERS, "reactivate", self.alice.user.pk, reason="a mistake")
        self.assertEqual(self.alice.get("/todos").status_code, 200)
        self.assertEqual(self.sam.log, ["Deactivated. Reason: spam", "Reactivated. Reason: a mistake"])

    def test_support_cuts_tokens_off(self):
        self.sam.act(USERS, "cut_off_tokens", self.alice.user.pk, reason="lost phone")

        self.assertEqual(self.alice.get("/todos").status_code, 401)
        self.assertEqual(self.sam.log, ["Tokens cut off. Reason: lost phone"])

    def test_without_a_reason_nothing_happens(self):
        for reason in ("", "   ", "\0", "x" * 501):
            self.sam.act(USERS, "deactivate", self.alice.user.pk, reason=reason)

        self.assertTrue(User.objects.get(pk=self.alice.user.pk).is_active)
        self.assertFalse(LogEntry.objects.exists())

    def test_privacy_decides_about_no_access(self):
        for action in ("deactivate", "reactivate", "cut_off_tokens"):
            self.petra.act(USERS, action, self.alice.user.pk)

        self.assertEqual(self.alice.get("/todos").status_code, 200)

    def test_operators_are_left_alone(self):
        response = self.olivia.act(USERS, "deactivate", self.sam.user.pk)

        self.assertIn("Operators were left as they are", self.shown(self.olivia.client.get(response.url)))
        self.assertTrue(User.objects.get(pk=self.sam.user.pk).is_active)

    def test_the_page_of_identities_offers_the_same(self):
        self.sam.act("/betterauth_auth/identity/", "deactivate", self.identity.pk, reason="spam")

        self.assertFalse(User.objects.get(pk=self.alice.user.pk).is_active)
        page = self.shown(self.sam.get(f"{USERS}{self.alice.user.pk}/change/"))
        self.assertIn("Deactivated. Reason: spam", page)

    def test_a_decision_on_a_person_s_page_leads_back_to_it(self):
        page = f"{USERS}{self.alice.user.pk}/change/"

        response = self.sam.act(USERS, "deactivate", self.alice.user.pk, from_page=self.alice.user.pk)

        self.assertRedirects(response, f"/admin{page}")

    def test_nobody_deletes_or_edits_a_person(self):
        page = f"{USERS}{self.alice.user.pk}"

        self.assertEqual(self.olivia.post(f"{page}/delete/", {"post": "yes"}).status_code, 403)
        self.olivia.post(f"{page}/change/", {"username": "renamed", "is_superuser": "on"})
        self.assertEqual(User.objects.get(pk=self.alice.user.pk).username, self.alice.user.username)
        self.assertFalse(User.objects.get(pk=self.alice.user.pk).is_superuser)


class DataIsExported(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.todo = self.alice.todo(title="Buy milk", notes="the oat one", tags=["shop"])
        self.alice.delete(f"/todos/{self.alice.todo(title='Old')['id']}")

    def export(self) -> dict:
        response = self.petra.act(USERS, "export_data", self.alice.user.pk, confirmed="yes", reason="letter of May 4")
        return json.loads(response.getvalue())

    def test_one_document_holds_every_row(self):
        document = self.export()

        todos = {todo["title"]: todo for todo in document["todos"]}
        self.assertEqual(todos.keys(), {"Buy milk", "Old"})
        self.assertEqual((todos["Buy milk"]["notes"], todos["Buy milk"]["tags"]), ("the oat one", ["shop"]))
        self.assertEqual([row["name"] for row in document["lists"]], ["Inbox"])
        self.assertEqual(document["profile"]["identities"][0]["email"], "alice@example.com")
        self.assertEqual(self.petra.log, ["Exported all data. Reason: letter of May 4"])

    def test_it_is_what_the_person_gets_and_what_is_kept_of_the_account(self):
        self.alice.post("/todos", {"title": "x"}, **{"Idempotency-Key": "a-key"})
        own = json.loads(self.alice.get("/me/export").getvalue())

        document = self.export()

        self.assertEqual({name: document.pop(name) for name in own}, own)
        kept = {"exported_at", "profile", "account", "idempotency_keys", "calendar_address"}
        self.assertEqual(document.keys(), kept)
        self.assertEqual(document["account"][0]["version"], self.alice.version)
        self.assertIn('"title":"x"', document["idempotency_keys"][0]["body"])

    def test_every_column_of_the_account_is_exported(self):
        document = self.export()

        columns = {field.name for field in Account._meta.concrete_fields} - {"owner"}
        self.assertEqual(columns - document["account"][0].keys() - document["settings"].keys(), set())

    def test_nobody_else_s_row_is_in_it(self):
        self.mallory.todo(title="Evil plan")

        self.assertNotIn("Evil plan", json.dumps(self.export()))

    def test_it_is_asked_for_first(self):
        response = self.petra.act(USERS, "export_data", self.alice.user.pk, reason="")

        self.assertIn("one JSON document", self.shown(response))
        self.assertEqual(self.petra.log, [])

    def test_support_exports_nothing(self):
        response = self.sam.act(USERS, "export_data", self.alice.user.pk, confirmed="yes")

        self.assertFalse(response.headers.get("Content-Disposition"))


class DataIsErased(AdminTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice.todo(title="Buy milk", tags=["shop"])
        self.mallory.todo(title="Evil plan")

    def erase(self, operator: Operator, **data: str) -> object:
        return operator.act(USERS, "erase_data", self.alice.user.pk, **data)

    def test_it_is_asked_for_first(self):
        page = self.shown(self.erase(self.petra))

        self.assertIn("1 open todos", page)
        self.assertTrue(Todo.objects.filter(owner=self.alice.user).exists())

    def test_it_takes_a_reason(self):
        page = self.shown(self.erase(self.petra, confirmed="yes", reason=" "))

        self.assertIn("Say why", page)
        self.assertTrue(Todo.objects.filter(owner=self.alice.user).exists())

    def test_privacy_erases_what_the_user_could_erase(self):
        self.erase(self.petra, confirmed="yes", reason="letter of May 4")

        for model in (Todo, List, Tag):
            self.assertFalse(model.objects.filter(owner=self.alice.user).exists())
        self.assertIsNotNone(Account.objects.get(owner=self.alice.user).erased_at)
        self.identity.refresh_from_db()
        self.assertEqual((self.identity.name, self.identity.email), ("", ""))

    def test_an_old_token_does_not_bring_an_erased_account_back(self):
        self.erase(self.petra, confirmed="yes")

        self.assertEqual(self.alice.get("/todos").status_code, 401)

    def test_nobody_else_loses_a_row(self):
        self.erase(self.petra, confirmed="yes")

        self.assertEqual(self.mallory.titles(), ["Evil plan"])

    def test_the_log_tells_why_and_nothing_of_the_person(self):
        self.erase(self.petra, confirmed="yes", reason="letter of May 4")

        entry = LogEntry.objects.get()
        self.assertEqual(entry.get_change_message(), "Erased all data. Reason: letter of May 4")
        self.assertEqual(entry.object_repr, self.alice.user.username)

    def test_somebody_who_never_wrote_can_be_erased(self):
        Account.objects.filter(owner=self.mallory.user).delete()

        self.erase(self.petra, confirmed="yes")

        self.assertEqual(Identity.objects.get(user=self.alice.user).email, "")

    def test_support_erases_nothing(self):
        self.erase(self.sam, confirmed="yes")

        self.assertTrue(Todo.objects.filter(owner=self.alice.user).exists())


class GroupsAreThere(AdminTestCase):
    def test_the_migration_gives_each_group_what_its_work_needs_and_no_more(self):
        groups = {
            group.name: sorted(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()
        }

        look = ["view_identity", "view_user"]
        decide = ["cut_off_person", "deactivate_person", "restore_todo", "revoke_calendar"]
        rows = ["view_list", "view_tag", "view_todo", "view_view"]
        self.assertEqual(groups["support"], sorted([*look, *decide, *rows]))
        self.assertEqual(groups["privacy"], sorted([*look, "erase_account", "export_account"]))

    def test_no_permission_is_there_twice(self):
        codenames = list(Permission.objects.values_list("content_type__app_label", "codename"))

        self.assertEqual(len(codenames), len(set(codenames)))

    def test_the_log_can_be_read_and_not_written(self):
        self.sam.act(USERS, "deactivate", self.alice.user.pk, reason="spam")
        entry = LogEntry.objects.get()

        self.assertIn("Reason: spam", self.shown(self.olivia.get("/admin/logentry/")))
        self.assertEqual(self.olivia.post(f"/admin/logentry/{entry.pk}/delete/").status_code, 403)
        self.assertEqual(self.olivia.get("/admin/logentry/add/").status_code, 403)


class OperatorsAreUsersWithDjangosForm(AdminTestCase):
    def test_a_superuser_puts_an_operator_into_a_group(self):
        page = self.shown(self.olivia.get(f"{USERS}{self.sam.user.pk}/change/"))

        self.assertIn('name="groups"', page)
