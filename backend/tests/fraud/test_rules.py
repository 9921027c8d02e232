"""S155, S156, S158, S160: the bank's rules, at their edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.fraud.rules import HIGH_FREQUENCY, HIGH_VALUE, kyc_blocks, review_reason

ABOVE = 50_000_00


def reason(amount_minor: int, recent: int = 0, *, per_minute_max: int = 5) -> str | None:
    """Ask with the bank's own limit."""
    return review_reason(amount_minor, recent, review_above_minor=ABOVE, per_minute_max=per_minute_max)


class TestReviewReason:
    """S155, S156: above ₹50,000.00, or the sixth within a minute."""

    @pytest.mark.parametrize(
        ("amount_minor", "expected"), [(1, None), (50_000_00, None), (50_000_01, HIGH_VALUE), (10**15, HIGH_VALUE)]
    )
    def test_above_means_above(self, amount_minor: int, expected: str | None) -> None:
        assert reason(amount_minor) == expected

    @pytest.mark.parametrize(("recent", "expected"), [(0, None), (4, None), (5, HIGH_FREQUENCY), (50, HIGH_FREQUENCY)])
    def test_the_sixth_within_a_minute(self, recent: int, expected: str | None) -> None:
        assert reason(100, recent) == expected

    def test_zero_switches_the_frequency_off(self) -> None:
        assert reason(100, 1_000, per_minute_max=0) is None

    def test_both_is_high_value(self) -> None:
        assert reason(50_000_01, 5) == HIGH_VALUE

    def test_the_names_are_the_specifications(self) -> None:
        """S160: reason code `high-frequency-transfers`."""
        assert HIGH_FREQUENCY == "high-frequency-transfers"

    def test_the_settings_are_the_specifications(self) -> None:
        fields = Settings.model_fields
        assert (fields["review_above_minor"].default, fields["transactions_per_minute_max"].default) == (ABOVE, 5)

    @given(st.integers(1, 10**15), st.integers(0, 100), st.integers(0, 20))
    def test_more_money_or_more_haste_never_looks_better(self, amount: int, recent: int, maximum: int) -> None:
        if reason(amount, recent, per_minute_max=maximum) is not None:
            assert reason(amount + 1, recent, per_minute_max=maximum) is not None
            assert reason(amount, recent + 1, per_minute_max=maximum) is not None


class TestKYCBlocks:
    """S158, C16: without approved KYC nothing high goes."""

    @pytest.mark.parametrize(
        ("amount_minor", "approved", "blocked"),
        [(50_000_00, False, False), (50_000_01, False, True), (50_000_01, True, False), (1, False, False)],
    )
    def test_high_and_unknown(self, amount_minor: int, approved: bool, blocked: bool) -> None:
        assert kyc_blocks(amount_minor, approved, ABOVE) is blocked
