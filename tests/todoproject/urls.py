"""The real addresses and a few that fail on purpose."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_protect
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from todoproject.urls import urlpatterns as real_urlpatterns


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the password is hunter2")


def lose_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("server closed the connection unexpectedly")


@csrf_protect
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
def echo(request: Request) -> Response:
    return Response({"given": request.data})


@api_view(["GET"])
@authentication_classes([])
@permission_classes([])
def lose_database_in_drf(request: Request) -> Response:
    raise OperationalError("server closed the connection unexpectedly")


@api_view(["GET"])
def whoami(request: Request) -> Response:
    return Response({"username": request.user.get_username()})


@api_view(["GET"])
def crash_signed_in(request: Request) -> Response:
    raise RuntimeError("the password is hunter2")


urlpatterns = [
    *real_urlpatterns,
    path("api/v1/test/crash", crash),
    path("api/v1/test/form", form),
    path("api/v1/test/echo", echo),
    path("api/v1/test/lost", lose_database_in_drf),
    path("api/v1/test/lost-uncaught", lose_database),
    path("api/v1/test/whoami", whoami),
    path("api/v1/test/crash-signed-in", crash_signed_in),
    path("elsewhere/whoami", whoami),
]
