"""Guarantee: what goes into an array's text is what PostgreSQL reads out of it: no text can leave its place."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.arrays import int_array, text_array, word_array
from app.embedded.postgres import EmbeddedPostgres

# PostgreSQL keeps no NUL, and UTF-8 has no half of a surrogate pair: whoever takes text from outside refuses both.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@pytest.fixture(scope="module")
def connection(server: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url) as opened:
        yield opened


class TestTextArray:
    @settings(max_examples=300, deadline=None)
    @given(texts=st.lists(texts | st.none()))
    @example(texts=[])
    @example(
        texts=[
            "",
            None,
            "NULL",
            "null",
            "{}",
            "{a,b}",
            '"',
            "\\",
            '\\"',
            "a,b",
            " a ",
            "\n\t",
            "'; DROP TABLE users; --",
        ]
    )
    @example(texts=['"}', "₹", "🪁", "%s", "$1", "\\x41", "\x7f", "\ufeff", "\u202e"])
    def test_there_and_back(self, connection: psycopg.Connection, texts: list[str | None]) -> None:
        row = connection.execute("SELECT %s::text[]", (text_array(texts),)).fetchone()
        assert row == (texts,)

    @settings(max_examples=50, deadline=None)
    @given(texts=st.lists(texts, min_size=1))
    def test_two_arrays_stay_side_by_side(self, connection: psycopg.Connection, texts: list[str]) -> None:
        """As the batches use them: a row per place, whatever the neighbours hold."""
        rows = connection.execute(
            "SELECT t, n FROM unnest(%s::text[], %s::bigint[]) AS u(t, n)",
            (text_array(texts), int_array(range(len(texts)))),
        ).fetchall()
        assert rows == [(text, number) for number, text in enumerate(texts)]


class TestIntArray:
    @settings(max_examples=100, deadline=None)
    @given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1)))
    def test_there_and_back(self, connection: psycopg.Connection, numbers: list[int]) -> None:
        assert connection.execute("SELECT %s::bigint[]", (int_array(numbers),)).fetchone() == (numbers,)


class TestWordArray:
    @settings(max_examples=100, deadline=None)
    @given(
        words=st.lists(st.from_regex(r"[A-Z_a-z0-9]{1,12}", fullmatch=True).filter(lambda word: word.lower() != "null"))
    )
    def test_there_and_back(self, connection: psycopg.Connection, words: list[str]) -> None:
        assert connection.execute("SELECT %s::text[]", (word_array(words),)).fetchone() == (words,)

    @pytest.mark.parametrize("word", ["a b", 'a"b', "a\\b", "{", "}", "a'b", "₹", "a\n", "é"])
    def test_a_users_text_is_refused(self, word: str) -> None:
        with pytest.raises(ValueError, match="plain words"):
            word_array(["fine", word])
