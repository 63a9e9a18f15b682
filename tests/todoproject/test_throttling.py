from typing import Any

from django.test import Client, SimpleTestCase, TestCase, override_settings

from tests.todoproject.operators import Operator
from tests.todoproject.windows import fresh_counts
from tests.todos.case import TodosTestCase
from todoproject.http.addresses import network_of, networks_of


@override_settings(RATE_LIMIT_ADDRESS=2)
class CallersWithoutATokenAreCountedByAddress(SimpleTestCase):
    def setUp(self) -> None:
        fresh_counts()

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
            "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/dev/null/x"},
            "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttling-test"},
        }
    )
    def test_while_the_shared_cache_is_broken_each_process_counts_for_itself(self):
        with self.assertLogs("todoproject.http.throttling", "WARNING"):
            self.assertEqual(self.statuses(3), [404, 404, 429])

    def test_ipv6_callers_are_counted_by_their_network(self):
        self.assertEqual(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::1"))
        self.assertNotEqual(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"))

    def test_ipv4_in_another_dress_is_counted_by_its_ipv4_address(self):
        for address in ("::ffff:203.0.113.9", "64:ff9b::203.0.113.9", "203.0.113.9:4711", "[::ffff:203.0.113.9]:4711"):
            with self.subTest(address):
                self.assertEqual(network_of(address), "203.0.113.9")

    def test_a_walk_through_the_networks_of_one_site_is_stopped(self):
        addresses = [f"2001:db8:1:{number:x}::1" for number in range(18)]
        statuses = [self.statuses(1, REMOTE_ADDR=address)[0] for address in addresses]

        self.assertEqual(len({network_of(address) for address in addresses}), 18)
        self.assertEqual(statuses, [404] * 16 + [429] * 2)
        self.assertEqual(self.statuses(1, REMOTE_ADDR="2001:db8:2::1"), [404])

    def test_the_headers_tell_of_the_quota_that_has_the_least_left(self):
        answers = [self.client.get("/api/v1/nothing", REMOTE_ADDR=f"2001:db8:1:{number:x}::1") for number in range(17)]
        policies = [answer.headers["RateLimit-Policy"] for answer in answers]

        self.assertEqual(policies[:15], ['"address";q=2;w=60'] * 15)
        self.assertEqual(policies[15:], ['"address/48";q=16;w=60'] * 2)
        self.assertTrue(answers[15].headers["RateLimit"].startswith('"address/48";r=0;t='))
        self.assertTrue(1 <= int(answers[16].headers["Retry-After"]) <= 60)

    def test_one_host_can_not_use_up_the_quota_of_its_site(self):
        self.assertEqual(self.statuses(40, REMOTE_ADDR="2001:db8:1::1"), [404] * 2 + [429] * 38)
        self.assertEqual(self.statuses(1, REMOTE_ADDR="2001:db8:1:2::1"), [404])

    def test_tunnels_give_nobody_a_second_quota(self):
        tunnels = [f"2002:cb00:7109:{number:x}::1" for number in range(3)]  # 6to4 of 203.0.113.9
        tunnels += [f"2001:0:{server}::34ff:8ef6" for server in ("4136:e378", "5ef5:79fb")]  # Teredo of the same
        statuses = [self.statuses(1, REMOTE_ADDR=address)[0] for address in ["203.0.113.9", *tunnels]]

        self.assertEqual(statuses, [404, 404, 429, 429, 429, 429])
        self.assertEqual({networks_of(address) for address in tunnels}, {("203.0.113.9",)})
        self.assertEqual(self.statuses(1, REMOTE_ADDR="2002:cb00:710a::1"), [404])

    def test_what_is_no_address_shares_one_budget(self):
        self.assertEqual(network_of("nonsense"), network_of("1.2.3.4.5"))

    def test_any_authorization_header_that_signs_nobody_in_is_counted(self):
        statuses = [self.client.get("/api/v1/schema", headers={"authorization": "x"}).status_code for _ in range(3)]

        self.assertEqual(statuses, [200, 200, 429])


class UsersAreCountedByThemselves(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        fresh_counts()
        self.enterContext(override_settings(RATE_LIMIT_USER=2, RATE_LIMIT_ADDRESS=2))

    def test_the_quota_ends_in_429_whatever_address_it_is_used_from(self):
        statuses = [self.alice.client.get("/api/v1/tags", REMOTE_ADDR=f"198.51.100.{i}").status_code for i in range(3)]

        self.assertEqual(statuses, [200, 200, 429])

    def test_another_user_has_a_quota_of_their_own(self):
        for _ in range(3):
            self.alice.get("/tags")

        response = self.mallory.get("/tags")

        self.assertEqual(response.headers["RateLimit-Policy"], '"user";q=2;w=60')
        self.assertRegex(response.headers["RateLimit"], r'^"user";r=1;t=\d+$')

    def test_a_good_token_is_not_charged_to_an_address_that_others_have_used_up(self):
        for _ in range(3):
            self.client.get("/api/v1/tags", headers={"authorization": "Bearer nonsense"})

        self.assertEqual(self.alice.get("/tags").status_code, 200)


OURS = "https://app.example.com"
PREFLIGHT = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization"}


@override_settings(RATE_LIMIT_ADDRESS=2, CORS_ALLOWED_ORIGINS=[OURS])
class PreflightsAreCountedByAddress(SimpleTestCase):
    def setUp(self) -> None:
        fresh_counts()

    def preflight(self, origin: str, **extra: str) -> Any:
        return self.client.options("/api/v1/todos", headers={"origin": origin, **PREFLIGHT}, **extra)

    def test_a_page_of_ours_has_ten_times_as_many(self):
        answers = [self.preflight(OURS) for _ in range(21)]

        self.assertEqual([answer.status_code for answer in answers], [200] * 20 + [429])
        self.assertEqual(answers[0].headers["Access-Control-Allow-Origin"], OURS)
        self.assertEqual((answers[20].json()["code"], answers[20]["Access-Control-Allow-Origin"]), ("throttled", OURS))
        self.assertTrue(1 <= int(answers[20].headers["Retry-After"]) <= 60)
        self.assertEqual(self.preflight(OURS, REMOTE_ADDR="198.51.100.7").status_code, 200)

    def test_they_take_nothing_from_the_requests_that_follow(self):
        for _ in range(21):
            last = self.preflight(OURS)

        self.assertEqual(last.status_code, 429)
        self.assertEqual(self.client.get("/api/v1/nothing").status_code, 404)

    def test_those_of_other_origins_count_like_any_request(self):
        statuses = [self.preflight("https://evil.example").status_code for _ in range(3)]

        self.assertEqual(statuses, [200, 200, 429])
        self.assertEqual(self.client.get("/api/v1/nothing").status_code, 429)


@override_settings(RATE_LIMIT_ADDRESS=3)
class VisitorsOfPagesAreCountedByAddress(TestCase):
    def setUp(self) -> None:
        fresh_counts()

    def statuses(self, address: str, requests: int = 4, **extra: Any) -> list[int]:
        return [self.client.get(address, **extra).status_code for _ in range(requests)]

    def test_every_page_ends_in_429(self):
        for address, status in (
            ("/docs", 200),
            ("/admin/login/", 200),
            ("/admin/", 302),
            ("/", 302),
            ("/nowhere", 404),
        ):
            with self.subTest(address):
                fresh_counts()
                self.assertEqual(self.statuses(address), [status] * 3 + [429])

    def test_attempts_to_sign_in_count_like_visits(self):
        answers = [self.client.post("/admin/login/", {"username": "a", "password": "b"}) for _ in range(4)]

        self.assertEqual([answer.status_code for answer in answers], [200, 200, 200, 429])

    def test_pages_and_the_api_share_one_quota(self):
        self.statuses("/docs", 3)

        self.assertEqual(self.client.get("/api/v1/nothing").status_code, 429)

    def test_the_refusal_is_a_page_that_says_when(self):
        self.statuses("/docs", 3)
        response = self.client.get("/docs")

        self.assertContains(response, f"Try again in {response.headers['Retry-After']} second", status_code=429)
        self.assertEqual(response.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(response.headers["RateLimit-Policy"], '"address";q=3;w=60')

    def test_files_and_probes_are_free(self):
        self.statuses("/docs", 3)
        for address in ("/static/todoproject/admin.css", "/livez"):
            with self.subTest(address):
                self.assertEqual(self.statuses(address), [200] * 4)
        self.assertNotIn(429, self.statuses("/readyz"))
        self.assertEqual(self.statuses("/docs", 1), [429])

    def test_a_signed_in_operator_is_not_counted(self):
        olivia = Operator("olivia", is_superuser=True)
        self.statuses("/docs", 4)

        self.assertEqual({olivia.get("/").status_code for _ in range(5)}, {200})
        self.assertEqual(Client().get("/admin/").status_code, 429)

    def test_a_made_up_session_is(self):
        self.client.cookies["sessionid"] = "a" * 32

        self.assertEqual(self.statuses("/admin/"), [302, 302, 302, 429])

    def test_who_is_no_operator_any_more_is(self):
        sam = Operator("sam")
        sam.user.is_staff = False
        sam.user.save()

        self.assertEqual([sam.get("/").status_code for _ in range(4)], [302, 302, 302, 429])
