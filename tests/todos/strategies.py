"""What the users of the state machine send: small pools, so that they meet each other's ids and their own again."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st

WHO = ("alice", "bob", "mallory")
INBOX = "inbox"  # stands for the id of the user's own


def ids(first: int, count: int) -> list[str]:
    return [str(UUID(int=first + number)) for number in range(count)]


TODOS, LISTS, TAGS, VIEWS = ids(1, 7), ids(101, 3), ids(201, 3), ids(301, 3)
NEW_SUBTASKS = ids(11, 30)
# Around the nights in which the clocks of Berlin and New York are changed.
DAYS = ("2026-10-24", "2026-10-25", "2026-10-26", "2026-11-01", "2027-03-28")
TIMES = ("00:00", "02:30", "23:59")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago")
NAMES = ("alpha", "Beta", "gamma")
TAG_NAMES = ("red", "RED", "blue", "Green")
COLORS = (None, "#00ff00")

SEARCHES = ("alpha", "NOTE", "%", "r", "lph", "a note", "re alpha", "note re", "-alpha", '"a note" -red', '-"a note" g')

RULES = ("FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=DAILY;COUNT=3", "FREQ=MONTHLY;BYMONTHDAY=-1", None)

# Lines of quick add with the values that they say.
LINES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("alpha #red !2", {"title": "alpha", "tags": ["red"], "priority": 2}),
    ("Beta +Nowhere !1 #RED 2027-03-28", {
        "title": "Beta +Nowhere", "due_date": "2027-03-28", "tags": ["RED"], "priority": 1,
    }),
    ("gamma 2027-03-28 at 02:30 #Green #blue !3", {
        "title": "gamma", "due_date": "2027-03-28", "due_time": "02:30", "tags": ["Green", "blue"], "priority": 3,
    }),
    ("alpha every day from 2027-03-28 remind me 1 day before at 23:59 #blue !1", {
        "title": "alpha", "due_date": "2027-03-28", "due_time": "23:59", "rrule": "FREQ=DAILY", "tags": ["blue"],
        "priority": 1, "reminders": [{"minutes_before": 1440}],
    }),
)  # fmt: skip

rules, repeat_from = st.sampled_from(RULES), st.sampled_from(("due", "completion"))
days, at, zones = st.sampled_from(DAYS), st.sampled_from(TIMES), st.sampled_from(ZONES)
nothing = st.none()
# Mostly one of them, so that much happens to the same rows.
who = st.sampled_from((*WHO, "alice", "alice", "alice"))
todos, lists, tags = st.sampled_from(TODOS), st.sampled_from(LISTS), st.sampled_from(TAGS)
views = st.sampled_from(VIEWS)
# Which row of the user's own, or which id of the pool; see `Bookkeeping.one_of`.
number = st.integers(0, 15)
# Whether a row that is gone for good is created once more: 0 is yes.
again = st.integers(0, 5)
any_list = st.sampled_from((*LISTS, INBOX))
dates = st.one_of(
    st.fixed_dictionaries({"due_date": days}),
    st.fixed_dictionaries({"due_date": days, "due_time": at}),
    st.fixed_dictionaries({"due_date": days, "due_time": at, "time_zone": zones}),
    st.fixed_dictionaries({"due_date": nothing, "due_time": nothing, "time_zone": nothing}),
    # Those that are a fault on some todos and none on others.
    st.fixed_dictionaries({"due_date": nothing}),
    st.fixed_dictionaries({"due_time": at | nothing}),
    st.fixed_dictionaries({"time_zone": zones | nothing}),
)
# In the order in which they are answered.
REMINDERS = (
    [],
    [{"minutes_before": 1440}, {"minutes_before": 0}],
    [{"minutes_before": -150}, {"at": "2026-10-25T02:30"}],
    [{"at": "2026-10-25T09:00"}, {"at": "2026-11-01T01:30"}],
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(NAMES),
    "notes": st.sampled_from(("", "a note", "ALPHA\n")),
    "meta": st.sampled_from((None, {"a": [1, {"b": None}]}, {})),
    "completed": st.booleans(),
    "priority": st.integers(0, 3),
    "dates": dates,
    "starts_on": days | nothing,
    "repeats": st.fixed_dictionaries({"rrule": rules}, optional={"due_date": days}),
    "repeat_from": repeat_from,
    "reminders": st.sampled_from(REMINDERS),
    "list": any_list,
    "parent": todos | nothing,
    "tags": st.lists(st.sampled_from(TAG_NAMES), max_size=3),
}


@st.composite
def fields(draw: Any, **always: Any) -> dict[str, Any]:
    """A few members of a todo's body."""
    values = dict(always)
    for name in draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=3, unique=True)):
        value = draw(FIELDS[name])
        values.update(value if name in {"dates", "repeats"} else {name: value})
    return values


