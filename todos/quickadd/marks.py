"""Words that say by a sign in front what they are: #tag, +list, !3."""

from __future__ import annotations

import unicodedata

SIGNS = "#+!"
MAX_TAG_NAME, MAX_LIST_NAME = 60, 100
PUNCTUATION = frozenset("!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~")
DIGITS = frozenset("0123456789-_")


def priority_of(word: str) -> int:
    return int(word[1]) if word in {"!1", "!2", "!3"} else 0


def tag_of(word: str) -> str:
    return name_after("#", word, MAX_TAG_NAME)


def list_of(word: str) -> str:
    return name_after("+", word, MAX_LIST_NAME)


def name_after(sign: str, word: str, longest: int) -> str:
    """The name that follows the sign, or nothing: #42 and +1 are numbers, and what is quoted may have spaces."""
    if not word.startswith(sign):
        return ""
    name = word[1:]
    if name[:1] == '"':
        name = name[1:-1].strip() if name[-1] == '"' and len(name) > 2 else ""
        is_name = any(map(is_shown, name))
    else:
        is_name = PUNCTUATION.isdisjoint(name) and any(is_shown(letter) and letter not in DIGITS for letter in name)
    return name if is_name and len(name) <= longest else ""


def is_shown(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CZ"
