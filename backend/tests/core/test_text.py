"""Guarantee: what one person writes for others to read hides nothing and turns nothing around."""

from __future__ import annotations

from unicodedata import category, combining

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.text import has_letter, is_one_line

VIRAMA = 9
BLANK = "\u115f\u1160\u3164\uffa0\u2800\u034f" + "".join(map(chr, range(0xE0100, 0xE01F0)))
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
SEEN = st.text(st.characters(exclude_categories=HIDDEN, exclude_characters=BLANK))
JOINERS = st.sampled_from("\u200c\u200d")


class TestOneLine:
    """S33, S73: names, notes and reasons are one line of what can be seen."""

    @given(SEEN)
    def test_what_can_be_seen_is_taken(self, text: str) -> None:
        assert is_one_line(text)

    @given(SEEN, st.characters(categories=HIDDEN, exclude_characters="\u200c\u200d"), SEEN)
    def test_one_that_cannot_be_seen_is_enough(self, before: str, hidden: str, after: str) -> None:
        assert not is_one_line(before + hidden + after)

    @given(st.text())
    def test_the_short_way_says_what_the_long_way_says(self, text: str) -> None:
        """A fixed space isn't printable to Python, so behind it every character is looked at."""
        assert is_one_line(text) == is_one_line(text + "\u00a0")
        if text.isascii():
            assert is_one_line(text) == all(category(character) != "Cc" for character in text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Asha Rao",
            "क्\u200dष",
            "श्री\u200cमान",
            "می\u200cخواهم",
            "👩\u200d❤️\u200d👨 🎂",
            "R\u043ehan",
            "\u0d30\u0d3e\u0d1c\u0d28\u0d4d\u200d \u0d2a\u0d3f",
        ],
    )
    def test_joiners_where_they_join(self, text: str) -> None:
        assert is_one_line(text)

    @given(st.text(st.characters(max_codepoint=127)), JOINERS, SEEN)
    def test_a_joiner_behind_ascii_only_hides(self, before: str, joiner: str, after: str) -> None:
        assert not is_one_line(before + joiner + after)
        assume(not after or combining(after[-1]) != VIRAMA)  # that one may end in a joiner
        assert not is_one_line(after + joiner + before)

    @pytest.mark.parametrize(
        "text", ["\u200d", "क\u200d", "\u200cक", "क\u200d\u200dष", "क\u200d ष", "क\u200d1", "क\u200d\u202eष"]
    )
    def test_joiners_that_join_nothing(self, text: str) -> None:
        assert not is_one_line(text)

    @pytest.mark.parametrize(
        "text",
        [
            "a\nb",
            "a\x85b",
            "\u200b",
            "\u202eatheM nahoR",
            "a\u2028b",
            "\ufff9",
            "\ud800",
            "\u3164",
            "\u2800",
            "a\U000e0101b",
        ],
    )
    def test_tricks_that_are_known(self, text: str) -> None:
        assert not is_one_line(text)


class TestLetter:
    @given(st.text(), st.characters(categories=["L"]), st.text())
    def test_one_of_any_script_is_enough(self, before: str, letter: str, after: str) -> None:
        assert has_letter(before + letter + after)

    @given(st.text(st.characters(exclude_categories=["L"])))
    def test_signs_and_digits_are_none(self, text: str) -> None:
        assert not has_letter(text)
