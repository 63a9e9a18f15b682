"""The admin in the language of the operator's browser, and the API in none."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.test import Client, override_settings
from django.utils import translation

from tests.todoproject.operators import AdminTestCase
from todoproject.operators.front_page import grouped
from todos.models import Todo

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


class InTheOperatorsLanguage(AdminTestCase):
    def page(self, path: str, language: str) -> str:
        response = self.olivia.client.get(f"/admin{path}", headers={"Accept-Language": language})
        self.assertEqual(response.headers["Content-Language"], language)
        return self.shown(response)

    def test_the_front_page_is_german(self):
        shown = self.page("/", "de")

        for text in (
            '<html lang="de" dir="ltr"',
            "Erledigte Aufgaben je Tag",
            "Signaturschlüssel",
            "Personen und Administratoren",
        ):
            with self.subTest(text):
                self.assertIn(text, shown)
        for text in ("Completed todos", "Signing keys", "People and operators", "Your latest actions"):
            self.assertNotIn(text, shown)

    def test_every_list_is_german_down_to_its_columns(self):
        self.alice.todo(title="Milch", due_date="2026-11-27", due_time="09:30")
        self.alice.make("tags", name="daheim")
        self.olivia.act("/auth/user/", "deactivate", self.alice.user.pk)
        for path, texts in (
            ("/todos/todo/", ("Aufgaben", "Überfällig", "Im Papierkorb", "Besitzer", "27.11.2026 09:30", "Grund:")),
            ("/todos/list/", ("Listen", "Archiviert", "Eingang", "Anzeigen", "Samt Aufgaben in den Papierkorb legen")),
            ("/todos/tag/", ("Schlagwörter", "Angelegt")),
            ("/todos/view/", ("Ansichten",)),
            ("/auth/user/", ("Administratoren", "Beigetreten", "Alle bisher ausgestellten Tokens sperren")),
            ("/betterauth_auth/identity/", ("Identitäten", "Aussteller", "E-Mail bestätigt")),
            ("/admin/logentry/", ("Betrifft",)),
        ):
            with self.subTest(path):
                shown = self.page(path, "de")
                self.assertEqual([text for text in texts if text not in shown], [])

    def test_the_page_of_a_person_is_german(self):
        shown = self.page(f"/auth/user/{self.alice.user.pk}/change/", "de")

        for text in ("Was Sie tun können", "Kalenderadresse", "nicht bestätigt", "Zeitzone", "offene Aufgaben"):
            with self.subTest(text):
                self.assertIn(text, shown)

    def test_a_row_has_german_names_for_its_columns(self):
        self.alice.todo(title="Milch", due_date="2026-11-27")
        shown = self.page(f"/todos/todo/{Todo.objects.get().pk}/change/", "de")

        for text in ("Titel", "Fälligkeitstag", "Wird protokolliert.", "Wiederholung", "Geändert am", "Beginnt am"):
            with self.subTest(text):
                self.assertIn(text, shown)

    def test_an_action_answers_in_german_and_is_logged_in_english(self):
        self.alice.todo(title="Milch")
        row = self.olivia.user
        form = {"action": "deactivate", "_selected_action": [self.alice.user.pk], "reason": "weil"}

        response = self.olivia.client.post("/admin/auth/user/", form, headers=GERMAN, follow=True)

        self.assertIn("Deaktiviert: 1 Person.", self.shown(response))
        self.assertEqual(LogEntry.objects.get(user=row).get_change_message(), "Deactivated. Reason: weil")

    def test_what_is_refused_is_refused_in_german(self):
        self.alice.todo(title="Milch")
        without_reason = {"action": "deactivate", "_selected_action": [self.alice.user.pk], "reason": ""}

        response = self.olivia.client.post("/admin/auth/user/", without_reason, headers=GERMAN, follow=True)

        self.assertIn("Nichts wurde geändert: Geben Sie einen Grund an.", self.shown(response))

    def test_arabic_runs_from_right_to_left_with_our_words_in_english(self):
        shown = self.page("/", "ar")

        self.assertIn('<html lang="ar" dir="rtl"', shown)
        self.assertIn("admin/css/rtl.css", shown)
        self.assertIn("Signing keys", shown)
        # Django's own.
        self.assertIn("الخروج", shown)

    def test_french_and_spanish_are_whole_too(self):
        for language, text in (("fr", "Clés de signature"), ("es", "Claves de firma")):
            with self.subTest(language):
                self.assertIn(text, self.page("/", language))

    def test_numbers_and_days_are_written_as_in_the_language(self):
        for language, text in (("en", "1,234,567"), ("de", "1.234.567"), ("es", "1\xa0234\xa0567")):
            with self.subTest(language), translation.override(language):
                self.assertEqual(grouped(1_234_567), text)

    def test_whoever_asks_too_often_is_told_in_german(self):
        with override_settings(RATE_LIMIT_ADDRESS=1):
            client = Client(headers=GERMAN)
            client.get("/admin/login/")
            response = client.get("/admin/login/")

        self.assertContains(response, "Zu viele Anfragen", status_code=429)


class NothingElseAsksForALanguage(AdminTestCase):
    def answers(self, path: str, **headers: str) -> tuple[Any, ...]:
        response = self.alice.client.get(path, headers=headers)
        return response.status_code, response.get("Vary", ""), response.get("Content-Language"), response.content

    def test_neither_the_api_nor_other_pages_vary(self):
        for path in ("/api/v1/me", "/api/v1/todos", "/docs", "/readyz", "/"):
            with self.subTest(path):
                plain, german = self.answers(path), self.answers(path, **GERMAN)
                self.assertEqual(plain[:3], german[:3])
                self.assertNotIn("Accept-Language", plain[1])
                self.assertIsNone(plain[2])

    def test_a_thread_that_has_answered_an_operator_speaks_english_to_the_api(self):
        response = self.olivia.client.get("/admin/", headers=GERMAN)
        self.assertEqual(response.headers["Content-Language"], "de")

        # A text of the framework's, which follows the thread's language.
        refused = self.alice.get("/todos", {"q": "a\0b"})

        self.assertEqual(translation.get_language(), "en")
        self.assertEqual(refused.json()["detail"], "Null characters are not accepted.")

    def test_no_translation_is_activated_on_the_way_of_the_api(self):
        asked: list[str] = []
        activate = translation.activate
        self.addCleanup(setattr, translation, "activate", activate)
        translation.activate = asked.append  # type: ignore[assignment]

        self.alice.post("/todos", {"title": "Milch"}, **GERMAN)
        self.alice.get("/todos", **{"Accept-Language": "de"})

        self.assertEqual(asked, [])
