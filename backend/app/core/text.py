"""Text that other people read: what could hide in it, or turn what stands around it, isn't text."""

from __future__ import annotations

from typing import Final
from unicodedata import category, combining

# Control characters, format characters (invisible, or they turn the reading order), half pairs, ends of lines and paragraphs.
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Unicode calls them letters, signs and marks, and nobody sees them. (U+FE0F stays: it makes an emoji of a sign.)
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f") | frozenset(map(chr, range(0xE0100, 0xE01F0)))
_JOINERS: Final = frozenset("\u200c\u200d")  # Hindi tells a half letter from a joined one by them
_VIRAMA: Final = 9  # the class of the sign that takes a letter's vowel: a joiner behind it ends many a Malayalam name


def is_one_line(text: str) -> bool:
    """Return whether a text is one line in which everything can be seen.

    Joiners are format characters, too, but are taken where they join: between letters of Hindi and other scripts that need
    them, and in emoji made of several.
    """
    if text.isprintable() and _BLANK.isdisjoint(text):  # nearly every text; the rest is looked at one by one
        return True
    return all(_is_seen(text, place) for place in range(len(text)))


def has_letter(text: str) -> bool:
    """Return whether there is a letter of any script in a text."""
    return any(character.isalpha() for character in text)


def _is_seen(text: str, place: int) -> bool:
    character = text[place]
    if character in _JOINERS:
        return _can_be_joined(text[place - 1 : place]) and (
            combining(text[place - 1]) == _VIRAMA or _can_be_joined(text[place + 1 : place + 2])
        )
    return character not in _BLANK and category(character) not in _REFUSED


def _can_be_joined(character: str) -> bool:
    """Return whether it is a letter, a mark or a sign, but none of ASCII: between those a joiner would only hide."""
    return character != "" and not character.isascii() and category(character)[0] in "LMS"
