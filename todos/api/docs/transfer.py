"""What the OpenAPI document says of everything going out and coming in."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from todos.api.docs.parts import operation
from todos.api.records import ExportAnswer

EXPORT_ME = operation(
    "exportMe",
    "me",
    "Everything, as one document",
    "All that is yours here: settings, lists, tags, todos with those in the trash, the history of what repeats and "
    "what was deleted for good lately. Each kind is in the order of its ids, a row on a line, so that two exports can "
    "be compared. It has no versions, which count the changes of one account. The answer is streamed: it has no "
    "length, and one that breaks off is not valid JSON. What changes meanwhile may be in it or not; what does not, is. "
    "`as=csv` is a table of the todos for spreadsheets, in UTF-8 with a byte order mark. It is to be read and can't be "
    "imported: what a spreadsheet would calculate has an apostrophe in front, such as `'=1+1`.",
    parameters=[
        OpenApiParameter("as", {"type": "string", "enum": ["json", "csv"], "default": "json"}, description="The form."),
        OpenApiParameter(
            "Content-Disposition",
            str,
            OpenApiParameter.HEADER,
            response=[200],
            description="A name for the file, with the day.",
        ),
    ],
    responses={
        (200, "application/json"): OpenApiResponse(ExportAnswer, description="The document, or the table."),
        (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="The document, or the table."),
    },
)
