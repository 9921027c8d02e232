"""Guarantee: a cursor names a row and nothing else, and nobody's text is mistaken for one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.cursors import InvalidCursor, decode, encode


class TestCursors:
    @given(st.integers(0, 2**53 - 1))
    def test_there_and_back(self, row_id: int) -> None:
        cursor = encode(row_id)
        assert decode(cursor) == row_id
        assert cursor.replace("-", "").replace("_", "").isalnum()  # safe in an address as it is

    def test_none_is_the_first_page(self) -> None:
        assert decode(None) is None

    @given(st.text(max_size=64))
    def test_any_text_is_a_cursor_or_refused(self, text: str) -> None:
        try:
            row_id = decode(text)
        except InvalidCursor as refused:
            assert refused.detail
            return
        assert row_id is not None
        assert 0 <= row_id < 10**18

    @pytest.mark.parametrize(
        "inner", ["", "id:", "id:-1", "id: 1", "id:1.0", "id:٣", "user:1", "1", "id:" + "9" * 19, "id:1;drop"]
    )
    def test_well_encoded_nonsense_is_refused(self, inner: str) -> None:
        with pytest.raises(InvalidCursor):
            decode(base64.urlsafe_b64encode(inner.encode()).decode().rstrip("="))
