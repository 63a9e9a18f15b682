import re
from unittest.mock import patch

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.cache import cache
from django.test import Client, SimpleTestCase, TestCase, override_settings

PROXIED = {"x-forwarded-proto": "https"}


class AnswersTellBrowsersWhatToRefuse(TestCase):
    def policy(self, address: str) -> str:
        return self.client.get(address).headers["Content-Security-Policy"]

    def test_an_api_answer_may_load_nothing_at_all(self):
        for address in ("/api/v1/schema", "/api/v1/nowhere", "/nowhere", "/readyz"):
            with self.subTest(address):
                self.assertIn("default-src 'none'", self.policy(address))
                self.assertNotIn("'self'", self.policy(address))

    def test_the_admin_runs_no_inline_script_or_style(self):
        self.assertIn("script-src 'self'; style-src 'self';", self.policy("/admin/login/"))
        self.assertNotIn("unsafe", self.policy("/admin/login/"))

    def test_the_docs_page_has_no_inline_script_and_its_policy_allows_none(self):
        page = self.client.get("/docs")

        self.assertRegex(page.headers["Content-Security-Policy"], "script-src 'self';")
        self.assertNotRegex(page.text, r"<script[^>]*>[^<]")

    def test_the_script_of_the_docs_page_is_served(self):
        script = re.search(r'<script src="(/docs\?[^"]*)"', self.client.get("/docs").text)
        response = self.client.get(script[1])

        self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "application/javascript"))
        self.assertIn("/api/v1/schema", response.text)

    def test_no_answer_is_sniffed_framed_or_tells_its_address_to_others(self):
        for address in ("/api/v1/schema", "/docs", "/admin/login/", "/nowhere"):
            with self.subTest(address):
                headers = self.client.get(address).headers
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["X-Frame-Options"], "DENY")
                self.assertEqual(headers["Referrer-Policy"], "same-origin")
                self.assertEqual(headers["Cross-Origin-Opener-Policy"], "same-origin")
                self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])


class TheApiGoesPastWhatIsForPages(TestCase):
    def test_no_session_is_looked_at(self):
        seen = SessionMiddleware.process_request
        with patch.object(SessionMiddleware, "process_request", autospec=True, side_effect=seen) as session:
            self.client.get("/api/v1/todos")
            self.client.get("/api/v1/nowhere/")
            session.assert_not_called()
            self.client.get("/readyz")
            session.assert_called_once()

    def test_its_answers_are_complete_all_the_same(self):
        for address in ("/api/v1/todos", "/api/v1/nowhere", "/api/v1/schema"):
            with self.subTest(address):
                response = self.client.get(address)
                self.assertEqual(response.headers["Content-Length"], str(len(response.content)))

    def test_a_host_that_is_not_ours_is_refused(self):
        response = self.client.get("/api/v1/todos", headers={"host": "evil.example"})

        self.assertEqual((response.status_code, response.json()["code"]), (400, "bad_request"))


@override_settings(
    HTTPS_ONLY=True,
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=31_536_000,
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
)
class PlainHttpIsForOnesOwnMachine(SimpleTestCase):
    def setUp(self) -> None:
        self.client = Client()

    def test_the_api_refuses_it_and_does_not_redirect(self):
        for method in ("get", "post", "options"):
            response = getattr(self.client, method)("/api/v1/schema")
            with self.subTest(method):
                self.assertEqual((response.status_code, response.json()["code"]), (403, "https_required"))
                self.assertEqual(response.headers["Content-Type"], "application/problem+json")

    def test_pages_are_redirected(self):
        for address in ("/admin/login/", "/docs"):
            with self.subTest(address):
                response = self.client.get(address)
                self.assertEqual((response.status_code, response.url), (301, f"https://testserver{address}"))

    def test_probes_inside_the_network_are_answered(self):
        self.assertEqual(self.client.get("/livez").status_code, 200)
        self.assertNotEqual(self.client.get("/readyz").status_code, 301)

    def test_https_is_served_and_remembered_by_browsers(self):
        response = self.client.get("/api/v1/schema", headers=PROXIED)

        self.assertEqual(response.status_code, 200)
        self.assertIn("max-age=31536000", response.headers["Strict-Transport-Security"])

    @override_settings(SECURE_PROXY_SSL_HEADER=None)
    def test_a_claim_of_https_counts_only_from_a_trusted_proxy(self):
        self.assertEqual(self.client.get("/api/v1/schema", headers=PROXIED).status_code, 403)


@override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.com"])
class OtherOriginsAreAllowedExactly(SimpleTestCase):
    def setUp(self) -> None:
        cache.clear()

    def allowed(self, origin: str, address: str = "/api/v1/schema") -> str | None:
        return self.client.get(address, headers={"origin": origin}).headers.get("Access-Control-Allow-Origin")

    def test_the_listed_origin_is_allowed_without_cookies(self):
        response = self.client.get("/api/v1/schema", headers={"origin": "https://app.example.com"})

        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "https://app.example.com")
        self.assertNotIn("Access-Control-Allow-Credentials", response.headers)

    def test_no_other_origin_is(self):
        for origin in (
            "https://evil.example",
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://x.app.example.com",
            "https://app.example.com.evil.example",
            "null",
            "",
        ):
            with self.subTest(origin):
                self.assertIsNone(self.allowed(origin))

    def test_the_admin_is_open_to_no_origin(self):
        self.assertIsNone(self.allowed("https://app.example.com", "/admin/login/"))
