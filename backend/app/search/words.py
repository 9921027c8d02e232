"""Cutting text into words, once for both engines: what a person types finds what a person wrote."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import dropwhile

# Goes up with every change of what a text's words are: indexes that hold the words of before are built anew.
WORDS_VERSION = 2

WORD_CHARACTERS_MAX = 40
WORDS_MAX = 64  # of one document's field
QUERY_WORDS_MAX = 8  # nobody narrows a search with more, and each costs a look into the dictionary

_WORD = re.compile(r"[^\W_]+")
_UNSEEN = ("Cf", "Cs", "Co")  # joiners, halves of signs, signs of nobody
_VIRAMA = 9  # the combining class of the sign that takes a letter's vowel away


@lru_cache(maxsize=4_096)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once, in order: no capitals, no accents, no signs of any query syntax."""
    found = _WORD.findall(text.casefold()) if text.isascii() else _words_of_any_script(text)
    return tuple(dict.fromkeys(word[:WORD_CHARACTERS_MAX] for word in found))[:WORDS_MAX]


def _words_of_any_script(text: str) -> list[str]:
    """Return the words of a text in which vowels may be signs at their consonants, as in India's scripts.

    Unicode counts those signs among the marks, as it does accents. What tells them apart is their combining class: accents
    (and the dot that makes ज़ of ज) have one, vowel signs have none.
    """
    kept = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not _is_accent(sign))
    cut = "".join(sign if sign.isalnum() or _is_mark(sign) else " " for sign in kept.casefold()).split()
    begun = ("".join(dropwhile(_is_mark, word)) for word in cut)
    return [word for word in begun if word]


def _is_accent(sign: str) -> bool:
    return unicodedata.combining(sign) not in (0, _VIRAMA) or unicodedata.category(sign) in _UNSEEN


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")


def query_words(text: str) -> tuple[str, ...]:
    """Return the words that a person asks for; those beyond `QUERY_WORDS_MAX` are left out."""
    return words(text[:1_000])[:QUERY_WORDS_MAX]
