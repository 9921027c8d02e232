"""What others may see: enough to recognise, too little to use (C20)."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import mask_account_number, masked


class TestMasking:
    @given(st.from_regex(r"ACCT[1-9][0-9]{7}", fullmatch=True))
    def test_only_the_last_four_digits_stay(self, number: str) -> None:
        assert mask_account_number(number) == "••••" + number[-4:]


class TestMasked:
    """C1, C20: data of any shape that somebody else made."""

    def test_secrets_however_deep(self) -> None:
        data = {"a": [{"password": "hunter22", "name": "Ravi"}], "pin": {"old": 1}}
        assert masked(data) == {"a": [{"password": "•••", "name": "Ravi"}], "pin": "•••"}

    def test_what_is_nested_too_deep_is_left_out(self) -> None:
        deep: Any = []
        for _ in range(5_000):
            deep = {"inner": [deep]}
        assert len(str(masked(deep))) < 5_000
