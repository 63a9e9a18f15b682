from datetime import timedelta

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.todoproject.test_settings import PRODUCTION, manage
from tests.todoproject.windows import fresh_counts
from todoproject.models import KnownNetwork


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class OperatorsSignInIsGuarded(TestCase):
    def setUp(self) -> None:
        fresh_counts()
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

    def flood(self, name: str = "olga", networks: int = 4) -> None:
        """Guesses from so many networks that nobody there can try this name any more."""
        for number in range(networks):
            last = self.sign_in(name=name, password="wrong", address=f"198.51.100.{number}")
        self.assertContains(last, "Too many attempts")

    @override_settings(LOGINS_BY_NAME=3)
    def test_guesses_from_elsewhere_do_not_lock_out_whoever_signed_in_here(self):
        self.sign_in()
        # What a restart does to the counts of a process, and another browser.
        cache.clear()
        self.client = self.client_class()
        self.flood()

        self.assertRedirects(self.sign_in(name="olga"), "/admin/")
        self.assertContains(self.sign_in(address="203.0.113.1"), "Too many attempts")

    @override_settings(LOGINS_BY_NAME=3)
    def test_a_wrong_password_makes_no_network_known(self):
        self.sign_in(password="wrong")
        self.flood()

        self.assertContains(self.sign_in(), "Too many attempts")

    @override_settings(LOGINS_BY_NAME=3)
    def test_a_network_is_known_for_the_name_that_signed_in_from_it(self):
        User.objects.create_superuser("otto", password="a long password of hers")
        self.sign_in(name="otto")
        self.flood(name="olga")

        self.assertContains(self.sign_in(name="olga"), "Too many attempts")
        self.assertEqual(self.sign_in(name="otto").status_code, 302)

    @override_settings(LOGINS_BY_NAME=3)
    def test_a_network_is_known_for_thirty_days(self):
        self.sign_in()
        self.flood()
        for days, answer in ((29, 302), (30, 200)):
            with self.subTest(days):
                KnownNetwork.objects.update(seen_on=timezone.now().date() - timedelta(days=days))
                self.assertEqual(self.sign_in().status_code, answer)

    @override_settings(LOGINS_FROM_KNOWN_NETWORK=3)
    def test_guesses_from_a_known_network_have_an_end_too(self):
        self.sign_in()
        for _ in range(3):
            self.assertContains(self.sign_in(password="wrong"), "Please enter the correct")

        self.assertContains(self.sign_in(), "Too many attempts")

    @override_settings(LOGINS_BY_ADDRESS=3)
    def test_what_others_of_a_known_network_guess_does_not_lock_out_either(self):
        self.sign_in()
        for number in range(4):
            last = self.sign_in(name=f"guess{number}", password="wrong")
        self.assertContains(last, "Too many attempts")

        self.assertEqual(self.sign_in().status_code, 302)

    @override_settings(LOGINS_BY_ADDRESS=2)
    def test_a_walk_through_the_networks_of_an_ipv6_site_is_stopped(self):
        addresses = [f"2001:db8:1:{number:x}::1" for number in range(17)]
        for number, address in enumerate(addresses):
            last = self.sign_in(name=f"guess{number}", password="wrong", address=address)

        self.assertContains(last, "Too many attempts")
        self.assertEqual(self.sign_in(address="2001:db8:2::1").status_code, 302)

    def test_known_names_and_others_cost_the_same_statements(self):
        counts = []
        for name in ("olga", "nobody"):
            with CaptureQueriesContext(connection) as statements:
                self.sign_in(name=name, password="wrong")
            counts.append(len(statements))

        self.assertEqual(counts[0], counts[1])

    def test_neither_name_nor_address_is_kept(self):
        self.sign_in()

        (kept,) = KnownNetwork.objects.values_list()
        self.assertNotRegex(str(kept), r"olga|192\.0\.2\.1")

    def test_no_more_is_taken_than_somebody_signs_in_with(self):
        # The form shows again what was typed, however long.
        for length, status in ((7_000, 200), (8_000, 413)):
            with self.subTest(length):
                body = "username=" + '"' * (length - len("username="))
                response = self.client.post("/admin/login/", body + "x", "application/x-www-form-urlencoded")
                self.assertEqual(response.status_code, status)
                self.assertLess(len(response.content), 64_000)

    def test_a_success_is_logged(self):
        with self.assertLogs("todoproject.operators.login", "INFO") as logs:
            self.sign_in()

        self.assertEqual([record.getMessage() for record in logs.records], ["Admin sign-in."])

    def test_failures_are_logged_without_what_was_typed(self):
        with self.assertLogs("todoproject.operators.login", "WARNING") as logs:
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
