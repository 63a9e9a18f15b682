"""The dashboard and the alerts against a real Prometheus, and against what /metrics and the documents say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import skipUnless
from urllib.parse import urlencode

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from scripts.private_postgres import free_port
from tests.fake_betterauth import FakeBetterAuth
from tests.faults.stage import METRICS_TOKEN, ServiceWithoutNginx
from tests.waiting import wait_for
from todoproject.monitoring import metrics

DEPLOY, DOCS = settings.BASE_DIR / "deploy", settings.BASE_DIR / "docs"
ALERTS = (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
# CI installs it, and would rather fail than skip.
IS_REQUIRED = os.environ.get("PROMETHEUS") == "required"


def queries() -> list[str]:
    """Those of the panels, with Grafana's variables as it fills them in."""
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [query.replace("$instance", ".+").replace("$__rate_interval", "10s") for query in asked]


class FilesAndPagesTellOfWhatThereIs(SimpleTestCase):
    def names(self, text: str) -> set[str]:
        return {re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"\btodo_([a-z_]+)", text)}

    def test_every_metric_that_is_asked_for_is_one_of_metrics(self):
        for text in (ALERTS, json.dumps(DASHBOARD), OPERATIONS):
            names = self.names(text) - {"api", "count", "todo"}
            self.assertGreater(len(names), 5)
            self.assertEqual(names - set(metrics.FAMILIES), set())

    def test_every_metric_is_on_the_page_and_on_the_dashboard(self):
        self.assertEqual(set(metrics.FAMILIES) - self.names(OPERATIONS), set())
        self.assertEqual(set(metrics.FAMILIES) - self.names(json.dumps(DASHBOARD)), set())

    def test_every_alert_is_on_the_page_and_leads_to_a_place_on_it(self):
        alerts = re.findall("- alert: (.+)", ALERTS)
        runbooks = re.findall("runbook: docs/operations.md#(.+)", ALERTS)
        titles = re.findall("^##+ (.+)$", OPERATIONS, re.MULTILINE)
        places = {title.lower().replace(" ", "-") for title in titles} | set(re.findall('<a id="(.+?)">', OPERATIONS))

        self.assertEqual(re.findall(r"^\| `(Todo\w+)`", OPERATIONS, re.MULTILINE), alerts)
        self.assertEqual((len(runbooks), set(runbooks) - places), (len(alerts), set()))

    def test_every_alert_is_seen_to_fire(self):
        cases = Path(__file__).with_name("alerts.test.yml").read_text(encoding="utf-8")

        self.assertEqual(set(re.findall('alertname="(.+?)"', cases)), set(re.findall("- alert: (.+)", ALERTS)))

    def test_panels_have_numbers_and_places_of_their_own(self):
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
        numbers = [panel["id"] for panel in DASHBOARD["panels"]]

        self.assertEqual((len(set(places)), len(set(numbers))), (len(places), len(places)))


class CiHasPrometheus(SimpleTestCase):
    def test_where_it_must_be_there_it_is(self):
        self.assertTrue(PROMTOOL or not IS_REQUIRED)


@skipUnless(PROMTOOL, "prometheus is not installed")
class TheAlertsByThemselves(SimpleTestCase):
    def promtool(self, *arguments: object) -> None:
        command = [str(PROMTOOL), *map(str, arguments)]
        result = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_they_can_be_read(self):
        self.promtool("check", "rules", DEPLOY / "prometheus" / "alerts.yml")

    def test_each_fires_when_it_should_and_none_when_not(self):
        self.promtool("test", "rules", Path(__file__).with_name("alerts.test.yml"))


class Prometheus:
    """A real one that reads our configuration, with other addresses and shorter pauses."""

    def __init__(self, folder: Path, scraped: int) -> None:
        self.folder, self.scraped, self.port = folder, scraped, free_port()
        text = (DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
        for ours, here in (
            ("/etc/prometheus/todo-metrics-token", str(folder / "token")),
            ("127.0.0.1:8000", f"127.0.0.1:{scraped}"),
            ("_interval: 15s", "_interval: 1s"),
        ):
            assert ours in text, ours
            text = text.replace(ours, here)
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")
        (folder / "alerts.yml").write_text(ALERTS, encoding="utf-8")
        (folder / "token").write_text(METRICS_TOKEN, encoding="utf-8")

    @contextmanager
    def running(self) -> Iterator[Prometheus]:
        check = [str(PROMTOOL), "check", "config", str(self.folder / "prometheus.yml")]
        subprocess.run(check, check=True, stdout=subprocess.DEVNULL)
        options = (f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data")
        command = [str(PROMETHEUS), *options, f"--web.listen-address=127.0.0.1:{self.port}"]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(self.is_ready)
            yield self
        finally:
            process.terminate()
            process.wait(timeout=30)

    def is_ready(self) -> bool:
        try:
            return bool(self.ask("targets")["activeTargets"])
        except OSError:
            return False

    def ask(self, path: str, **parameters: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)["data"]

    def values(self, query: str) -> list[float]:
        return [float(sample["value"][1]) for sample in self.ask("query", query=query)["result"]]

    def firing(self) -> set[str]:
        return {each["labels"]["alertname"] for each in self.ask("alerts")["alerts"] if each["state"] == "firing"}


@skipUnless(PROMETHEUS, "prometheus is not installed")
class TheDashboardHasValues(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.issuer = self.enterContext(FakeBetterAuth())
        counts = self.folder / "counts"
        # What seldom happens is counted by this process, beside those of the service.
        self.enterContext(override_settings(METRICS_TOKEN=METRICS_TOKEN, METRICS_DIRECTORY=str(counts)))
        metrics.forget_counts()
        self.addCleanup(metrics.forget_counts)
        url = f"sqlite:///{self.folder}/watched.sqlite3"
        options = {"METRICS_DIRECTORY": str(counts), "RATE_LIMIT_USER": "5", "BETTER_AUTH_EVENTS": "plugin"}
        self.service = self.enterContext(ServiceWithoutNginx(url, self.issuer.url, **options))
        self.prometheus = self.enterContext(Prometheus(self.folder, self.service.port).running())

    def test_each_query_of_each_panel_through_prometheus(self):
        token, expired = self.issuer.token(sub="alice"), self.issuer.token(sub="alice", exp=1)
        missing, deadline = set(queries()), time.monotonic() + 40
        while missing and time.monotonic() < deadline:
            for _ in range(3):
                self.service.request("GET", "/api/v1/todos", token)
            self.service.request("GET", "/api/v1/todos", expired)
            self.service.request("POST", "/better-auth/events/plugin", body={"no": "event"})
            self.let_rare_things_happen()
            time.sleep(0.5)
            missing = {query for query in missing if not any(value > 0 for value in self.prometheus.values(query))}
        self.assertEqual(missing, set())

        self.assertEqual({rule["health"] for group in self.groups() for rule in group["rules"]}, {"ok"})
        wait_for(lambda: "TodoCrash" in self.prometheus.firing())

    def groups(self) -> Any:
        return self.prometheus.ask("rules")["groups"]

    def let_rare_things_happen(self) -> None:
        metrics.count("requests_total", method="GET", route="/api/v1/todos", status=500)
        for name in metrics.FROM_THE_START:
            metrics.count(name)
        metrics.count("key_set_fetches_total", outcome="ok")
