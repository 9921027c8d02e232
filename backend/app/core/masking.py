"""What other people, logs and events may see of a number or an address."""

from __future__ import annotations

import re
from typing import Any

# Names of fields that hold what nobody but their owner may see.
_SECRET = re.compile(
    r"pass(word|wd|code)|secret|token|authorization|\bpin\b|cvv|cvc|\bpan\b|card_?number|aadhaar|otp", re.IGNORECASE
)
_MASK = "•••"


def mask_account_number(number: str) -> str:
    """Return the recipient view of an account number: `ACCT12345678` becomes `••••5678`."""
    return "••••" + number[-4:]


def masked(value: Any) -> Any:
    """Return JSON data with the values of every field whose name speaks of a secret masked, however deep it lies."""
    if isinstance(value, dict):
        return {name: _MASK if _SECRET.search(str(name)) else masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value
