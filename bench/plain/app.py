"""A todo of eight plain columns with a ModelSerializer, a ModelViewSet and a JWT class, reading our tables."""

import json
import uuid
from pathlib import Path

import jwt
from django.conf import settings
from django.db import models
from django.urls import include, path
from django.utils import timezone
from rest_framework import authentication, exceptions, pagination, permissions, routers, serializers, viewsets

KEYS = jwt.PyJWKSet.from_dict(json.loads(Path(settings.JWKS_FILE).read_text(encoding="utf-8")))


class Person(models.Model):
    is_active = models.BooleanField()
    is_authenticated = True

    class Meta:
        managed = False
        app_label = "plain"
        db_table = "auth_user"


class Identity(models.Model):
    user = models.ForeignKey(Person, models.DO_NOTHING)
    subject = models.TextField()

    class Meta:
        managed = False
        app_label = "plain"
        db_table = "betterauth_auth_identity"


class Todo(models.Model):
    uid = models.UUIDField(default=uuid.uuid4)
    owner = models.ForeignKey(Person, models.DO_NOTHING)
    title = models.CharField(max_length=500)
    notes = models.TextField(default="", blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    completed_at = models.DateTimeField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # What our table asks for besides.
    list_id = models.BigIntegerField(editable=False)
    version = models.BigIntegerField(editable=False, default=1)
    position = models.TextField(editable=False)
    time_zone = models.TextField(editable=False, default="")
    due_sort = models.BigIntegerField(editable=False, default=0)
    title_sort = models.TextField(editable=False, default="")

    class Meta:
        managed = False
        app_label = "plain"
        db_table = "todos_todo"


class TokenAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            key = KEYS[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["EdDSA"], issuer=settings.ISSUER, audience=settings.ISSUER)
        except (jwt.PyJWTError, KeyError) as exc:
            raise exceptions.AuthenticationFailed from exc
        identity = Identity.objects.select_related("user").filter(subject=claims["sub"]).first()
        if identity is None or not identity.user.is_active:
            raise exceptions.AuthenticationFailed
        return identity.user, claims


class ByPosition(pagination.CursorPagination):
    ordering = ("position", "uid")
    page_size = 50


class TodoSerializer(serializers.ModelSerializer):
    id = serializers.UUIDField(source="uid", read_only=True)

    class Meta:
        model = Todo
        fields = ("id", "title", "notes", "priority", "completed_at", "due_date", "created_at", "updated_at")


class TodoViewSet(viewsets.ModelViewSet):
    authentication_classes = [TokenAuthentication]
    permission_classes = [permissions.IsAuthenticated]
    pagination_class = ByPosition
    serializer_class = TodoSerializer
    lookup_field = "uid"

    def get_queryset(self):
        return Todo.objects.filter(owner=self.request.user)

    def perform_create(self, serializer):
        list_id = self.get_queryset().values_list("list_id", flat=True).first()
        serializer.save(owner=self.request.user, list_id=list_id, position=f"z{timezone.now().timestamp():f}")


router = routers.SimpleRouter(trailing_slash=False)
router.register("api/v1/todos", TodoViewSet, basename="todo")
urlpatterns = [path("", include(router.urls))]
