import mmap
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.conf import settings
from django.test import Client, SimpleTestCase, TestCase, override_settings

from tests.fake_betterauth import FakeBetterAuth
from todoproject.monitoring import metrics

TOKEN = "a token of more than sixteen characters"
AS_ANOTHER_PROCESS = """
import sys
from django.conf import settings
settings.configure(METRICS_TOKEN="x", METRICS_DIRECTORY=sys.argv[1])
from tests.fake_betterauth import FakeBetterAuth
from todoproject.monitoring import metrics
metrics.count("requests_total", 40, method="GET", route="/readyz", status=200)
"""


def count_in_a_fresh_folder(case: SimpleTestCase) -> str:
    folder = case.enterContext(TemporaryDirectory())
    case.enterContext(override_settings(METRICS_DIRECTORY=folder))
    metrics.forget_counts()
    case.addCleanup(metrics.forget_counts)
    return folder


def scrape(token: str = TOKEN):
    return Client().get("/metrics", headers={"authorization": f"Bearer {token}"})


class MetricsAreOnlyForWhoHasTheToken(SimpleTestCase):
    def setUp(self) -> None:
        count_in_a_fresh_folder(self)

    def test_without_a_configured_token_there_is_no_such_page(self):
        self.assertEqual(scrape("").status_code, 404)

    @override_settings(METRICS_TOKEN=TOKEN)
    def test_another_token_or_none_is_401(self):
        for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": "Bearer "}):
            with self.subTest(headers):
                self.assertEqual(Client().get("/metrics", headers=headers).status_code, 401)


@override_settings(ROOT_URLCONF="tests.todoproject.urls")
class CountsAreThoseOfAllProcesses(TestCase):
    def setUp(self) -> None:
        self.enterContext(override_settings(METRICS_TOKEN=TOKEN))
        self.folder = count_in_a_fresh_folder(self)

    def test_an_answer_is_counted_by_method_route_and_status_and_timed(self):
        Client().get("/livez")
        Client().get("/nowhere")

        text = scrape().text
        self.assertIn('todo_requests_total{method="GET",route="/livez",status="200"} 1\n', text)
        self.assertIn('todo_requests_total{method="GET",route="(none)",status="404"} 1\n', text)
        self.assertIn('todo_request_seconds_bucket{method="GET",route="(none)",le="+Inf"} 1\n', text)
        self.assertIn('todo_request_seconds_count{method="GET",route="/livez"} 1\n', text)

    def test_what_has_no_labels_is_told_before_it_happens(self):
        """Prometheus sees no rise in a series that begins with 1."""
        self.assertIn("todo_database_unavailable_total 0\n", scrape().text)
        metrics.count("database_unavailable_total")

        self.assertIn("todo_database_unavailable_total 1\n", scrape().text)

    def test_files_are_counted_together(self):
        Client().get("/static/nowhere.css")
        Client().get("/static/elsewhere.css")

        self.assertIn('todo_requests_total{method="GET",route="/static/",status="404"} 2\n', scrape().text)

    def test_another_process_adds_to_the_same_sum_and_outlives_its_end(self):
        command = [sys.executable, "-c", AS_ANOTHER_PROCESS, self.folder]
        subprocess.run(command, cwd=settings.BASE_DIR, check=True)
        metrics.count("requests_total", 2, method="GET", route="/readyz", status=200)

        self.assertIn('todo_requests_total{method="GET",route="/readyz",status="200"} 42\n', scrape().text)

    def test_the_first_requests_of_a_process_count_in_one_file(self):
        """Made twice, it was emptied under the thread that had it in memory, which killed the process (SIGBUS)."""
        together, maps = threading.Barrier(4), []

        def slow_map(*arguments):
            maps.append(arguments)
            time.sleep(0.1)
            return mapped(*arguments)

        def count(number: int) -> None:
            together.wait(5)
            metrics.count("requests_total", method="GET", route="/first", status=200)

        mapped = mmap.mmap
        with patch("mmap.mmap", slow_map), ThreadPoolExecutor(4) as threads:
            list(threads.map(count, range(4)))

        self.assertEqual(len(maps), 1)
        self.assertIn('todo_requests_total{method="GET",route="/first",status="200"} 4\n', scrape().text)

    def test_buckets_hold_everything_that_is_faster(self):
        for seconds in (0.004, 0.02, 99):
            metrics.observe("request_seconds", seconds, method="GET", route="/x")

        text = scrape().text
        for bound, total in (("0.005", 1), ("0.01", 1), ("0.025", 2), ("10.0", 2), ("+Inf", 3)):
            self.assertIn(f'todo_request_seconds_bucket{{method="GET",route="/x",le="{bound}"}} {total}\n', text)

    def test_a_made_up_method_makes_up_no_series(self):
        Client().generic("PWN1", "/livez")

        self.assertIn('{method="other",route="/livez",status="200"}', scrape().text)

    def test_a_flood_of_labels_fills_the_file_and_harms_nothing(self):
        for number in range(metrics.SLOTS + 10):
            metrics.count("requests_total", method="GET", route=f"/{number}", status=200)

        self.assertEqual(scrape().text.count("todo_requests_total{"), metrics.SLOTS)

    def test_quotes_and_backslashes_in_a_route_are_escaped(self):
        metrics.count("requests_total", method="GET", route='/(?P<a>\\d+)"', status=200)

        self.assertIn('route="/(?P<a>\\\\d+)\\""', scrape().text)

    def test_events_are_counted_by_outcome(self):
        with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH={**issuer.settings(), "EVENTS": ["plugin"]}):
            Client().post("/better-auth/events/plugin", b"x", content_type="application/jwt")
            text = scrape().text

        self.assertRegex(text, r'todo_events_total\{outcome="[a-z_]+"\} \d')

    def test_refused_tokens_are_counted_by_reason_and_fetches_of_keys_by_outcome(self):
        with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH=issuer.settings()):
            for token in (issuer.token(sub="alice"), issuer.token(sub="alice", exp=1)):
                Client().get("/api/v1/tags", headers={"authorization": f"Bearer {token}"})
            text = scrape().text

        self.assertRegex(text, r'todo_refused_tokens_total\{reason="[a-z_]*expired[a-z_]*"\} \d')
        self.assertRegex(text, r'todo_key_set_fetches_total\{outcome="ok"\} \d')
        self.assertRegex(text, r'todo_key_set_fetched_timestamp_seconds\{issuer="http://[^"]+"\} 1')
