"""What money was spent on, pure: read from what the payer wrote and whom they paid. A guess for charts, never for money."""

from __future__ import annotations

import re
from typing import Final

# The first that fits wins, so the special comes before the general.
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("salary", r"salary|wages|payroll|stipend"),
    ("rent", r"rent|landlord|deposit for the flat|maintenance"),
    ("bills", r"electricity|power|water bill|gas|recharge|broadband|internet|mobile|dth|telecom|insurance"),
    ("groceries", r"grocer(?:y|ies)|kirana|supermarket|vegetables|fruits?|milk|mart|bazaar"),
    (
        "eating_out",
        r"eating out|restaurant|dinner|lunch|breakfast|cafe|coffee|chai|tiffin|biryani|kitchen|bakery|sadya",
    ),
    ("transport", r"metro|cab|taxi|auto|bus|train|railway|fuel|petrol|parking|toll"),
    ("travel", r"trip|flight|hotel|holiday"),
    ("health", r"doctor|hospital|clinic|pharmacy|medicines?|dentist|chemist"),
    ("education", r"school|college|tuition|course|books?|fees?"),
    (
        "gifts",
        r"gifts?|birthday|wedding|diwali|holi|eid|rakhi|raksha|christmas|sankranti|chaturthi|puja|presents?|donation",
    ),
    ("entertainment", r"movies?|cinema|concert|cricket|tickets?|games?|subscription|turf"),
    ("shopping", r"shopping|clothes|shoes|amazon|flipkart|electronics|furniture"),
)
_FOUND = tuple((name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in _WORDS)

CASH: Final = "cash"
PEOPLE: Final = "people"
NAMES: Final = (*(name for name, _ in _WORDS), CASH, PEOPLE)


def category_of(kind: str, note: str, other_name: str) -> str:
    """Return one of `NAMES`: by the note first, then by the other side's name; else `cash`, or `people` for a transfer."""
    if kind in ("deposit", "withdrawal"):
        return CASH
    for said in (note, other_name):
        for name, words in _FOUND:
            if words.search(said):
                return name
    return PEOPLE
