"""Money is an integer number of minor units and a currency. No float comes near it.

On the wire an amount is a JSON number, `150.00`, parsed from its text (never through a binary float);
inside, it is `15000` paise. This module is the only place where one becomes the other.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from app.core.errors import Invalid

BASE_CURRENCY = "INR"

# ISO 4217 exponents of the currencies that the bank keeps books in.
EXPONENTS = {"INR": 2, "USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}

SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}

# Ten thousand crore rupees in paise: far above any retail payment, far below 2**53 (which JavaScript reads exactly).
AMOUNT_MINOR_MAX = 1_000_000_000_000_00

# The longest number below has 18 + 18 digits; Python's usual 28 would round it before anybody could refuse it.
_EXACT = Context(prec=36)

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", re.ASCII)


class InvalidAmount(Invalid):
    """The text isn't an amount that the bank can book."""

    code = "invalid_amount"
    field = "amount"


class UnknownCurrency(Invalid):
    """The bank keeps no books in this currency."""

    code = "unknown_currency"
    field = "currency"


def exponent(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 currency.

    Raises:
        UnknownCurrency: the bank keeps no books in it.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(
            f"{currency[:8]} isn't a currency this bank keeps. Use one of {', '.join(EXPONENTS)}.",
            currency=currency[:8],
        ) from None


def parse_minor(text: str, currency: str = BASE_CURRENCY) -> int:
    """Return the minor units that a JSON number's text stands for: `150.00` is 15000 paise.

    Zeros beyond the currency's decimals are harmless (`1.500` is 150); any other digit there is refused, so nothing is rounded.

    Raises:
        InvalidAmount: not a JSON number, not positive, too large, or finer than the currency.
        UnknownCurrency: the bank keeps no books in the currency.
    """
    decimals = exponent(currency)
    if not _PLAIN_NUMBER.fullmatch(text):
        raise InvalidAmount("The amount must be a number such as 150.00.")
    try:
        scaled = Decimal(text).scaleb(decimals, _EXACT)
    except InvalidOperation:
        raise InvalidAmount("The amount must be a number such as 150.00.") from None
    if scaled <= 0:
        raise InvalidAmount("The amount must be more than zero.")
    if scaled > AMOUNT_MINOR_MAX:
        raise InvalidAmount(
            f"The amount is more than this bank can book at once ({format_money(AMOUNT_MINOR_MAX, currency)})."
        )
    minor = int(scaled)
    if minor != scaled:
        raise InvalidAmount(f"The amount has more than {decimals} decimals; {currency} has {decimals}.")
    return minor


def to_wire(minor: int, currency: str = BASE_CURRENCY) -> float:
    """Return the JSON number of an amount. Exact: below 2**53 minor units a double's shortest text is the decimal itself."""
    return minor / float(10 ** exponent(currency))


def format_money(minor: int, currency: str = BASE_CURRENCY) -> str:
    """Return the amount as a person reads it: `₹1,23,45,678.90` (Indian grouping for INR, thousands elsewhere)."""
    decimals = exponent(currency)
    sign = "-" if minor < 0 else ""
    whole, fraction = divmod(abs(minor), 10**decimals)
    digits = f"{whole:,}" if currency != "INR" else _indian_grouping(whole)
    tail = f".{fraction:0{decimals}d}" if decimals else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{digits}{tail}"


def _indian_grouping(whole: int) -> str:
    if whole < 1_00_000:  # most amounts; up to here India groups as the rest of the world
        return f"{whole:,}"
    text = str(whole)
    head, tail = text[:-3], text[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])
