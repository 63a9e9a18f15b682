"""What the suite measured, beside the bars it must stay below; printed when the run ends."""

from __future__ import annotations

import atexit
from typing import NamedTuple


class Figure(NamedTuple):
    what: str
    value: float
    bar: float
    unit: str


all_figures: list[Figure] = []


def record(what: str, value: float, bar: float, unit: str) -> Figure:
    """Keeps a figure; the test goes on to assert that it is below the bar."""
    figure = Figure(what, value, bar, unit)
    all_figures.append(figure)
    return figure


@atexit.register
def print_figures() -> None:
    if not all_figures:
        return
    width = max(len(figure.what) for figure in all_figures)
    print(f"\n{'':<{width}}   measured        bar")
    for what, value, bar, unit in all_figures:
        print(f"{what:<{width}} {value:>10.4g} {bar:>10.4g} {unit}")
