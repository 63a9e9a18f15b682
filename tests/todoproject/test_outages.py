"""The database fails under a request, for real: the view kills its connection, or nothing listens at the address."""

from collections.abc import Callable
from typing import Any
from unittest import skipUnless

from django.core.cache import cache
from django.db import OperationalError, close_old_connections, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, SimpleTestCase, TestCase, TransactionTestCase, override_settings
from django.urls import path
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from tests.todoproject.urls import urlpatterns as test_urlpatterns

attempts: list[str] = []


def die(times: int) -> None:
    """Kills the connection of the first `times` attempts, and counts them all."""
    attempts.append("run")
    with connection.cursor() as cursor:
        if len(attempts) <= times:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        cursor.execute("SELECT 1")


@api_view(["GET", "POST"])
@authentication_classes([])
@permission_classes([])
def api(request: Request, times: int) -> Response:
    die(times)
    return Response({"attempts": len(attempts)})


def page(request: HttpRequest, times: int) -> HttpResponse:
    die(times)
    return HttpResponse("fine")


def slow(request: HttpRequest) -> HttpResponse:
    attempts.append("run")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")
    return HttpResponse("after all")


def waiting(request: HttpRequest) -> HttpResponse:
    attempts.append("run")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 50")
        cursor.execute("LOCK TABLE django_session")
    return HttpResponse("after all")


def in_api(view: Callable[[Any], HttpResponse]) -> Callable[..., HttpResponse]:
    return api_view(["GET", "POST"])(authentication_classes([])(permission_classes([])(view)))


def full(request: HttpRequest) -> HttpResponse:
    raise OperationalError("database or disk is full")


urlpatterns = [
    *test_urlpatterns,
    path("api/v1/test/die/<int:times>", api),
    path("page/<int:times>", page),
    path("slow", slow),
    path("api/v1/test/slow", in_api(slow)),
    path("waiting", waiting),
    path("api/v1/test/waiting", in_api(waiting)),
    path("full", full),
]


class Outage:
    """What both kinds of test case share: a fresh count and a client that shows 500s instead of raising them."""

    def setUp(self) -> None:
        attempts.clear()
        cache.clear()
        self.client = Client(raise_request_exception=False)


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL, whose connections can be killed")
@override_settings(ROOT_URLCONF=__name__)
class AConnectionThatDiesUnderARequest(Outage, TransactionTestCase):
    def test_a_read_is_run_once_more_in_the_api_and_outside_it(self):
        for address in ("/api/v1/test/die/1", "/page/1"):
            with self.subTest(address):
                attempts.clear()
                self.assertEqual(self.client.get(address).status_code, 200)
                self.assertEqual(len(attempts), 2)

    def test_a_read_is_run_no_more_than_twice(self):
        response = self.client.get("/api/v1/test/die/9")

        self.assertEqual((response.status_code, len(attempts)), (503, 2))

    def test_a_write_is_never_run_again_but_answered_503(self):
        for address in ("/api/v1/test/die/1", "/page/1"):
            with self.subTest(address):
                attempts.clear()
                response = self.client.post(address)
                self.assertEqual((response.status_code, len(attempts)), (503, 1))
                self.assertEqual(response.headers["Retry-After"], "5")

    def test_the_next_request_gets_a_new_connection(self):
        self.assertEqual(self.client.post("/page/1").status_code, 503)

        self.assertEqual(self.client.post("/page/0").status_code, 200)

    def test_a_connection_killed_while_it_rested_is_noticed_before_a_write_is_sent(self):
        self.client.post("/page/0")
        with connections.create_connection("default").cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"  # waits until it is gone
                " WHERE application_name = 'todo-api' AND pid <> pg_backend_pid()"
            )
            self.assertIn((True,), cursor.fetchall())
        close_old_connections()  # The test client leaves out this part of a request's beginning.

        self.assertEqual(self.client.post("/page/0").status_code, 200)


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL, which ends statements")
@override_settings(ROOT_URLCONF=__name__)
class AStatementThatTheServerGivesUp(Outage, TransactionTestCase):
    def test_is_503_and_never_run_again(self):
        other = connections.create_connection("default")
        self.addCleanup(other.close)
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE django_session")
        for address in ("/slow", "/api/v1/test/slow", "/waiting", "/api/v1/test/waiting"):
            for send in (self.client.get, self.client.post):
                with self.subTest(address, send=send.__name__):
                    attempts.clear()
                    response = send(address)
                    self.assertEqual((response.status_code, response.headers.get("Retry-After")), (503, "5"))
                    self.assertEqual(len(attempts), 1)
        other.rollback()


@skipUnless(connection.vendor == "postgresql", "needs PostgreSQL")
@override_settings(ROOT_URLCONF=__name__)
class AConnectionThatDiesInsideATestsTransaction(Outage, TestCase):
    def test_the_request_is_not_run_again_because_its_transaction_is_gone(self):
        response = self.client.get("/api/v1/test/die/1")

        self.assertEqual((response.status_code, len(attempts)), (503, 1))
        connection.close()


@override_settings(ROOT_URLCONF=__name__)
class ADatabaseErrorOutsideTheApi(Outage, SimpleTestCase):
    def test_it_is_503_with_retry_after_and_not_500(self):
        response = self.client.get("/full")

        self.assertEqual((response.status_code, response.headers["Retry-After"]), (503, "5"))
