"""Writes the data files anew: `python -m tests.corpus.make`. The same recipes give the same bytes."""

from __future__ import annotations

from tests.corpus.entries import written
from tests.corpus.keys import DATA


def main() -> None:
    for name, text in written().items():
        (DATA / name).write_text(text, encoding="utf-8")
        print(f"{name}: {text.count(chr(10))} lines, {len(text):,} bytes")


if __name__ == "__main__":
    main()