@st.composite
def todo_changes(draw: Any) -> dict[str, Any]:
    """What only a change may say is among them."""
    values = draw(fields())
    some_tags = st.lists(st.sampled_from(TAG_NAMES), max_size=2)
    if "tags" not in values and draw(st.booleans()):
        values |= draw(st.fixed_dictionaries({}, optional={"tags_add": some_tags, "tags_remove": some_tags}))
    return values


@st.composite
def new_todos(draw: Any) -> dict[str, Any]:
    return {"title": "new", **draw(fields())}


moves = st.one_of(
    st.fixed_dictionaries({}, optional={"list": any_list}),
    st.fixed_dictionaries({"after": todos}, optional={"list": any_list}),
    st.fixed_dictionaries({"before": todos}),
    st.fixed_dictionaries({"after": todos | nothing, "before": todos | nothing}),
)
list_moves = st.fixed_dictionaries({}, optional={"after": lists | nothing, "before": lists | nothing})
names = st.sampled_from(NAMES)
colors = st.sampled_from(COLORS)
list_values = st.fixed_dictionaries({}, optional={"name": names, "color": colors, "archived": st.booleans()})
tag_values = st.fixed_dictionaries({}, optional={"name": st.sampled_from(TAG_NAMES), "color": colors})
settings = st.fixed_dictionaries(
    {}, optional={"time_zone": zones, "week_start": st.integers(1, 7), "default_list": any_list | nothing}
)
# How a caller says which version of the row is meant.
expectations = st.sampled_from(
    ("none",) * 12 + ("body", "stale body", "header", "stale header", "list of headers", "weak header", "any header")
)
VERBS = ("complete", "complete", "reopen", "skip", "unskip", "delete", "delete", "restore", "restore", "erase_todo")
verbs = st.lists(st.tuples(st.sampled_from(VERBS), number), min_size=1, max_size=5)
repeating = st.fixed_dictionaries(
    {"rrule": rules.filter(bool), "due_date": days},
    optional={"repeat_from": repeat_from, "reminders": st.sampled_from(REMINDERS)},
)
verbs_of_repeating = st.lists(
    st.sampled_from(("complete", "complete", "complete", "skip", "skip", "unskip", "reopen")), min_size=3, max_size=8
)
operation = st.one_of(
    st.tuples(st.just("create"), number, new_todos()),
    st.tuples(st.just("update"), number, todo_changes()),
    st.tuples(st.just("move"), number, moves),
    st.tuples(st.sampled_from(("complete", "reopen", "skip", "unskip", "delete", "restore")), number, st.just({})),
)
operations = st.lists(operation, min_size=1, max_size=5, unique_by=lambda drawn: drawn[1])


class Family(NamedTuple):
    """A bulk about one todo and those that become its subtasks; `order` is that of the operations."""

    number: int
    verb: str
    place: dict[str, Any]
    list: int
    created: int
    others: list[int]
    order: list[int]


# The list is filled in by its number.
places = st.one_of(
    st.tuples(st.just("move"), st.just({"list": ""})),
    st.tuples(st.just("update"), st.just({"list": "", "parent": None})),
    st.tuples(st.just("update"), st.fixed_dictionaries({"parent": nothing | todos})),
)


@st.composite
def families(draw: Any) -> Family:
    verb, place = draw(places)
    others = draw(st.just([]) | st.lists(number, max_size=2, unique=True))
    return Family(
        draw(number), verb, place, draw(number), draw(st.integers(1, 2)), others, draw(st.permutations(range(5)))
    )


orderings = st.sampled_from(
    [sign + name for sign in ("", "-") for name in ("position", "due", "priority", "created_at", "updated_at", "title")]
    + ["relevance"]
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(("open", "completed", "trashed")),
        "starts": st.sampled_from(("started", "future", "all")),
        "list": any_list,
        "parent": todos | st.just("none"),
        "tag": st.lists(st.sampled_from(TAG_NAMES), min_size=1, max_size=2),
        "priority_gte": st.integers(0, 3),
        "due": st.sampled_from(("today", "overdue", "upcoming", "none")),
        "due_before": days,
        "due_after": days,
        "q": st.sampled_from(SEARCHES),
        "tz": zones,
        "ordering": orderings,
    },
)
# In the spelling in which they are answered.
view_queries = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(("open", "completed", "trashed")),
        "starts": st.sampled_from(("started", "future", "all")),
        "list": st.sampled_from((*([uid] for uid in LISTS), ["inbox"])),
        "parent": todos | st.just("none"),
        "tag": st.sampled_from((["red"], ["RED"], ["blue", "Green"])),
        "priority_gte": st.integers(0, 3),
        "due": st.sampled_from((["today"], ["overdue"], ["upcoming"], ["none"])),
        "due_before": days,
        "due_after": days,
        "q": st.sampled_from(("alpha", "NOTE", "e")),
        "ordering": orderings,
    },
)
view_values = st.fixed_dictionaries({}, optional={"name": names, "color": colors, "query": view_queries})
view_moves = st.fixed_dictionaries({}, optional={"after": views | nothing, "before": views | nothing})
