"""The secret address of a calendar: made, shown once, replaced, revoked; and who is told nothing."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from betterauth_auth import users
from betterauth_auth.models import Identity
from tests.fake_neon_auth import execute
from tests.todos.case import API, Person, TodosTestCase
from tests.todos.test_user_table import NeonCase
from todoproject.http import fairness, routes
from todoproject.http.throttling import Held
from todoproject.monitoring import metrics
from todoproject.monitoring.request_log import JSONFormatter, RequestIdFilter
from todos import clock
from todos.compiled import shapes
from todos.models import CalendarAddress, IdempotencyKey
from todos.reading import calendar

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
NOBODYS = "1-" + "A" * 43


def address_of(person: Person) -> str:
    response = person.post("/me/calendar")
    assert response.status_code == 201, response.content
    return response.json()["address"]


def read(address: str, **headers: str) -> Any:
    """As a calendar does, which knows the address and nothing else, to the end."""
    response: Any = Client().get(address, headers=headers)
    response.written = response.getvalue().decode()
    return response


class MakingAndRevoking(TodosTestCase):
    def test_nobody_has_one_at_first(self):
        nothing = {"address": None, "made_at": None, "read_on": None}

        self.assertEqual(self.alice.get("/me/calendar").json(), nothing)

    def test_the_address_is_told_once(self):
        with clock.stopped_at(NOON):
            made = self.alice.post("/me/calendar")

        later = self.alice.get("/me/calendar")
        self.assertEqual(made.status_code, 201)
        self.assertRegex(made.json()["address"], r"^http://testserver/api/v1/calendar/\d+-[\w-]{43}\.ics$")
        self.assertEqual(later.json(), {"address": None, "made_at": "2026-11-27T12:00:00Z", "read_on": None})

    def test_the_database_has_a_hash(self):
        secret = address_of(self.alice).rpartition("/")[2].removesuffix(".ics")

        row = CalendarAddress.objects.values().get(owner=self.alice.user)
        self.assertEqual(row["secret_hash"], hashlib.sha256(secret.encode()).hexdigest())
        self.assertNotIn(secret.partition("-")[2], str(row))

    def test_whoever_has_it_reads(self):
        self.alice.todo(title="Water the plants")

        response = read(address_of(self.alice))

        self.assertEqual(response["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("SUMMARY:Water the plants\r\n", response.written)

    def test_with_a_slash_at_its_end_too(self):
        self.assertEqual(read(address_of(self.alice) + "/").status_code, 200)

    def test_the_next_one_replaces_it(self):
        first, second = address_of(self.alice), address_of(self.alice)

        self.assertNotEqual(first, second)
        self.assertEqual([read(each).status_code for each in (first, second)], [404, 200])

    def test_revoked_it_is_like_one_that_never_was(self):
        address = address_of(self.alice)

        self.assertEqual(self.alice.delete("/me/calendar").status_code, 204)

        headers = {"X-Request-ID": "the-same"}
        revoked, wrong, odd = (read(each, **headers) for each in (address, at(NOBODYS), at("x")))
        self.assertEqual(revoked.status_code, 404)
        for other in (wrong, odd):
            self.assertEqual((other.status_code, other.content), (404, revoked.content))
            self.assertEqual(dict(other.headers), dict(revoked.headers))
        self.assertEqual(self.alice.get("/me/calendar").json()["made_at"], None)
        self.assertEqual(self.alice.delete("/me/calendar").status_code, 204)

    def test_it_is_of_no_use_with_another_ones_key(self):
        """The key in the address says whose rows to look at; it opens nothing."""
        key, _, secret = address_of(self.alice).rpartition("/")[2].partition("-")
        address_of(self.mallory)

        self.assertNotEqual(key, str(self.mallory.user.pk))
        self.assertEqual(read(at(f"{self.mallory.user.pk}-{secret.removesuffix('.ics')}")).status_code, 404)

    def test_making_and_revoking_are_changes(self):
        before = self.alice.version

        address_of(self.alice)
        made = self.alice.version
        self.alice.delete("/me/calendar")

        self.assertEqual((made, self.alice.version), (before + 1, before + 2))

    def test_a_key_for_retries_is_refused_because_the_answer_would_be_kept(self):
        response = self.alice.post("/me/calendar", **{"Idempotency-Key": "once"})

        self.assert_fault(response, "/Idempotency-Key", "not_kept")
        self.assertEqual(CalendarAddress.objects.count(), 0)
        self.assertEqual(IdempotencyKey.objects.count(), 0)

    def test_the_day_of_the_last_reading_is_told(self):
        address = address_of(self.alice)
        with clock.stopped_at(NOON):
            tag = read(address)["ETag"]
        with clock.stopped_at(NOON + timedelta(hours=13)):
            read(address, **{"If-None-Match": tag})

        self.assertEqual(self.alice.get("/me/calendar").json()["read_on"], "2026-11-28")


class WhoeverIsShutOut(TodosTestCase):
    """Hears what everybody hears who has no address."""

    def setUp(self) -> None:
        super().setUp()
        self.address = address_of(self.alice)
        self.assertEqual(read(self.address).status_code, 200)

    def assert_gone(self) -> None:
        gone, wrong = (read(each, **{"X-Request-ID": "the-same"}) for each in (self.address, at(NOBODYS)))
        self.assertEqual((gone.status_code, gone.content), (404, wrong.content))
        self.assertEqual(dict(gone.headers), dict(wrong.headers))

    def test_by_deactivation_until_it_ends(self):
        self.set_active(False)
        self.assert_gone()

        self.set_active(True)
        self.assertEqual(read(self.address).status_code, 200)

    def set_active(self, is_active: bool) -> None:
        self.alice.user.is_active = is_active
        self.alice.user.save()

    def test_by_a_cut_off_for_good(self):
        users.cut_off(self.alice.user)
        self.assert_gone()

        Identity.objects.filter(subject="alice").update(tokens_valid_after=timezone.now() - timedelta(minutes=1))
        CalendarAddress.objects.update(made_at=timezone.now() - timedelta(minutes=2))
        self.assert_gone()

    def test_by_a_cut_off_but_not_with_an_address_from_after_it(self):
        Identity.objects.filter(subject="alice").update(tokens_valid_after=timezone.now() - timedelta(minutes=1))

        self.assertEqual(read(address_of(self.alice)).status_code, 200)

    def test_by_erasing_everything(self):
        self.assertEqual(self.alice.delete("/me").status_code, 204)

        self.assert_gone()
        self.assertEqual(CalendarAddress.objects.count(), 0)

    def test_by_the_end_of_the_user(self):
        self.alice.user.delete()

        self.assert_gone()
        self.assertEqual(CalendarAddress.objects.count(), 0)


class WhereBetterAuthsTableIsAsked(NeonCase):
    """A ban there is known to nobody here, and no token comes that could be refused."""

    def setUp(self) -> None:
        super().setUp()
        self.address = self.nina.send("POST", "/me/calendar").json()["address"]
        self.assertEqual(read(self.address).status_code, 200)

    def test_a_ban_ends_it_until_it_is_lifted(self):
        self.neon.ban(self.nina.id)
        self.assertEqual(read(self.address).status_code, 404)

        execute(f"UPDATE {self.neon.quoted} SET banned = %s", [False])
        self.assertEqual(read(self.address).status_code, 200)

    def test_whoever_is_gone_from_it_has_none(self):
        self.neon.delete(self.nina.id)

        self.assertEqual(read(self.address).status_code, 404)

    def test_a_table_that_cannot_be_asked_is_an_outage(self):
        execute(f"DROP TABLE {self.neon.quoted}")

        self.assert_problem(Client().get(self.address), 503, "unavailable")


class WhatAReaderMayCost(TodosTestCase):
    def test_wrong_addresses_are_counted_by_network(self):
        cache.clear()
        with override_settings(RATE_LIMIT_ADDRESS=3):
            statuses = [read(at(NOBODYS)).status_code for _ in range(5)]

        self.assertEqual(statuses, [404, 404, 404, 429, 429])

    def test_one_calendar_has_a_limit_of_its_own_wherever_it_is_read_from(self):
        address = address_of(self.alice)
        cache.clear()
        with override_settings(RATE_LIMIT_USER=3):
            answers = [read(address, **{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(5)]

        self.assertEqual([answer.status_code for answer in answers], [200, 200, 200, 429, 429])
        self.assertIn("Retry-After", answers[-1])

    def test_a_method_that_writes_is_none_of_its_whatever_the_address(self):
        for address in (address_of(self.alice), at(NOBODYS), at("x")):
            with self.assertNumQueries(0):
                response = Client().post(address)
            self.assertEqual((response.status_code, response["Allow"]), (405, "GET, HEAD"))


class WhileItIsSent(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.address = address_of(self.alice)
        for _ in range(3):
            self.alice.todo()
        self.enterContext(mock.patch.object(calendar, "ROWS_AT_A_TIME", 1))
        shapes.forget()
        self.addCleanup(shapes.forget)

    def test_a_part_is_read_when_the_one_before_it_is_gone(self):
        with CaptureQueriesContext(connection) as statements:
            response = Client().get(self.address)
            counts = [(next(response.streaming_content), len(statements))[1] for _ in range(3)]
            list(response.streaming_content)

        self.assertEqual(counts, [3, 4, 5])

    def test_a_failure_at_the_beginning_is_told(self):
        with connection.execute_wrapper(failing_at(1)):
            self.assert_problem(Client().get(self.address), 503, "unavailable")

    def test_a_failure_later_does_not_look_like_an_end(self):
        with connection.execute_wrapper(failing_at(2)):
            pieces = Client().get(self.address).streaming_content
            first = next(pieces)
            with self.assertRaises(OperationalError):
                list(pieces)

        self.assertIn(b"BEGIN:VTODO", first)
        self.assertNotIn(b"END:VCALENDAR", first)

    def test_a_place_is_taken_until_the_last_part(self):
        key = str(self.alice.user.pk)
        response = Client().get(self.address)
        taken = fairness._shares[key].working

        list(response.streaming_content)

        self.assertEqual((taken, key in fairness._shares), (1, False))

    def test_a_place_is_free_when_the_answer_is_dropped(self):
        self.assertTrue(fairness.enter("somebody"))
        held = Held(iter(()), "somebody")
        self.assertIn("somebody", fairness._shares)

        del held

        self.assertNotIn("somebody", fairness._shares)


def failing_at(number: int) -> Any:
    """Lets the read of so many todos fail, as when the database goes away."""
    reads = itertools.count(1)

    def wrapper(execute, sql, params, many, context):
        if 'FROM "todos_todo"' in sql and next(reads) == number:
            raise OperationalError("the database went away")
        return execute(sql, params, many, context)

    return wrapper


class NobodyWritesTheSecretDown(TodosTestCase):
    """As lines are written, by the handler and the filters that are configured."""

    def setUp(self) -> None:
        super().setUp()
        self.address = address_of(self.alice)
        # What is secret may have hyphens of its own.
        self.secret = self.address.rpartition("/")[2].partition("-")[2].removesuffix(".ics")
        self.assertGreater(len(self.secret), 20)
        self.lines = io.StringIO()
        handler = logging.StreamHandler(self.lines)
        handler.setFormatter(JSONFormatter())
        handler.addFilter(RequestIdFilter())
        logging.getLogger().addHandler(handler)
        self.addCleanup(logging.getLogger().removeHandler, handler)

    def assert_told(self, status: int, route: str = "/api/v1/calendar/<str:secret>.ics") -> None:
        lines = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        self.assertIn((status, route), [(line.get("status"), line.get("route")) for line in lines])
        self.assertNotIn(self.secret, self.lines.getvalue())

    def test_in_the_line_of_a_request(self):
        read(self.address)
        self.assert_told(200)

    def test_in_that_of_one_that_is_refused(self):
        self.alice.delete("/me/calendar")
        read(self.address)
        self.assert_told(404)
        read(self.address.replace(".ics", ".txt"))
        self.assert_told(404, "(none)")

    def test_when_something_breaks(self):
        with mock.patch.object(calendar, "chunks", side_effect=ValueError("broken")):
            self.assertEqual(Client(raise_request_exception=False).get(self.address).status_code, 500)

        self.assert_told(500)
        self.assertIn("Internal Server Error: /api/v1/calendar/<str:secret>.ics", self.lines.getvalue())
        self.assertIn("ValueError: broken", self.lines.getvalue())

    @override_settings(METRICS_TOKEN="for-this-test")
    def test_in_the_metrics(self):
        read(self.address)
        exposition = Client().get("/metrics", headers={"Authorization": "Bearer for-this-test"})

        self.assertIn('route="/api/v1/calendar/<str:secret>.ics"', metrics.exposition())
        self.assertNotIn(self.secret, metrics.exposition() + exposition.content.decode())

    def test_where_views_are_remembered_by_their_address(self):
        routes.remembered.cache_clear()
        read(self.address)
        read(at(NOBODYS))

        self.assertEqual(routes.remembered.cache_info().currsize, 0)


def at(secret: str) -> str:
    return f"{API}/calendar/{secret}.ics"
