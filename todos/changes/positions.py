"""Sort keys for rows that people drag around: lower-case base 36, compared as text, with room between any two.

A key made from a change number needs no look at the other rows: `at_end` is above and `at_top` below every key made
by an earlier change. A head digit carries sign and length, so that the order of the texts is the order of the numbers.
"""

from __future__ import annotations

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
MIDDLE = BASE // 2
# Beyond this length the neighbours are given fresh keys.
MAX_LENGTH = 60


def at_end(number: int, index: int = 0) -> str:
    """The key of the `index`-th row that change `number` puts last."""
    tail = DIGITS[MIDDLE] + sortable(index) if index else ""
    return sortable(number) + tail + DIGITS[MIDDLE]


def at_top(number: int, index: int = 0) -> str:
    """The key of the `index`-th row that change `number` puts first; each is above the one before."""
    tail = DIGITS[MIDDLE - 1] + mirrored(sortable(index)) if index else ""
    return mirrored(sortable(number)) + tail + DIGITS[MIDDLE]


def sortable(number: int) -> str:
    """A text that sorts as the number does: its digits behind a head that grows with their count."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, BASE)
        digits = DIGITS[digit] + digits
    return DIGITS[MIDDLE - 1 + len(digits)] + digits


def number_of(key: str) -> int:
    """A number whose `at_end` is not before the key and whose `at_top` is not behind it."""
    head = DIGITS.index(key[0])
    is_above = head >= MIDDLE
    length = head - MIDDLE + 1 if is_above else MIDDLE - head
    digits = (key if is_above else mirrored(key))[1 : length + 1]
    return int(digits.ljust(length, DIGITS[-1]), BASE)


def mirrored(key: str) -> str:
    return "".join(DIGITS[BASE - 1 - DIGITS.index(digit)] for digit in key)


def between(low: str, high: str) -> str:
    """A short key above `low` and below `high`; neither ends in 0, so there always is one."""
    key = ""
    ceiling: str | None = high
    while True:
        index = len(key)
        floor_digit = DIGITS.index(low[index]) if index < len(low) else 0
        ceiling_digit = BASE if ceiling is None else DIGITS.index(ceiling[index])
        middle = (floor_digit + ceiling_digit) // 2
        if middle > floor_digit:
            return key + DIGITS[middle]
        key += DIGITS[floor_digit]
        if floor_digit < ceiling_digit:
            ceiling = None
