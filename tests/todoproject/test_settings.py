import os
import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from todoproject.apps import PeopleAuthConfig, TodoProjectConfig
from todoproject.config.environment import Environment, read_dotenv
from todoproject.settings import env as settings_environment

PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ-_",
    "ALLOWED_HOSTS": "api.example.com",
    "BETTER_AUTH_API_URL": "https://auth.example.com",
    "DATABASE_URL": "postgresql://todo:secret@127.0.0.1:1/todo",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs manage.py with these variables and no others, and with `.env` out of the way."""
    empty = dict.fromkeys(settings_environment.names, "")
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-W", "error", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env={**kept, **empty, **variables}, capture_output=True, text=True, check=False
    )


class TheEnvironmentIsReadStrictly(SimpleTestCase):
    def test_all_faults_are_reported_at_once_with_name_fault_and_cure(self):
        env = Environment({"DEBUG": "maybe", "THREADS": "ten", "AGE": "-1", "ORIGINS": "app.example.com"})
        env.flag("DEBUG", default=False)
        env.number("THREADS", 4)
        env.number("AGE", 300)
        env.origins("ORIGINS")

        with self.assertRaises(ImproperlyConfigured) as caught:
            env.report()
        for fault in ("DEBUG: 'maybe'", "THREADS: 'ten'", "AGE: -1 is out of range", "ORIGINS: 'app.example.com'"):
            self.assertIn(fault, str(caught.exception))

    def test_an_origin_with_path_wildcard_or_password_is_refused(self):
        for origin in ("https://a.example/", "https://*.example", "https://u@a.example", "ftp://a.example", "http://["):
            with self.subTest(origin=origin):
                env = Environment({"ORIGINS": origin})
                env.origins("ORIGINS")
                self.assertEqual(len(env.faults), 1)

    def test_an_address_is_a_host_and_a_port_that_nginx_can_find(self):
        for address in ("127.0.0.1:8001", "live:8000", "[::1]:8001", "live.internal.example:80", ""):
            with self.subTest(address):
                env = Environment({"LIVE": address})
                self.assertEqual((env.address("LIVE"), env.faults), (address, []))
        for address in ("localhost:8001", "8001", "live", "http://a:80", "a:80; }", "a:80\nuser root", "::1:80"):
            with self.subTest(address):
                env = Environment({"LIVE": address})
                self.assertEqual((env.address("LIVE"), len(env.faults)), ("", 1))

    def test_an_empty_value_counts_as_unset(self):
        self.assertEqual(Environment({"THREADS": " "}).number("THREADS", 4), 4)

    def test_dotenv_takes_quotes_off_and_keeps_hashes_and_dollars(self):
        path = Path(self.enterContext(__import__("tempfile").TemporaryDirectory())) / ".env"
        path.write_text("# note\nA=1\nexport B='two words'\nC=\"x#y$z\"\nnot a line\nD=\n", encoding="utf-8")

        self.assertEqual(read_dotenv(path), {"A": "1", "B": "two words", "C": "x#y$z", "D": ""})


class SettingsStartOnlyWhenTheyAreSafe(SimpleTestCase):
    def test_production_without_a_secret_key_says_so_and_stops(self):
        result = manage("check", **{**PRODUCTION, "SECRET_KEY": ""})

        self.assertNotEqual(result.returncode, 0)
        self.assertIn("SECRET_KEY: it is missing", result.stderr)

    def test_streams_without_a_redis_are_refused(self):
        result = manage("check", **{**PRODUCTION, "LIVE_UPSTREAM": "127.0.0.1:8001"})

        self.assertIn("LIVE_UPSTREAM: streams hear nothing without a Redis", result.stderr)

    def test_debug_is_off_and_https_on_unless_told_otherwise(self):
        script = "from django.conf import settings as s; print(s.DEBUG, s.HTTPS_ONLY, s.SESSION_COOKIE_SECURE)"
        result = manage("shell", "--no-imports", "-c", script, **PRODUCTION)

        self.assertEqual(result.stdout.split()[-3:], ["False", "True", "True"], result.stderr)

    def test_deployment_check_is_clean_with_production_values(self):
        result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

        self.assertEqual(result.returncode, 0, result.stderr)

    def test_env_example_names_every_variable_in_the_order_of_the_settings(self):
        example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
        names = re.findall(r"^([A-Z][A-Z0-9_]*)=", example, re.MULTILINE)

        self.assertEqual(names, list(dict.fromkeys(settings_environment.names)))

    def test_messages_of_betterauth_auth_name_variables_that_exist(self):
        result = manage("check", **{**PRODUCTION, "BETTER_AUTH_HARD_LIFE_SECONDS": "1"})

        self.assertIn('BETTER_AUTH["HARD_LIFE_SECONDS"] (BETTER_AUTH_HARD_LIFE_SECONDS) is shorter', result.stderr)
        self.assertEqual(set(settings.BETTER_AUTH["VARIABLES"].values()) - set(settings_environment.names), set())

    def test_every_variable_of_env_example_has_a_sentence(self):
        example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")

        self.assertEqual(re.findall(r"(?:^|\n)(?!#)[^\n]*\n([A-Z_0-9]+)=", example), [])


class TheProjectsOwnApp(SimpleTestCase):
    def test_it_is_made_ready(self):
        """Django takes no configuration at all if a module has several that could be meant."""
        self.assertIsInstance(apps.get_app_config("todoproject"), TodoProjectConfig)
        self.assertIsInstance(apps.get_app_config("auth"), PeopleAuthConfig)
