from unittest import mock

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import SimpleTestCase, override_settings

from todoproject.http.gate import MAX_HOSTS, ApiGate, SecureRequest, fixed_headers, write
from todoproject.http.transport import headers_of_api

GATE = "todoproject.http.gate.ApiGate"


class TheGateOfTheApi(SimpleTestCase):
    def test_a_request_of_the_api_passes_at_most_four_middlewares(self):
        self.assertLessEqual(settings.MIDDLEWARE.index(GATE) + 1, 4)

    @override_settings(SECURE_HSTS_SECONDS=60)
    def test_headers_taken_over_together_are_those_set_one_by_one(self):
        for request in (HttpRequest(), SecureRequest()):
            with self.subTest(is_secure=request.is_secure()):
                one_by_one, together = HttpResponse(), HttpResponse()
                SecurityMiddleware(lambda request, response=one_by_one: response)(request)
                for name, value in headers_of_api().items():
                    one_by_one[name] = value
                write(together, fixed_headers(request))

                self.assertEqual(dict(together.items()), dict(one_by_one.items()))
                self.assertEqual("Strict-Transport-Security" in together, request.is_secure())

    def test_no_two_answers_share_their_headers(self):
        headers = fixed_headers(HttpRequest())
        first, second = HttpResponse(), HttpResponse()
        write(first, headers)
        first["X-Frame-Options"] = "SAMEORIGIN"
        write(second, headers)

        self.assertEqual(second["X-Frame-Options"], "DENY")

    @override_settings(ALLOWED_HOSTS=["api.example.com", ".example.org"])
    def test_a_host_that_is_known_is_not_looked_at_again_and_no_other_gets_through(self):
        gate = ApiGate(lambda request: HttpResponse())
        with mock.patch.object(HttpRequest, "get_host", autospec=True, side_effect=HttpRequest.get_host) as get_host:
            for host, calls in (("api.example.com", 1), ("api.example.com", 1), ("a.example.org:80", 2)):
                gate.refuse_strange_host(request_to(host))
                self.assertEqual(get_host.call_count, calls)
            for _ in range(2):
                with self.assertRaises(DisallowedHost):
                    gate.refuse_strange_host(request_to("evil.example"))

    @override_settings(ALLOWED_HOSTS=["*"])
    def test_whoever_makes_up_hosts_takes_no_memory(self):
        gate = ApiGate(lambda request: HttpResponse())
        for number in range(MAX_HOSTS + 10):
            gate.refuse_strange_host(request_to(f"host{number}.example"))
        self.assertEqual(len(gate.known_hosts), MAX_HOSTS)

    @override_settings(ALLOWED_HOSTS=["api.example.com"], USE_X_FORWARDED_HOST=True)
    def test_where_a_proxy_says_which_host_it_is_each_is_looked_at(self):
        gate = ApiGate(lambda request: HttpResponse())
        gate.refuse_strange_host(request_to("api.example.com"))
        forwarded = request_to("api.example.com")
        forwarded.META["HTTP_X_FORWARDED_HOST"] = "evil.example"
        with self.assertRaises(DisallowedHost):
            gate.refuse_strange_host(forwarded)


def request_to(host: str) -> HttpRequest:
    request = HttpRequest()
    request.META = {"HTTP_HOST": host, "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    return request
