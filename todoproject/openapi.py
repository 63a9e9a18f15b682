"""The OpenAPI document: what it says about every operation, and how it is served."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from typing import Any, TypeAlias

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from todoproject.http.json_io import MergePatchParser
from todoproject.http.problems import CONTENT_TYPE, OUTCOMES
from todos.api.docs.codes import CODES, FAULT_CODES, NOTE_CODES, PARAMS, TYPES, problem_with
from todos.exceptions import MAX_FAULTS

DESCRIPTION = """\
Todos, lists, tags and views of whoever sent the token; nobody else's exist here.

- **Sign in**: send the JWT that Better Auth gives at `/api/auth/token` as `Authorization: Bearer …`. A 401 means: get a
  new one. A 503 means: try again after `Retry-After`, and keep the user signed in. While developing without a Better
  Auth server, `manage.py betterauth token --sub alice` makes a token.
- **Errors** are `application/problem+json` (RFC 9457). Branch on `code`; `errors` points at each fault,
  `detail` is for people and `params` for whoever says it in another language.
- **Send again safely**: choose the `id` of what you create (a UUID), or send an `Idempotency-Key` with a POST.
- **Don't overwrite others**: send the row's `ETag` as `If-Match`, quotes included, or its `version` in the body. A 412
  brings the row as it is now in `current`, unless that is longer than 64 kB (`current_is_too_long`): then GET it.
- **PATCH** changes what the body names. Unknown members and parameters are refused by name.
- **Pages**: follow `next` until it is null. No row is skipped or shown twice, also while rows change.
- **Limits**: `RateLimit` says what is left, 429 comes with `Retry-After`: `throttled` for too many requests in a
  minute, `too_many_at_once` for too many at the same time. Send the request again after so many seconds.
- **Sizes**: a body has at most 50,000 values (`too_many_values`), an address at most 100 parameters
  (`too_many_parameters`) and 24,000 letters of them (414).
