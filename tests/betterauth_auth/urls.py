"""The smallest API that uses the app, with stock Django REST Framework."""

from django.urls import include, path
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView, exception_handler

from betterauth_auth.authentication import (
    BetterAuthAuthentication,
    StatelessBetterAuthAuthentication,
    verified_subject,
)
from betterauth_auth.permissions import HasOrganizationRole, HasRole, HasScopes, IsNotImpersonated


class AnswerSerializer(Serializer):
    """For the OpenAPI document."""


class WhoAmI(APIView):
    serializer_class = AnswerSerializer
    authentication_classes = [BetterAuthAuthentication]
    permission_classes = [IsAuthenticated]
    renderer_classes = [JSONRenderer]

    def get_exception_handler(self):
        # Stock, whatever the host project has configured.
        return exception_handler

    def get(self, request: Request) -> Response:
        subject = request.auth.subject if request.auth else None
        return Response({"user": request.user.pk, "subject": subject})


class Public(WhoAmI):
    authentication_classes = [BetterAuthAuthentication]
    permission_classes = [AllowAny]


class Stateless(WhoAmI):
    authentication_classes = [StatelessBetterAuthAuthentication]


class Scoped(WhoAmI):
    permission_classes = [HasScopes]
    required_scopes = ["todos:read", "todos:write"]


class ForRoles(WhoAmI):
    permission_classes = [HasRole]
    required_roles = ["admin", "editor"]


class ForNoRole(WhoAmI):
    permission_classes = [HasRole]


class ForOrganizations(WhoAmI):
    permission_classes = [HasOrganizationRole]
    required_organization_roles = ["owner"]

    def get(self, request: Request, organization: str) -> Response:
        return super().get(request)


class InPerson(WhoAmI):
    permission_classes = [IsNotImpersonated]


class SubjectOnly(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    renderer_classes = [JSONRenderer]

    def get(self, request: Request) -> Response:
        return Response({"subject": verified_subject(request)})


urlpatterns = [
    path("whoami", WhoAmI.as_view()),
    path("public", Public.as_view()),
    path("stateless", Stateless.as_view()),
    path("scoped", Scoped.as_view()),
    path("roles", ForRoles.as_view()),
    path("no-roles", ForNoRole.as_view()),
    path("organizations/<str:organization>", ForOrganizations.as_view()),
    path("in-person", InPerson.as_view()),
    path("subject", SubjectOnly.as_view()),
    path("events/", include("betterauth_auth.events.urls")),
]
