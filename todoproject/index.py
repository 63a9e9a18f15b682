"""/api/v1: where everything is, for whoever has only the address."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from todos.api.bodies import AnswerSerializer


class IndexAnswer(AnswerSerializer):
    # Each link has the name of its route, with underscores.
    version = serializers.CharField(help_text="Of the API, as in the OpenAPI document.")
    todos = serializers.URLField()
    todos_bulk = serializers.URLField(help_text="Several changes in one request, all or none of them.")
    todos_quick = serializers.URLField(help_text="A todo from one line of English.")
    completions = serializers.URLField(help_text="What was done of todos that repeat.")
    occurrences = serializers.URLField(help_text="The days that a rule names, for `rrule` and `due_date`.")
    reminders = serializers.URLField(help_text="What a device schedules.")
    lists = serializers.URLField()
    tags = serializers.URLField()
    views = serializers.URLField(help_text="Saved ones.")
    summary = serializers.URLField(help_text="Every badge in one call.")
    changes = serializers.URLField(help_text="What has changed since a version.")
    live = serializers.URLField(help_text="A stream that tells when there are changes.")
    me = serializers.URLField(help_text="Who is signed in, and the settings.")
    me_calendar = serializers.URLField(help_text="The address that calendars read.")
    me_export = serializers.URLField(help_text="Everything of a person as one document.")
    me_import = serializers.URLField(help_text="Takes that document back, and those of other services.")
    schema = serializers.URLField(help_text="The OpenAPI document.")
    docs = serializers.URLField(help_text="The same as a page for people.")


LINKS = [name for name, field in IndexAnswer().fields.items() if isinstance(field, serializers.URLField)]


class IndexView(APIView):
    """Nobody is asked for a token, and a bad one is no matter: the answer is the same for all."""

    authentication_classes = ()
    permission_classes = ()
    # Visitors are counted by the gate.
    throttle_classes = ()

    @extend_schema(
        operation_id="getIndex",
        tags=["index"],
        summary="Where everything is",
        description="Needs no token. The same for everybody, so it may be cached.",
        auth=[],
        responses=IndexAnswer,
    )
    @method_decorator(cache_control(public=True, max_age=300))
    def get(self, request: Request) -> Response:
        links = {name: request.build_absolute_uri(reverse(name.replace("_", "-"))) for name in LINKS}
        return Response({"version": settings.SPECTACULAR_SETTINGS["VERSION"], **links}, headers={"Vary": "Origin"})
