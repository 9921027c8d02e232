"""The bank's fraud rules (S155, S156, S158), as arithmetic: no session, no clock, no settings of their own."""

from __future__ import annotations

HIGH_VALUE = "high-value"
HIGH_FREQUENCY = "high-frequency-transfers"


def review_reason(
    amount_minor: int, recent_transactions: int, *, review_above_minor: int, per_minute_max: int
) -> str | None:
    """Return why a transaction must be reviewed before its money moves, or None if it may go ahead.

    `recent_transactions` counts the sender's other transactions of the last 60 seconds, so with a maximum of five the
    sixth is the first to be held. An amount of exactly `review_above_minor` isn't above it. A maximum of 0 switches
    the frequency rule off.

    When both rules apply the answer is `HIGH_VALUE`: the amount stays true whatever order the transactions arrived in.
    """
    if amount_minor > review_above_minor:
        return HIGH_VALUE
    if per_minute_max > 0 and recent_transactions >= per_minute_max:
        return HIGH_FREQUENCY
    return None


def kyc_blocks(amount_minor: int, kyc_approved: bool, review_above_minor: int) -> bool:
    """Return whether a transaction is refused: a high value from somebody whom the bank doesn't know (S158, C16)."""
    return not kyc_approved and amount_minor > review_above_minor
