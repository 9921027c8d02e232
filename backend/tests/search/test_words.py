"""Guarantee: a text is cut into the words that a reader of its language sees, however they were typed."""

from __future__ import annotations

import pytest

from app.search.words import words


class TestWords:
    """S168: text is found by its words, in every script that a customer may write."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Rent for_March, ₹1,500.50", ("rent", "for", "march", "1", "500", "50")),
            ("Café Zürich ÅSA", ("cafe", "zurich", "asa")),
            ("दूध लेना", ("दूध", "लेना")),
            ("मार्च का किराया", ("मार्च", "का", "किराया")),
            ("வாடகை কিরায়া", ("வாடகை", "কিরাযা")),
            ("१५ अगस्त", ("१५", "अगस्त")),
            ("thanks 🙂\ufe0f🎉 ok", ("thanks", "ok")),
            ("🙂", ()),
            ("\u0301 \ufe0f", ()),
        ],
    )
    def test_of_a_text(self, text: str, expected: tuple[str, ...]) -> None:
        assert words(text) == expected

    @pytest.mark.parametrize(
        ("one", "other"),
        [("ज़मीन", "जमीन"), ("\u095b", "\u091c\u093c"), ("क्\u200dष", "क्ष"), ("Zürich", "Zu\u0308rich"), ("ﬁne", "fine")],
    )
    def test_typed_in_two_ways_is_one_word(self, one: str, other: str) -> None:
        assert words(one) == words(other) != ()
