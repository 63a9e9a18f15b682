from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import SimpleTestCase, override_settings

from todoproject.http.gate import SecureRequest, fixed_headers, write
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
