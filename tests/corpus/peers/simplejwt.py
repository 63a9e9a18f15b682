"""djangorestframework-simplejwt with JWK_URL, asked by requests. Its settings allow one algorithm."""

import django
from django.conf import settings
from protocol import serve

backends = {}


def answer(question):
    from rest_framework.test import APIRequestFactory
    from rest_framework_simplejwt.backends import TokenBackend
    from rest_framework_simplejwt.tokens import AccessToken

    algorithm, *others = question["algorithms"]
    if others:
        return {"skipped": "it accepts one algorithm"}
    told = {"issuer": question["issuer"], "audience": question["audience"], "leeway": question["leeway_seconds"]}
    url = question["jwks_url"]
    # What its settings JWK_URL, ISSUER, AUDIENCE and LEEWAY make.
    AccessToken._token_backend = backends.setdefault(url, TokenBackend(algorithm, jwk_url=url, **told))
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=question["authorization"])
    response = who_am_i(request)
    return {"accepted": response.status_code == 200, "status": response.status_code, "reason": str(response.data)}


def who_am_i(request):
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class WhoAmI(APIView):
        def get(self, request):
            return Response({"sub": str(request.user.id)})

    return WhoAmI.as_view()(request)


own = "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"
drf = {
    "DEFAULT_AUTHENTICATION_CLASSES": [own],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
claims = {"USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": None, "JTI_CLAIM": None}
apps = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]
settings.configure(INSTALLED_APPS=apps, SECRET_KEY="x" * 50, REST_FRAMEWORK=drf, SIMPLE_JWT=claims)
django.setup()
serve(answer)
