"""What understanding a line of quick add costs: `python bench/quickadd.py`, for its phrases and for hostile texts."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.todos.test_quickadd import HOSTILE, NOW, PHRASES, has_list
from todos.quickadd.understand import MAX_TEXT, understood

ROUNDS = 30


def microseconds(text):
    """The quickest of some rounds, which is the one that nothing disturbed."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        understood(text, NOW, has_list)
        taken.append(time.perf_counter() - started)
    return min(taken) * 1e6


def main():
    texts = [entry["text"] for entry in PHRASES["understood"]] + PHRASES["plain"]
    for name, group in (("phrases", texts), ("hostile", [text[:MAX_TEXT] for text in HOSTILE])):
        taken = {text: microseconds(text) for text in group}
        slowest = max(taken, key=taken.get)
        print(f"{name}: {len(group)}, median {statistics.median(taken.values()):.0f} µs,", end=" ")
        print(f"slowest {taken[slowest]:.0f} µs ({slowest[:50]!r})")


if __name__ == "__main__":
    main()
