"""The one door to a caller's rows; see `reader`."""

from todos.reading.pages import Cursor, Cut, Page, Sent
from todos.reading.reader import Asked, Query, Reader, Table, literal, reader_of

__all__ = ["Asked", "Cursor", "Cut", "Page", "Query", "Reader", "Sent", "Table", "literal", "reader_of"]
