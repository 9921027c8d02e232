"""Guarantee: an amount's text and its minor units say the same, to the last paisa, in both directions."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import (
    AMOUNT_MINOR_MAX,
    EXPONENTS,
    InvalidAmount,
    UnknownCurrency,
    exponent,
    format_money,
    parse_minor,
    to_wire,
)

minors = st.integers(1, AMOUNT_MINOR_MAX)
currencies = st.sampled_from(sorted(EXPONENTS))


def written(minor: int, currency: str) -> str:
    """Write an amount in full, with exact decimal arithmetic."""
    return str(Decimal(minor).scaleb(-exponent(currency)).quantize(Decimal(1).scaleb(-exponent(currency))))


class TestParse:
    """S73, C22, C23: an amount is read from its text; nothing is rounded."""

    @given(minors, currencies)
    def test_what_is_written_is_what_is_read(self, minor: int, currency: str) -> None:
        assert parse_minor(written(minor, currency), currency) == minor

    @given(minors, currencies)
    def test_what_we_send_can_be_read_back(self, minor: int, currency: str) -> None:
        assert parse_minor(json.dumps(to_wire(minor, currency)), currency) == minor

    @given(minors, st.integers(1, 10))
    def test_zeros_at_the_end_are_harmless(self, minor: int, zeros: int) -> None:
        assert parse_minor(written(minor, "INR") + "0" * zeros) == minor

    @given(minors.filter(lambda minor: minor % 10 > 0), currencies)
    def test_a_digit_too_many_is_refused(self, minor: int, currency: str) -> None:
        finer = str(Decimal(minor).scaleb(-exponent(currency) - 1))
        with pytest.raises(InvalidAmount):
            parse_minor(finer, currency)

    @pytest.mark.parametrize("whole", ["12345678901", "999999999999"])
    def test_the_most_digits_there_can_be_are_all_looked_at(self, whole: str) -> None:
        with pytest.raises(InvalidAmount, match="more than 2 decimals"):
            parse_minor(f"{whole}.{'9' * 18}")
        assert parse_minor(f"{whole}.{'0' * 18}") == int(whole) * 100

    @given(st.text())
    def test_any_text_is_an_amount_or_refused(self, text: str) -> None:
        try:
            minor = parse_minor(text)
        except InvalidAmount:
            return
        assert 0 < minor <= AMOUNT_MINOR_MAX
        assert Decimal(minor) == Decimal(text) * 100

    @pytest.mark.parametrize(
        "text",
        ["", " ", "0", "0.00", "-1", "-0.01", "+1", "1.", ".5", "01", "1_000", "1,000", "0x10", "NaN", "Infinity", "1e400",
         "1e-3", "0.001", "١٢٣", "1 ", "\n1", "true", '"1"', "1000000000000.01", "9" * 19],
    )  # fmt: skip
    def test_these_are_none(self, text: str) -> None:
        with pytest.raises(InvalidAmount):
            parse_minor(text)

    @pytest.mark.parametrize("currency", ["", "inr", "XYZ", "RUPEES", "₹"])
    def test_a_currency_without_books_is_refused(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            parse_minor("1", currency)

    def test_what_the_client_sent_is_not_repeated_at_length(self) -> None:
        with pytest.raises(UnknownCurrency) as refused:
            parse_minor("1", "X" * 10_000)
        assert len(refused.value.detail) < 200


class TestToWire:
    """C22: a JSON number whose shortest text is the exact amount."""

    @given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), currencies)
    def test_the_numbers_text_is_exact(self, minor: int, currency: str) -> None:
        assert Decimal(repr(to_wire(minor, currency))) == Decimal(minor).scaleb(-exponent(currency))


class TestFormat:
    """C23: people read rupees in lakhs and crores."""

    @pytest.mark.parametrize(
        ("minor", "text"),
        [(0, "₹0.00"), (5, "₹0.05"), (999_99, "₹999.99"), (1_000_00, "₹1,000.00"), (99_999_99, "₹99,999.99"),
         (1_00_000_00, "₹1,00,000.00"), (12_34_567_89, "₹12,34,567.89"), (1_23_45_678_90, "₹1,23,45,678.90"),
         (-50_000_01, "-₹50,000.01")],
    )  # fmt: skip
    def test_indian_grouping(self, minor: int, text: str) -> None:
        assert format_money(minor) == text

    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [(123_456_789, "USD", "$1,234,567.89"), (1_234_567, "JPY", "¥1,234,567"), (1_234_567, "KWD", "KWD 1,234.567")],
    )  # fmt: skip
    def test_elsewhere_thousands(self, minor: int, currency: str, text: str) -> None:
        assert format_money(minor, currency) == text

    @given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), currencies)
    def test_the_digits_are_the_amounts(self, minor: int, currency: str) -> None:
        digits = "".join(character for character in format_money(minor, currency) if character.isdecimal())
        assert int(digits) == abs(minor)
        assert format_money(minor, currency).startswith("-") == (minor < 0)

    @given(st.integers(0, AMOUNT_MINOR_MAX))
    def test_groups_are_of_two_but_for_the_last_of_three(self, minor: int) -> None:
        first, *middle = format_money(minor).removeprefix("₹").partition(".")[0].split(",")
        *pairs, hundreds = middle or [first.zfill(3)]
        assert len(hundreds) == 3
        assert all(len(pair) == 2 for pair in pairs)
        assert 1 <= len(first) <= (2 if middle else 3)
