import threading
import time
from contextlib import contextmanager

from django.test import override_settings

from tests.todos.case import TodosTestCase
from todoproject.http import fairness, throttling


@override_settings(WEB_THREADS=4, ROOT_URLCONF="tests.todoproject.urls")
class HalfOfTheThreadsWorkForOnePerson(TodosTestCase):
    def setUp(self) -> None:
        super().setUp()
        fairness._shares.clear()
        self.addCleanup(fairness._shares.clear)

    @contextmanager
    def at_work(self, person, requests=2):
        """While so many requests of this person are being worked on, in other threads."""
        name = f"{self.issuer.url}|{person.subject}"
        for _ in range(requests):
            self.assertTrue(fairness.enter(name))
        try:
            yield name
        finally:
            for _ in range(requests):
                fairness.leave(name)

    def seconds(self, call):
        started = time.monotonic()
        call()
        return time.monotonic() - started

    def use_up_the_allowance(self, person):
        while self.seconds(lambda: person.get("/tags")) > fairness.SHORTEST_WAIT_SECONDS:
            pass

    def test_a_third_request_is_refused_after_a_wait(self):
        with self.at_work(self.mallory):
            started = time.monotonic()
            response = self.mallory.get("/tags")
            waited = time.monotonic() - started

        self.assert_problem(response, 429, "too_many_at_once")
        self.assertEqual(response["Retry-After"], "1")
        self.assertGreaterEqual(waited, fairness.ALLOWANCE_SECONDS)
        self.assertEqual(self.mallory.get("/tags").status_code, 200)

    def test_others_do_not_wait(self):
        with self.at_work(self.mallory):
            self.assertEqual(self.alice.get("/tags").status_code, 200)

    def test_one_that_waits_goes_on_as_soon_as_another_has_ended(self):
        with self.at_work(self.mallory, requests=1):
            name = f"{self.issuer.url}|mallory"
            fairness.enter(name)
            ending = threading.Timer(0.1, fairness.leave, [name])
            ending.start()

            response = self.mallory.get("/tags")

        self.assertEqual(response.status_code, 200)
        self.assertTrue(ending.finished.is_set())

    def test_who_has_waited_in_vain_is_refused_at_once(self):
        with self.at_work(self.mallory):
            self.use_up_the_allowance(self.mallory)

            self.assertLess(self.seconds(lambda: self.mallory.get("/tags")), fairness.ALLOWANCE_SECONDS / 2)
            # Refusals cost no look at the database.
            with self.assertNumQueries(0):
                self.assert_problem(self.mallory.get("/tags"), 429, "too_many_at_once")

    def test_while_connections_are_made_waiting_costs_nothing(self):
        with self.at_work(self.mallory) as name, fairness.connecting():
            ending = threading.Timer(2 * fairness.ALLOWANCE_SECONDS, fairness.leave, [name])
            ending.start()

            self.assertEqual(self.mallory.get("/tags").status_code, 200)
            self.assertEqual(fairness._shares[name].waited, 0)
            fairness.enter(name)

    def test_places_are_given_back_whatever_becomes_of_the_request(self):
        self.mallory.client.raise_request_exception = False
        for path, status in (
            ("/tags", 200),
            ("/todos/1", 404),
            ("/tags?x=1", 400),
            ("/test/whoami", 200),
            ("/test/crash-signed-in", 500),
            ("http://testserver/elsewhere/whoami", 200),
        ):
            for _ in range(3):
                with self.subTest(path):
                    self.assertEqual(self.mallory.get(path).status_code, status)
        self.assertEqual(fairness._shares, {})

    def test_a_request_that_is_run_again_has_one_place(self):
        request = type("Request", (), {"META": {throttling.WORKS_FOR: ""}})()

        throttling.begin_work(request.META, "mallory")
        throttling.begin_work(request.META, "mallory")

        self.assertEqual(fairness._shares["mallory"].working, 1)

    @override_settings(WEB_THREADS=1)
    def test_a_process_with_one_thread_works_for_everybody(self):
        self.assertEqual(self.mallory.get("/tags").status_code, 200)
