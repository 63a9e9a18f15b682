r"""What a search finds: words, whatever their case and accents, the same in PostgreSQL and SQLite.

`searchable` writes a todo's words out for the database, which only compares them. Each word stands between / and a
space, the title's, the notes' and the tags' on lines of their own:

    /buy /milk \n/two /litres \n\t/household \f
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper

# Longer ones are cut here, in texts and in what is looked for.
LONGEST_WORD = 100
# Of one text. It has fewer, but for a few letters each of which stands for several, or for words.
MOST_LETTERS = 60_000
MOST_WORDS = 25_000
ASCII_WORD = re.compile("[a-z0-9]+")
# Joiners, hyphens that are not seen, variants of an emoji.
UNSEEN = frozenset("\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10))))
# Thai to Tibetan, Burmese, Khmer, Chinese and Japanese: languages without spaces, where each letter is taken as a word.
UNSPACED = (
    ("\u0e00", "\u0fff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u312f"),
    ("\u31f0", "\u31ff"),
    ("\u3400", "\u9fff"),
    ("\U00020000", "\U0003ffff"),
)
# A - that excludes; then a phrase, perhaps not closed yet, or whatever stands between spaces.
PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?P<end>"?)|(?P<word>[^\s"]+))')

Find: TypeAlias = Callable[[str], re.Match[str] | None]


class Search(NamedTuple):
    """Words and phrases as `searchable` writes them; what ends without a space is the beginning of a word."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        """What an index of words does not find by itself."""
        return tuple(term for term in self.wanted if term.count("/") > 1)

    @property
    def words(self) -> str:
        """The words that are wanted, as PostgreSQL's `tsquery`."""
        return " & ".join(dict.fromkeys(sought(word) for term in self.wanted for word in term.split("/")[1:]))

    @property
    def terms(self) -> str:
        """Both, as `finders` reads them."""
        return json.dumps(self, ensure_ascii=False)


def sought(word: str) -> str:
    return f"'/{word[:-1]}'" if word.endswith(" ") else f"'/{word}':*"


def search_in(text: str) -> Search:
    wanted, unwanted = [], []
    for part in PART.finditer(text):
        words = words_in(part["phrase"] if part["word"] is None else part["word"])
        is_last = part.end() == len(text)
        if words and part["minus"]:
            unwanted.append(written(words))
        elif words:
            # While somebody types, the last word is not yet whole.
            wanted.append(written(words)[:-1] if is_last and not part["end"] else written(words))
    return Search(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def searchable(title: str, notes: str = "", tags: Iterable[str] = ()) -> str:
    in_notes = written(words_in(notes)) if notes else ""
    return f"{written(words_in(title))}\n{in_notes}\n{''.join(map(searchable_tag, tags))}"


def searchable_tag(name: str) -> str:
    return f"\t{written(words_in(name))}\f"


def written(words: list[str]) -> str:
    if not words:
        return ""
    kept = words[:MOST_WORDS]
    if max(map(len, kept)) > LONGEST_WORD:
        kept = [word[:LONGEST_WORD] for word in kept]
    return f"/{' /'.join(kept)} "


def words_in(text: str) -> list[str]:
    if text.isascii():
        return ASCII_WORD.findall(text.lower())
    letters = folded(text)
    return letters.translate({ord(letter): spaced(letter) for letter in set(letters)}).split()


def folded(text: str) -> str:
    """Without case and accents. Marks go first, because putting very many in order takes `normalize` too long."""
    plain = unmarked(unicodedata.normalize("NFKD", unmarked(text))[:MOST_LETTERS]).casefold()
    # The small Turkish letter without a dot is another one to casefold.
    return unicodedata.normalize("NFC", unmarked(plain).replace("\u0131", "i"))


def unmarked(text: str) -> str:
    # A text has few different letters.
    marks = [letter for letter in set(text) if letter >= "\u0300" and unicodedata.combining(letter)]
    return text.translate(dict.fromkeys(map(ord, marks))) if marks else text


@lru_cache(maxsize=4096)
def spaced(letter: str) -> str:
    """The letter as a part of words, as a word of its own, or as what stands between words."""
    if letter in UNSEEN:
        return ""
    category = unicodedata.category(letter)
    if category == "So" or (letter.isalnum() and any(first <= letter <= last for first, last in UNSPACED)):
        return f" {letter} "
    return letter if letter.isalnum() or category in {"Mn", "Mc"} else " "


def register_in_sqlite(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    if connection.vendor == "sqlite":
        for name, function in (("todos_finds", finds), ("todos_place", place)):
            connection.connection.create_function(name, 4, function, deterministic=True)


def finds(terms: str, search: str, title: str, notes: str) -> bool:
    """Whether a todo has what is wanted and nothing of what is not."""
    wanted, unwanted = finders(terms)
    # What the version before this one has written has no words.
    text = search or searchable(title, notes)
    return all(find(text) for find in wanted) and not any(find(text) for find in unwanted)


def place(terms: str, search: str, title: str, notes: str) -> int:
    """Where everything that is wanted is: 0 in the title, 1 in title and notes, 2 if it takes the tags."""
    wanted, _ = finders(terms)
    in_title, in_notes, _ = (search or searchable(title, notes)).split("\n")
    for number, text in enumerate((in_title, f"{in_title}\n{in_notes}")):
        if all(find(text) for find in wanted):
            return number
    return 2


@lru_cache(maxsize=16)
def finders(terms: str) -> tuple[list[Find], list[Find]]:
    wanted, unwanted = (list(map(finder, several)) for several in json.loads(terms))
    return wanted, unwanted


def finder(term: str) -> Find:
    # For a pattern of nothing but letters, re is linear (Knuth, Morris, Pratt). `in` is not for texts of our lengths.
    return re.compile(re.escape(term)).search
