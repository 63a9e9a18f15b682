"""What every address of the application has in common: whose rows, which parameters, which headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from todos.api import idempotency
from todos.api.errors import query_fault, translated
from todos.api.idempotency import key_of
from todos.api.pagination import KeysetPagination
from todos.api.preconditions import accepted_versions, etag, is_known
from todos.api.strict import VersionInput, parse_uuid
from todos.exceptions import Refused

PAGING = frozenset({"cursor", "page_size", "ordering"})


class OwnedViewSet(GenericViewSet[Any]):
    """Rows of the signed-in user. There is no other way to a row than `get_queryset`."""

    lookup_field = "id"
    # Without OPTIONS: DRF's answer to it would look rows up in a way of its own. Preflights end before they get here.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    pagination_class: type[KeysetPagination] | None = KeysetPagination
    filter_backends = []
    model: ClassVar[Any]
    columns: ClassVar[tuple[str, ...]]
    orderings: ClassVar[dict[str, str]] = {}
    # The query parameters of each action; repeated ones are refused unless they are named in `repeatable`.
    parameters: ClassVar[dict[str, frozenset[str]]] = {}
    repeatable: ClassVar[frozenset[str]] = frozenset()

    def get_queryset(self) -> models.QuerySet[Any]:
        return self.model.objects.owned_by(self.request.user)

    def shape(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Adds what the JSON needs beyond the row's own columns."""
        return rows

    def to_json(self, row: tuple[Any, ...]) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def owner_id(self) -> int:
        return key_of(self.request)

    @property
    def uid(self) -> UUID:
        """The id in the address. What is no id can't be the id of a row either."""
        uid = parse_uuid(self.kwargs["id"])
        if uid is None:
            raise NotFound
        return uid

    def represent(self, uid: UUID) -> dict[str, Any] | None:
        """The row as JSON, if the caller has it."""
        row = self.shape(self.get_queryset().filter(uid=uid)).values_list(*self.columns).first()
        return None if row is None else self.to_json(row)

    def present(self, uid: UUID) -> dict[str, Any]:
        data = self.represent(uid)
        if data is None:
            raise NotFound
        return data

    def current(self) -> dict[str, Any]:
        return self.present(self.uid)

    def page(self, rows: models.QuerySet[Any]) -> Response:
        return self.get_paginated_response([self.to_json(row) for row in self.paginate_queryset(rows) or ()])

    def valid(self, serializer: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The body's values, once they have passed."""
        checked = serializer(data=self.request.data, partial=partial)
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def expected(self, values: dict[str, Any] | None = None) -> frozenset[int] | None:
        """The versions that the caller insists on, by If-Match or a `version` in the body, which is taken out."""
        if values is None:
            values = self.valid(VersionInput)
        return accepted_versions(self.request, values.pop("version", None))

    def one(self, data: dict[str, Any], *, created: bool = False) -> Response:
        """The answer that is a single row."""
        tag = etag(data["version"])
        headers = {"ETag": tag}
        if self.request.method in {"GET", "HEAD"} and is_known(self.request, tag):
            return Response(status=304, headers=headers)
        if created:
            headers["Location"] = self.request.build_absolute_uri(f"{self.collection}/{data['id']}")
        return Response(data, status=201 if created else 200, headers=headers)

    @property
    def collection(self) -> str:
        """The address of the rows that this one is among."""
        path = self.request.path
        return path[: path.index(f"/{self.kwargs['id']}")] if "id" in self.kwargs else path

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and "Idempotency-Key" in request.headers:
            handler: Callable[..., Response] = getattr(self, "post", self.http_method_not_allowed)
            self.post = partial(idempotency.once, handler)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.parameters.get(self.action or "", frozenset())
        for name, values in request.query_params.lists():
            if name not in known:
                raise query_fault(name, "unknown_parameter", "There is no such parameter here.")
            if len(values) > 1 and name not in self.repeatable:
                raise query_fault(name, "repeated", "Give this parameter once.")

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(translated(exc, self.represent) if isinstance(exc, Refused) else exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Authorization", "Origin"))
        return response
