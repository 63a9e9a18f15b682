import time

from django.test import TransactionTestCase, override_settings

from tests.fake_betterauth import FakeBetterAuth
from todoproject.monitoring import health


class ProbesTellTheTruth(TransactionTestCase):
    def ready(self, **better_auth) -> tuple[int, dict[str, str]]:
        """What a probe says once what it started has had a moment to end."""
        with override_settings(BETTER_AUTH=better_auth):
            for _ in range(20):
                health.readiness.looked_at = float("-inf")
                response = self.client.get("/readyz")
                if response.status_code == 200:
                    break
                time.sleep(0.05)
        return response.status_code, response.json()

    def test_livez_answers_any_host_and_without_the_database(self):
        with self.assertNumQueries(0):
            response = self.client.get("/livez", headers={"host": "10.1.2.3"})

        self.assertEqual((response.status_code, response.json()), (200, {"status": "ok"}))

    def test_readyz_is_ok_when_database_and_keys_are_there(self):
        with FakeBetterAuth() as issuer:
            status, parts = self.ready(**issuer.settings())

        self.assertEqual((status, parts), (200, {"status": "ok", "database": "ok", "signing_keys": "ok"}))

    def test_readyz_says_that_the_keys_are_missing(self):
        with FakeBetterAuth() as issuer:
            settings = issuer.settings()
        status, parts = self.ready(**settings)

        self.assertEqual((status, parts), (503, {"status": "down", "database": "ok", "signing_keys": "down"}))

    def test_readyz_says_that_no_issuer_is_configured(self):
        self.assertEqual(self.ready()[1]["signing_keys"], "down")

    def test_probes_in_quick_succession_ask_the_database_once(self):
        self.ready()

        started = time.monotonic()
        for _ in range(50):
            self.client.get("/readyz")
        looks = health.readiness.looked_at

        self.assertLess(looks, started)
