"""What every address of the application has in common: whose rows, which parameters, which headers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import UUIDField
from django.http import HttpResponse
from django.utils.functional import cached_property
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from todos import changes
from todos.api import idempotency, tables
from todos.api.bodies import StrictSerializer, VersionInput
from todos.api.compression import accepts_gzip, compressed, is_compressed
from todos.api.docs.pages import DescribedPages
from todos.api.errors import translated
from todos.api.idempotency import key_of
from todos.api.known import require_known
from todos.api.pagination import Sorting, absolute, pagination_of
from todos.api.parameters import flag
from todos.api.preconditions import accepted_versions, etag, is_known
from todos.api.spellings import parse_uuid
from todos.compiled.caller import Caller
from todos.compiled.shapes import Given
from todos.exceptions import Refused
from todos.models import Todo
from todos.models.expressions import zone_of
from todos.models.owned import Owner
from todos.reading import Query, Reader, Sent, Table, reader_of
from todos.types import Json, RowSet

T = TypeVar("T")
PAGING = frozenset({"cursor", "page_size", "ordering"})


class OwnedViewSet(GenericViewSet[Any]):
    """Rows of the signed-in user. There is no other way to a row than `get_queryset`."""

    lookup_field = "id"
    # Without OPTIONS: DRF's answer to it would look rows up in a way of its own. Preflights end before they get here.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    pagination_class: type[DescribedPages] | None = DescribedPages
    filter_backends = []
    model: ClassVar[Any]
    table: ClassVar[Table]
    orderings: ClassVar[dict[str, str]] = {}
    # The query parameters of each action; repeated ones are refused unless they are named in `repeatable`.
    parameters: ClassVar[dict[str, frozenset[str]]] = {}
    repeatable: ClassVar[frozenset[str]] = frozenset()

    # For authentication: whether this user may still come in is asked by the queries that read the user's rows, or
    # by fetching the user; see `finalize_response`.
    defers_user = True

    def get_queryset(self, owner: Owner | None = None) -> Any:
        """The user's rows, or those of what stands for the user in a query."""
        return self.model.objects.owned_by(owner or self.request.user)

    def rows(self, owner: Owner, given: Given) -> RowSet:
        """The rows with everything that their JSON needs beyond their own columns."""
        return self.get_queryset(owner)

    def one_row(self, owner: Owner, given: Given) -> RowSet:
        return self.rows(owner, given).filter(uid=given("uid", UUIDField()))

    def sorting(self, name: str) -> Sorting:
        """What one of the `orderings`, perhaps with - in front, sorts by."""
        column = self.orderings[name.removeprefix("-")]
        return Sorting(column, self.model._meta.get_field(column), is_descending=name.startswith("-"))

    @property
    def shape(self) -> Hashable:
        """What the view's querysets depend on besides the owner and the values that they are given."""
        return None

    def query(self, build: Callable[[Owner, Given], RowSet], **values: Any) -> Query:
        return Query((type(self), build.__name__, self.shape), build, values)

    def values(self) -> Json:
        """What `rows` is given."""
        return {}

    @cached_property
    def reader(self) -> Reader:
        return reader_of(self.request.user)

    @property
    def caller(self) -> Caller:
        return self.reader.caller

    @property
    def writer(self) -> int | Caller:
        """For changes that can find the owner by themselves."""
        return self.caller if self.caller.resolves_in_sql else self.owner_id

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

    def with_inbox(self, read: Callable[[], T], has_inbox: Callable[[T], bool]) -> T:
        """What is read, once more if there was no Inbox: whoever comes back after an erasure has none."""
        found = read()
        if has_inbox(found):
            return found
        changes.ensure_inbox(self.writer)
        return read()

    def json_of(self, uid: UUID) -> Json | None:
        """The row as JSON, if the caller has it."""
        return self.reader.row(self.query(self.one_row, uid=uid, **self.values()), self.table)

    def json_or_404(self, uid: UUID) -> Json:
        was_admitted = self.caller.is_admitted
        data = self.json_of(uid)
        if data is None:
            if was_admitted:
                # Perhaps everything was erased since a statement before this one found the caller.
                self.caller.key()
            raise NotFound
        return data

    @property
    def is_permanent(self) -> bool:
        """Whether a deletion is for good."""
        return flag(self.request, "permanent")

    def current(self) -> Json:
        return self.json_or_404(self.uid)

    def in_short(self, data: Json) -> Any:
        return idempotency.in_short(data)

    def repeated(self, brief: Any, status: int) -> HttpResponse:
        """The answer of which ids were kept, with the rows as they are now."""
        uid, more = brief, {}
        if isinstance(brief, dict):
            uid, more = brief["id"], {"also": self.todos_named(map(UUID, brief["also"]))}
        return self.row_response({**self.json_or_404(UUID(uid)), **more}, created=status == 201)

    def todos_named(self, uids: Iterable[UUID]) -> list[Json]:
        """In this order; some may be gone for good."""
        wanted = list(uids)
        rows = self.todos_by_id(wanted)
        return [rows[uid] for uid in wanted if uid in rows]

    def todos_by_id(self, uids: Collection[UUID]) -> dict[UUID, Json]:
        owner = self.owner_id
        found = Todo.objects.filter(owner_id=owner, uid__in=uids).with_references(owner, zone_of(owner))
        return {row.uid: tables.TODO.serialize(row) for row in found}

    def page(self, query: Query) -> Json:
        """One page of the rows."""
        pagination = pagination_of(self)
        return pagination.body(self.reader.page(query, self.table, pagination.cut))

    def valid(self, serializer: type[StrictSerializer], *, partial: bool = False) -> Json:
        """The body's values, once they have passed."""
        return serializer.checked(self.request.data, partial=partial)

    def expected(self, values: Json | None = None) -> frozenset[int] | None:
        """The versions that the caller insists on, by If-Match or a `version` in the body, which is taken out."""
        if values is None:
            values = self.valid(VersionInput)
        return accepted_versions(self.request, values.pop("version", None))

    def row_response(self, data: Json, *, created: bool = False, beside: Json | None = None) -> HttpResponse:
        """The answer that is a single row, or a todo with what is told beside it."""
        tag = etag(data["version"])
        headers = {"ETag": tag}
        if self.request.method in {"GET", "HEAD"} and is_known(self.request, tag):
            return Response(status=304, headers=headers)
        if created:
            headers["Location"] = absolute(self.request, f"{self.collection}/{data['id']}")
        answer = data if beside is None else {"todo": data, **beside}
        return self.json_response(answer, 201 if created else 200, headers)

    def json_response(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
        """The answer with a body. DRF's Response would be rendered later, with more ceremony."""
        return self.bytes_response(self.request.accepted_renderer.render(data), status, headers)

    @cached_property
    def coding(self) -> str | None:
        """In which the caller wants long answers."""
        return "gzip" if accepts_gzip(self.request) else None

    def sent(self, data: Json) -> Sent:
        """The bytes of an answer with many rows, and their ETag: no two codings of one answer share it."""
        body: Any = self.request.accepted_renderer.render(data)
        if self.coding:
            body = compressed(body)
        # Processors have instructions for SHA-256: a page takes it a third of BLAKE2's time.
        return Sent(body, f'"{sha256(body, usedforsecurity=False).hexdigest()[:24]}"')

    def page_response(self, sent: Sent) -> HttpResponse:
        headers = {"ETag": sent.tag}
        if is_known(self.request, sent.tag):
            return Response(status=304, headers=headers)
        if is_compressed(sent.body):
            headers["Content-Encoding"] = "gzip"
        return self.bytes_response(sent.body, headers=headers)

    def bytes_response(
        self, body: str | bytes, status: int = 200, headers: dict[str, str] | None = None
    ) -> HttpResponse:
        return HttpResponse(body, self.request.accepted_renderer.media_type, status, headers=headers)

    @property
    def collection(self) -> str:
        """The address of the rows that this one is among."""
        path = self.request.path
        return path[: path.index(f"/{self.kwargs['id']}")] if "id" in self.kwargs else path

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and "HTTP_IDEMPOTENCY_KEY" in request.META:
            handler: Callable[..., HttpResponse] = getattr(self, "post", self.http_method_not_allowed)
            self.post = partial(idempotency.once, self, handler)
        try:
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                # What it is rendered from holds it, and the request with its body.
                response.render().renderer_context = {}
            return response
        finally:
            # The view and the request form a reference cycle; break it so that the answer is freed now.
            self.request.parser_context = {}
            vars(self).clear()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.action:
            # A method that is not there; DRF says so next. What is no id is a verb that is not there.
            if "id" in self.kwargs:
                _ = self.uid
            return
        require_known(request.query_params, self.parameters.get(self.action or "", frozenset()), self.repeatable)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(translated(exc, self.json_of) if isinstance(exc, Refused) else exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        try:
            # A database that just failed to answer is not asked again, nor for somebody who asks for too much.
            if response.status_code not in {429, 503}:
                self.caller.prove()
        except Exception as exc:  # noqa: BLE001 - handled as if it had come before the view did anything
            response = self.handle_exception(exc)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        # The methods of an address are only of interest to whoever asks for them, or used another.
        is_asked = self.action in {None, "metadata"}
        return {"Allow": ", ".join(self.allowed_methods)} if is_asked else {}
