"""Cutting text into words, once for both engines: what a person types finds what a person wrote."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD_CHARACTERS_MAX = 40
WORDS_MAX = 64  # of one document's field
QUERY_WORDS_MAX = 8  # nobody narrows a search with more, and each costs a look into the dictionary

_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4_096)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once, in order: no capitals, no accents, no signs of any query syntax."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cs", "Co"))
    found = _WORD.findall(text.casefold().replace("_", " "))
    return tuple(dict.fromkeys(word[:WORD_CHARACTERS_MAX] for word in found))[:WORDS_MAX]


def query_words(text: str) -> tuple[str, ...]:
    """Return the words that a person asks for; those beyond `QUERY_WORDS_MAX` are left out."""
    return words(text[:1_000])[:QUERY_WORDS_MAX]
