"""What others may see: enough to recognise, too little to use (C20)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import mask_account_number


class TestMasking:
    @given(st.from_regex(r"ACCT[1-9][0-9]{7}", fullmatch=True))
    def test_only_the_last_four_digits_stay(self, number: str) -> None:
        assert mask_account_number(number) == "••••" + number[-4:]
