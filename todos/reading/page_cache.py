"""Pages as they were last sent, for as long as nothing of their owner has changed.

The statement that reads a page compares the owner's account with what it was when the page was last read, and goes on
reading only if it differs. So a page that is sent again costs the same single round trip, asks the same question
whether the caller may come in, and is as fresh as one that was read: both look at the database at the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, TextField

from todos import clock, conf
from todos.compiled.caller import IS_FOUND, Caller
from todos.compiled.shapes import Compiled, Placeholder
from todos.reading.pages import Sent

# Some todos appear with the day. It begins on a quarter of an hour wherever people live.
QUARTER_SECONDS = 900
OWNER = Placeholder("owner", BigIntegerField())
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
WHERE account.owner_id = %s AND {is_found}
"""


class Page(NamedTuple):
    quarter: int
    state: str
    sent: Sent
    # How it was read.
    query: Compiled
    values: Mapping[str, object]
    condition: str = ""


# The caller, what is asked for, and everything else that the links in a page are made of.
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
    texts = (*key, page.query.sql, page.condition)
    return OVERHEAD + len(page.sent.body) + sum(len(text or "") for text in texts)


pages = Pages()


def is_possible(caller: Caller) -> bool:
    """SQLite has neither LATERAL nor a network in front of it."""
    return bool(conf.remembered_pages_bytes()) and caller.resolves_in_sql and connection.vendor == "postgresql"


def known(key: Key) -> Page | None:
    """The page that was sent last, if it is from this quarter of an hour and nothing in it has passed."""
    page, now = pages.get(key), clock.now()
    if page is None or page.quarter != quarter_of(now):
        return None
    return page if page.sent.good_until is None or now < page.sent.good_until else None


def keep(key: Key, state: str, sent: Sent, query: Compiled, values: Mapping[str, object], condition: str) -> Sent:
    # A copy, because a renderer's bytes may have room for more.
    sent = sent._replace(body=bytes(memoryview(sent.body)))
    page = Page(quarter_of(clock.now()), state, sent, query, values, condition)
    pages.keep(key, page, conf.remembered_pages_bytes())
    return sent


def is_of_version(state: str, version: int | None) -> bool:
    """Whether nothing was changed between a look that saw this version and the page; None if there was no look."""
    return version is None or state.split(".")[1] == str(version)


def quarter_of(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER_SECONDS


def if_changed(page: Compiled) -> Compiled:
    """The page's query, which yields its rows only where the account is not in the state that is known."""
    sql = STATEMENT.format(state=STATE, page=page.sql, is_found=IS_FOUND)
    return Compiled(sql, (*page.parameters, Placeholder("known", TextField()), OWNER), page.converters)