"""
NAMES = {code: " and ".join(f"`{name}`" for name in names) for code, names in PARAMS.items()}
# A part of an OpenAPI document. What is in it depends on where it is.
Node: TypeAlias = dict[str, Any]
MERGE_PATCH = MergePatchParser.media_type
METHODS = ("get", "post", "put", "patch", "delete")
ROWS = ("Todo", "TodoList", "Tag", "View")
PARAMS_SCHEMA = {
    "type": "object",
    "description": "What `detail` is made of, so that you can say it in another language. Only there if the code has "
    "any, and then all that the code has: " + ", ".join(f"`{code}` {names}" for code, names in sorted(NAMES.items())),
    "properties": TYPES,
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. Branch on `code`, show `detail`, quote `request_id` in a bug report.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {
            "type": "string",
            "description": "For people, in English: the first fault's, if there are `errors`.",
        },
        "code": {"type": "string", "description": "Stable and machine-readable."},
        "params": PARAMS_SCHEMA,
        "request_id": {"type": "string"},
        "current": {
            "anyOf": [*({"$ref": f"#/components/schemas/{name}"} for name in ROWS), {"type": "null"}],
            "description": "With 409 and 412: the row as it is now, as GET shows it. Null if there is none, or if it "
            "is too long.",
        },
        "current_is_too_long": {
            "type": "boolean",
            "const": True,
            "description": "Only there if the row would make this answer longer than 64 kB, which takes long notes: "
            "GET it.",
        },
        "errors": {
            "type": "array",
            "description": "At most 20 faults. If there are more, a last entry says so with the code `more_faults`.",
            "maxItems": MAX_FAULTS + 1,
            "items": {
                "type": "object",
                "required": ["pointer", "in", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer (RFC 6901) of the value at fault. Names of more than 64 letters "
                        "are cut and end in an ellipsis.",
                    },
                    "in": {"type": "string", "enum": ["body", "query", "header"]},
                    "code": {"type": "string", "enum": sorted({*FAULT_CODES})},
                    "params": PARAMS_SCHEMA,
                    "detail": {"type": "string", "description": "For people, in English."},
                },
            },
        },
    },
}
# What can be said of the body or the address before anybody knows what it is for.
MORE_CODES = {
    400: ("invalid", "malformed", "unsupported_charset", "too_deep", "too_many_values", "too_many_parameters"),
    429: ("too_many_at_once",),
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
CHALLENGE = {"WWW-Authenticate": {"description": "RFC 6750 challenge.", "schema": {"type": "string"}}}
HEADERS = {401: CHALLENGE, 429: RETRY_AFTER, 503: RETRY_AFTER}


def document_problems(result: Node, generator: object, request: object, public: bool) -> Node:
    """A drf-spectacular hook: the problems that any operation can answer, by reference."""
    result["info"]["description"] = DESCRIPTION
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["responses"] = {f"Problem{status}": response(status) for status in (400, 401, 404, 413, 415, 429, 503)}
    result["paths"] = in_the_order_of_tags(result)
    for path, unordered in result["paths"].items():
        # The generator goes through them as a set does.
        operations = result["paths"][path] = {name: unordered[name] for name in METHODS if name in unordered}
        for method in METHODS:
            if method in operations:
                # Said, too, where nothing is needed.
                operations[method].setdefault("security", [])
                add_problems(path, operations[method])
                # The parser reads it everywhere, but only PATCH means it.
                if method != "patch":
                    operations[method].get("requestBody", {"content": {}})["content"].pop(MERGE_PATCH, None)
    components["schemas"]["Problem"] = {**PROBLEM_SCHEMA, "x-codes": params_of_codes(result)}
    for schema in components["schemas"].values():
        for name, member in schema.get("properties", {}).items():
            schema["properties"][name] = without_alternative(member)
    return result


def params_of_codes(result: Node) -> Node:
    """Every code that a problem can have, its faults or a note, with the names of its params."""
    operations = [operation for path in result["paths"].values() for operation in path.values()]
    answers = [answer for operation in operations for answer in operation["responses"].values()]
    answers += result["components"]["responses"].values()
    media = [answer["content"][CONTENT_TYPE] for answer in answers if CONTENT_TYPE in answer.get("content", {})]
    codes = {code for each in media for code in each["schema"]["allOf"][1]["properties"]["code"]["enum"]}
    general = {code for code, _ in OUTCOMES.values()}
    return {code: [*PARAMS.get(code, ())] for code in sorted({*codes, *general, *FAULT_CODES, *NOTE_CODES})}


def in_the_order_of_tags(result: Node) -> Node:
    """What has a tag that nobody has described comes last."""
    places = {tag["name"]: place for place, tag in enumerate(result.get("tags", []))}

    def place(operations: Node) -> int:
        tags = next(iter(operations.values())).get("tags", [""])
        return places.get(tags[0], len(places))

    return dict(sorted(result.get("paths", {}).items(), key=lambda path: place(path[1])))


def without_alternative(member: Node) -> Node:
    """For text that may be empty the generator offers the empty text as an alternative, though the other allows it."""
    if member.get("oneOf", [])[1:] != [{"type": "string", "maxLength": 0}]:
        return member
    return {**member["oneOf"][0], **{name: value for name, value in member.items() if name != "oneOf"}}


def add_problems(path: str, operation: Node) -> None:
    statuses = [400, 429, 503]
    if operation.get("security"):
        statuses.append(401)
    # What was created under a key may be gone for good when it is asked for again.
    is_keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    if "{" in path or is_keyed:
        statuses.append(404)
    if "requestBody" in operation:
        statuses += [413, 415]
    for status in sorted(statuses):
        reference = {"$ref": f"#/components/responses/Problem{status}"}
        operation["responses"].setdefault(str(status), reference)
    for status, answer in operation["responses"].items():
        if media := answer.get("content", {}).get(CONTENT_TYPE):
            code = media["schema"]["allOf"][1]["properties"]["code"]["enum"][0]
            media["examples"] = examples(int(status), code)


def response(status: int) -> Node:
    code, text = OUTCOMES[status]
    codes = (code, *MORE_CODES.get(status, ()))
    told = "invalid" if "invalid" in codes else code
    media = {"schema": problem_with(*codes), "examples": examples(status, told)}
    document: Node = {"description": text, "content": {CONTENT_TYPE: media}}
    if status in HEADERS:
        document["headers"] = HEADERS[status]
    return document


def examples(status: int, code: str) -> Node:
    """Without one, pages that show the document make up a whole row for every problem."""
    fault = {"pointer": "/title", "in": "body", "code": "blank", "detail": "This can't be blank."}
    detail = fault["detail"] if code == "invalid" else OUTCOMES[status][1] if status in OUTCOMES else sentence(code)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "67dca0d2ec196b26c7a267a12d976fbc",
    }
    return {code: {"value": {**problem, **({"errors": [fault]} if code == "invalid" else {})}}}


def sentence(code: str) -> str:
    text = CODES[code].text.replace("`", "")
    return text[0].upper() + text[1:]


def requested_form(request: HttpRequest) -> str:
    is_json = request.GET.get("format") == "json" or "json" in request.META.get("HTTP_ACCEPT", "")
    return "json" if is_json and request.GET.get("format") != "yaml" else "yaml"


@cache
def document(form: str) -> bytes:
    """Made once in each process: making it takes a hundred times longer than any request of the API."""
    renderer = OpenApiJsonRenderer() if form == "json" else OpenApiYamlRenderer()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(renderer.render(schema, renderer_context={}))


def etag_of_document(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(document(requested_form(request))).hexdigest()[:32]}"'


@csrf_exempt  # nothing is ever changed here, and a POST should hear that it is no method of this address
@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=etag_of_document)
def schema(request: HttpRequest) -> HttpResponse:
    """YAML, or JSON by `?format=json` or the Accept header."""
    form = requested_form(request)
    response = HttpResponse(
        document(form), content_type=f"application/vnd.oai.openapi{'+json' if form == 'json' else ''}"
    )
    response.headers["Vary"] = "Accept, Origin"
    return response
