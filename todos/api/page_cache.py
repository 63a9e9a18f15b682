"""Pages as they were last sent, for as long as nothing of their owner has changed.

The statement that reads a page compares the owner's account with what it was when the page was last read, and goes on
reading only if it differs. So a page that is sent again costs the same single round trip, asks the same question
whether the caller may come in, and is as fresh as one that was read: both look at the database at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, TextField

from todos import clock, conf
from todos.api.pagination import KeysetPagination
from todos.compiled.caller import KEY
from todos.compiled.shapes import Compiled, Placeholder

if TYPE_CHECKING:
    from todos.api.base import OwnedViewSet

# Some todos appear with the day. It begins on a quarter of an hour wherever people live.
QUARTER_SECONDS = 900
# What a page takes besides its texts.
OVERHEAD = 1000
# Every change of the owner's raises `version`. What else touches the account, as emptying the trash does, shows in
# `xmin`, the transaction that wrote the row. A database that is set back to an earlier day starts anew.
STATE = "concat_ws('.', account.owner_id, account.version, account.xmin, pg_postmaster_start_time())"
# There is one account and LATERAL leaves no way but the loop around it, so the page stays in its order. With OFFSET
# the comparison is made before the page is read, without it for each of its rows.
STATEMENT = """
SELECT page.*, {state}
FROM todos_account account LEFT JOIN LATERAL (SELECT * FROM ({page}) found WHERE {state} <> %s OFFSET 0) page ON true
WHERE account.owner_id = {owner}
"""


class Page(NamedTuple):
    quarter: int
    state: str
    body: bytes
    # How it was read.
    query: Compiled
    values: dict[str, Any]


Key = tuple[str | None, ...]


class Pages:
    """In two generations, so that nothing is sorted or locked. A race can only lose some."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.young: dict[Key, Page] = {}
        self.old: dict[Key, Page] = {}
        self.young_bytes = 0

    def get(self, key: Key) -> Page | None:
        return self.young.get(key) or self.old.get(key)

    def keep(self, key: Key, page: Page, max_bytes: int) -> None:
        size = size_of(key, page)
        if size * 2 > max_bytes:
            return
        if replaced := self.young.pop(key, None):
            self.young_bytes -= size_of(key, replaced)
        if (self.young_bytes + size) * 2 > max_bytes:
            self.old, self.young, self.young_bytes = self.young, {}, 0
        self.young[key] = page
        self.young_bytes += size


def size_of(key: Key, page: Page) -> int:
    # Another page may have the same query; then too much is counted, and never too little.
    return OVERHEAD + sum(len(part or "") for part in key) + len(page.body) + len(page.query.sql)


pages = Pages()


def is_possible(view: OwnedViewSet) -> bool:
    """SQLite has neither LATERAL nor a network in front of it."""
    return bool(conf.remembered_pages_bytes()) and view.caller.resolves_in_sql and connection.vendor == "postgresql"


def page(view: OwnedViewSet, build: Callable[[], QuerySet[Any]]) -> bytes:
    """One page of the rows that `build` yields, as JSON."""
    key, quarter = key_of(view), int(clock.now().timestamp()) // QUARTER_SECONDS
    known = pages.get(key)
    if known and known.quarter != quarter:
        known = None
    if known:
        found = view.run(known.query, {**known.values, "known": known.state})
        if found and found[0][-1] == known.state:
            return known.body
    cut = KeysetPagination(view)
    query = view.query(("remembered", cut.key), partial(compile_if_changed, view, lambda: cut.cut(build())))
    if not known:
        found = view.run(query, {**cut.values, "known": ""})
    rows = [row[:-1] for row in found if row[0] is not None]
    body: Any = view.request.accepted_renderer.render(cut.page(rows, view.to_json))
    # Somebody without an account has no state.
    if found:
        # A copy, because a renderer's bytes may have room for more.
        pages.keep(
            key, Page(quarter, found[0][-1], bytes(memoryview(body)), query, cut.values), conf.remembered_pages_bytes()
        )
    return body


def key_of(view: OwnedViewSet) -> Key:
    """The caller, what is asked for, and everything else that the links in a page are made of."""
    # Asking DRF's request for what is Django's takes three times as long.
    asked = view.request._request
    host, query = asked.META.get("HTTP_HOST"), asked.META.get("QUERY_STRING")
    return view.caller.name, asked.scheme, host, asked.path, query, asked.encoding


def compile_if_changed(view: OwnedViewSet, build: Callable[[], QuerySet[Any]]) -> Compiled:
    page = view.shaped(build)
    sql = STATEMENT.format(state=STATE, page=page.sql, owner=KEY)
    return Compiled(sql, (*page.parameters, Placeholder("known", TextField())), page.converters)
