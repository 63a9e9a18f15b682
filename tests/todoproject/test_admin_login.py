from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import TestCase, override_settings
from django.utils import timezone

from tests.todoproject.test_settings import PRODUCTION, manage


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class OperatorsSignInIsGuarded(TestCase):
    def setUp(self) -> None:
        cache.clear()
        User.objects.create_superuser("olga", password="a long password of hers")

    def sign_in(self, name: str = "olga", password: str = "a long password of hers", address: str = "192.0.2.1"):
        data = {"username": name, "password": password}
        return self.client.post("/admin/login/?next=/admin/", data, REMOTE_ADDR=address)

    def test_the_right_password_opens_the_admin(self):
        self.assertRedirects(self.sign_in(), "/admin/")

    @override_settings(LOGINS_BY_ADDRESS=3)
    def test_an_address_that_guesses_is_stopped_whatever_names_it_tries(self):
        for number in range(3):
            self.sign_in(name=f"guess{number}", password="wrong")

        self.assertContains(self.sign_in(), "Too many attempts")
        self.assertEqual(self.sign_in(address="198.51.100.7").status_code, 302)

    @override_settings(LOGINS_BY_NAME=3)
    def test_a_name_that_is_guessed_at_from_many_addresses_is_stopped(self):
        for number in range(3):
            self.sign_in(name="Olga", password="wrong", address=f"198.51.100.{number}")

        self.assertContains(self.sign_in(), "Too many attempts")

    def test_a_success_is_logged(self):
        with self.assertLogs("todoproject.admin_login", "INFO") as logs:
            self.sign_in()

        self.assertEqual([record.getMessage() for record in logs.records], ["Admin sign-in."])

    def test_failures_are_logged_without_what_was_typed(self):
        with self.assertLogs("todoproject.admin_login", "WARNING") as logs:
            self.sign_in(name="hunter2", password="hunter2")

        self.assertEqual(logs.records[0].reason, "wrong_name_or_password")
        self.assertNotIn("hunter2", str(logs.output))

    def test_a_session_ends_after_four_hours_whatever_happens_in_between(self):
        self.sign_in()
        self.client.get("/admin/")

        left = self.client.session.get_expiry_date() - timezone.now()
        self.assertLessEqual(left.total_seconds(), 4 * 3600)

    def test_end_users_tokens_open_no_admin_page(self):
        response = self.client.get("/admin/", headers={"authorization": "Bearer x.y.z"})

        self.assertEqual((response.status_code, response.url), (302, "/admin/login/?next=/admin/"))


class TheAdminIsWhereTheOperatorPutsIt(TestCase):
    def test_its_path_comes_from_the_environment_and_a_bad_one_is_named(self):
        script = "from django.urls import reverse; print(reverse('admin:index'))"
        result = manage("shell", "--no-imports", "-c", script, **{**PRODUCTION, "ADMIN_PATH": "/backstage/"})
        self.assertEqual(result.stdout.split()[-1:], ["/backstage/"], result.stderr)

        for bad in ("api", "a/b", "x?y"):
            with self.subTest(bad):
                result = manage("check", **{**PRODUCTION, "ADMIN_PATH": bad})
                self.assertIn("ADMIN_PATH: ", result.stderr)

    def test_production_cookies_are_secure_and_bound_to_the_host(self):
        script = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
        result = manage("shell", "--no-imports", "-c", script, **PRODUCTION)

        self.assertEqual(result.stdout.split()[-2:], ["__Host-sessionid", "__Host-csrftoken"], result.stderr)
