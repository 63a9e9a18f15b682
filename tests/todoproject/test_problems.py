from django.core.cache import cache
from django.test import Client, SimpleTestCase, override_settings
from rest_framework.exceptions import ValidationError

from todoproject.http.problems import faults, listed

HOSTILE_BODIES = {
    "nested 40,000 deep": b"[" * 40_000 + b"]" * 40_000,
    "nested 40 deep": b"[" * 40 + b"]" * 40,
    "objects nested deep": b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "invalid UTF-8": b'{"title":"\xff\xfe"}',
    "lone surrogate": b'{"title":"\\ud800"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "a 5,000-digit number": b'{"a":' + b"9" * 5_000 + b"}",
    "an overflowing float": b'{"a":1e999}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "truncated": b'{"title":"x',
    "two values": b"{}{}",
    "a NUL byte": b"\x00",
    "UTF-16": '{"title":"x"}'.encode("utf-16"),
}


@override_settings(ROOT_URLCONF="tests.todoproject.urls")
class EveryErrorIsAProblemDocument(SimpleTestCase):
    def setUp(self) -> None:
        cache.clear()
        self.client = Client(raise_request_exception=False)

    def assert_problem(self, response, status: int, code: str) -> dict:
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (status, "application/problem+json"))
        document = response.json()
        self.assertEqual((document["status"], document["code"]), (status, code))
        self.assertEqual(document["request_id"], response.headers["X-Request-ID"])
        self.assertEqual({"type", "title", "status", "detail", "code", "request_id"} - document.keys(), set())
        return document

    def post(self, body: bytes, content_type: str = "application/json", **headers):
        return self.client.post("/api/v1/test/echo", body, content_type=content_type, **headers)

    def test_hostile_bodies_are_the_callers_fault(self):
        for name, body in HOSTILE_BODIES.items():
            with self.subTest(name):
                self.assert_problem(self.post(body), 400, "too_deep" if name == "nested 40 deep" else "malformed")

    def test_another_content_type_is_415(self):
        for content_type in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense", ""):
            with self.subTest(content_type):
                self.assert_problem(self.post(b"{}", content_type), 415, "unsupported_media_type")

    def test_another_charset_is_refused(self):
        self.assert_problem(self.post(b"{}", "application/json; charset=utf-16"), 400, "unsupported_charset")

    def test_a_merge_patch_body_is_read(self):
        self.assertEqual(self.post(b'{"a":1}', "application/merge-patch+json").json(), {"given": {"a": 1}})

    @override_settings(MAX_BODY_BYTES=1_000)
    def test_a_body_over_the_limit_is_413(self):
        self.assert_problem(self.post(b'"' + b"a" * 1_000 + b'"'), 413, "too_large")

    def test_a_nonsense_content_length_is_400(self):
        for length in ("-1", "ten", "1e3", "9" * 400):
            with self.subTest(length):
                response = self.post(b"{}", CONTENT_LENGTH=length)
                self.assertIn(response.status_code, {400, 413})
                self.assertEqual(response.headers["Content-Type"], "application/problem+json")

    def test_an_unknown_address_is_404(self):
        for path in ("/api/v1/nothing", "/api/v1/nothing/", "/api/", "/api/v1/%00", "/api/v1/\u202e"):
            with self.subTest(path):
                self.assert_problem(self.client.get(path), 404, "not_found")

    def test_a_method_that_does_not_exist_is_405_and_names_those_that_do(self):
        response = self.client.delete("/api/v1/test/echo")

        self.assert_problem(response, 405, "method_not_allowed")
        self.assertEqual(set(response.headers["Allow"].split(", ")), {"POST", "OPTIONS"})

    def test_whoever_is_not_signed_in_is_not_told_that_they_are(self):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with self.subTest(method):
                response = Client(enforce_csrf_checks=True).generic(method, "/api/v1/schema")
                self.assert_problem(response, 405, "method_not_allowed")
                self.assertEqual(response.headers["Allow"], "GET, HEAD")

    def test_an_unacceptable_format_is_406(self):
        response = self.client.post(
            "/api/v1/test/echo", b"{}", content_type="application/json", headers={"accept": "image/png"}
        )

        self.assert_problem(response, 406, "not_acceptable")

    def test_an_unknown_host_is_400(self):
        self.assert_problem(self.client.get("/api/v1/schema", headers={"host": "evil.example"}), 400, "bad_request")

    def test_a_csrf_failure_is_403(self):
        client = Client(enforce_csrf_checks=True)

        self.assert_problem(client.post("/api/v1/test/form"), 403, "forbidden")

    def test_a_crash_is_a_500_that_tells_nothing(self):
        for debug in (False, True):
            with self.subTest(debug=debug), self.settings(DEBUG=debug), self.assertLogs("django.request", "ERROR"):
                response = self.client.get("/api/v1/test/crash")
                self.assert_problem(response, 500, "internal_error")
                self.assertNotIn(b"hunter2", response.content)

    def test_a_lost_database_is_a_503_with_retry_after(self):
        response = self.client.get("/api/v1/test/lost")

        self.assert_problem(response, 503, "unavailable")
        self.assertGreater(int(response.headers["Retry-After"]), 0)


class PointersSayWhereTheFaultIs(SimpleTestCase):
    def pointers(self, detail) -> list[str]:
        return [pointer for pointer, _ in faults(ValidationError(detail).get_full_details())]

    def test_a_field(self):
        self.assertEqual(self.pointers({"due_time": ["needs a date"]}), ["/due_time"])

    def test_the_whole_body(self):
        self.assertEqual(self.pointers({"non_field_errors": ["no"]}), [""])
        self.assertEqual(self.pointers(["no"]), [""])

    def test_an_item_of_a_list_and_of_a_bulk(self):
        self.assertEqual(self.pointers({"tags": {1: ["too long"]}}), ["/tags/1"])
        self.assertEqual(self.pointers({"operations": [{}, {"title": ["blank"]}]}), ["/operations/1/title"])

    def test_slashes_and_tildes_are_escaped(self):
        self.assertEqual(self.pointers({"a/b~c": ["unknown"]}), ["/a~1b~0c"])

    def test_more_than_twenty_end_in_one_that_says_so(self):
        found = listed(ValidationError({"items": {index: ["no"] for index in range(1000)}}).get_full_details())

        self.assertEqual([pointer for pointer, _ in found], [*(f"/items/{index}" for index in range(20)), ""])
        self.assertEqual(found[-1][1]["code"], "more_faults")

    def test_what_repeats_a_value_is_cut(self):
        ((_, fault),) = listed(ValidationError({"op": ["x" * 5_000]}).get_full_details())

        self.assertEqual(len(fault["detail"]), 300)

    def test_fields_named_like_the_leafs_own_members(self):
        self.assertEqual(self.pointers({"message": ["x"], "code": ["y"]}), ["/message", "/code"])
