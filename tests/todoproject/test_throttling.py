from django.core.cache import cache
from django.test import SimpleTestCase, override_settings

from todoproject.addresses import network_of


@override_settings(RATE_LIMIT_ADDRESS=2)
class CallersWithoutATokenAreCountedByAddress(SimpleTestCase):
    def setUp(self) -> None:
        cache.clear()

    def statuses(self, requests: int, **extra: str) -> list[int]:
        return [self.client.get("/api/v1/nothing", **extra).status_code for _ in range(requests)]

    def test_the_quota_ends_in_429_with_retry_after_and_headers(self):
        self.statuses(2)
        response = self.client.get("/api/v1/nothing")

        self.assertEqual((response.status_code, response.json()["code"]), (429, "throttled"))
        self.assertTrue(1 <= int(response.headers["Retry-After"]) <= 60)
        self.assertEqual(response.headers["RateLimit-Policy"], '"address";q=2;w=60')
        self.assertRegex(response.headers["RateLimit"], r'^"address";r=0;t=\d+$')

    def test_another_address_has_a_quota_of_its_own(self):
        self.assertEqual(self.statuses(3), [404, 404, 429])
        self.assertEqual(self.statuses(1, REMOTE_ADDR="198.51.100.7"), [404])

    def test_a_forwarded_address_is_not_believed_without_a_proxy(self):
        statuses = [self.statuses(1, HTTP_X_FORWARDED_FOR=f"198.51.100.{i}")[0] for i in range(3)]

        self.assertEqual(statuses, [404, 404, 429])

    @override_settings(TRUSTED_PROXIES=1)
    def test_only_the_entry_of_the_trusted_proxy_counts(self):
        forged = [self.statuses(1, HTTP_X_FORWARDED_FOR=f"198.51.100.{i}, 203.0.113.9")[0] for i in range(3)]

        self.assertEqual(forged, [404, 404, 429])
        self.assertEqual(self.statuses(1, HTTP_X_FORWARDED_FOR="203.0.113.10"), [404])

    @override_settings(RATE_LIMIT_ADDRESS=0)
    def test_zero_switches_the_limit_off(self):
        self.assertEqual(self.statuses(5), [404] * 5)

    @override_settings(
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/dev/null/x"}
        }
    )
    def test_a_broken_cache_limits_nobody_and_breaks_nothing(self):
        with self.assertLogs("todoproject.throttling", "WARNING"):
            self.assertEqual(self.statuses(3), [404] * 3)

    def test_ipv6_callers_are_counted_by_their_network(self):
        self.assertEqual(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::1"))
        self.assertNotEqual(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"))
