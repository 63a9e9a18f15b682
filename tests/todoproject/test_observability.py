import json
import logging

from django.test import TestCase

from todoproject.monitoring.request_log import JSONFormatter, RequestIdFilter, current_request_id


class EveryRequestLeavesOneHarmlessLine(TestCase):
    def request_line(self, path: str, **headers: str) -> str:
        with self.assertLogs("todoproject.monitoring.request_log", "INFO") as logs:
            self.client.get(path, headers=headers)
        self.assertEqual(len(logs.records), 1)
        RequestIdFilter().filter(logs.records[0])
        return JSONFormatter().format(logs.records[0])

    def test_the_line_has_method_route_template_status_and_milliseconds(self):
        line = json.loads(self.request_line("/readyz"))

        self.assertEqual((line["method"], line["route"], line["level"]), ("GET", "/readyz", "info"))
        self.assertIsInstance(line["status"], int)
        self.assertGreaterEqual(line["milliseconds"], 0)

    def test_nothing_secret_is_in_the_line(self):
        line = self.request_line("/api/v1/s3cret-path?q=s3cret", authorization="Bearer s3cret", cookie="a=s3cret")

        self.assertNotIn("s3cret", line)

    def test_a_safe_request_id_is_kept_and_echoed(self):
        response = self.client.get("/livez", headers={"x-request-id": "abc-123_D.4"})

        self.assertEqual(response.headers["X-Request-ID"], "abc-123_D.4")

    def test_an_unsafe_request_id_is_replaced(self):
        for unsafe in ("a b", "x" * 129, "a\nb", "<script>", "é", ""):
            with self.subTest(unsafe):
                response = self.client.get("/livez", headers={"x-request-id": unsafe})
                self.assertRegex(response.headers["X-Request-ID"], r"^[0-9a-f]{32}$")

    def test_the_request_id_stands_on_lines_written_meanwhile_and_not_afterwards(self):
        self.client.get("/livez", headers={"x-request-id": "during"})

        self.assertEqual(current_request_id.get(), "")


class JSONLinesAreForMachines(TestCase):
    def test_an_exception_stays_on_one_line(self):
        failure = (ValueError, ValueError("bad\nnews"), None)
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed: %s", ("why",), failure)

        line = JSONFormatter().format(record)

        self.assertNotIn("\n", line)
        self.assertEqual(json.loads(line)["message"], "failed: why")
