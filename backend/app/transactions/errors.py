"""Why a transaction is refused, and the sentence the customer reads."""

from __future__ import annotations

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from app.core.money import format_money, to_wire
from app.ledger.decide import Refusal

NOTHING_LEFT = "Nothing has left your account."


class AccountNotFound(NotFound):
    """The source isn't one of the asker's accounts (whether it exists we don't say)."""

    code = "account_not_found"


class RecipientNotFound(NotFound):
    """The destination doesn't exist or can't receive money."""

    code = "recipient_not_found"


class TransactionNotFound(NotFound):
    """It doesn't exist, or isn't the asker's."""

    code = "transaction_not_found"

    def __init__(self) -> None:
        super().__init__("This transaction doesn't exist, or isn't yours.")


class AccountNotUsable(Refused):
    """The account isn't approved, or is switched off."""

    code = "account_not_usable"


class SameAccount(Invalid):
    """Source and destination are one."""

    code = "same_account"


class CurrencyMismatch(Invalid):
    """The amount's currency isn't the accounts' own."""

    code = "currency_mismatch"


class InsufficientFunds(Refused):
    """More than is available."""

    code = "insufficient_funds"

    def __init__(self, amount_minor: int, available_minor: int, currency: str) -> None:
        super().__init__(
            f"Not sent: {format_money(amount_minor, currency)} is more than the "
            f"{format_money(max(available_minor, 0), currency)} available. {NOTHING_LEFT}",
            available=to_wire(available_minor, currency),
        )


class KYCRequired(Forbidden):
    """S158: a high-value transaction of somebody whose KYC isn't approved."""

    code = "kyc_required"

    def __init__(self, above_minor: int, currency: str) -> None:
        super().__init__(
            f"Amounts above {format_money(above_minor, currency)} need an approved KYC. "
            f"Complete your KYC, or send less. {NOTHING_LEFT}"
        )


class DecidedMeanwhile(Exception):
    """A request was given up while it was being settled: nothing of its batch may stand."""


class KeyRequired(Invalid):
    """Strict mode: a transfer without an idempotency key (C9)."""

    code = "idempotency_key_required"


class NotHeld(Conflict):
    """The transaction isn't waiting for a decision (any more)."""

    code = "not_under_review"

    def __init__(self, status: str) -> None:
        super().__init__(f"This transaction isn't under review; it is {status}.", status=status)


class NotRefundable(Refused):
    """Only a transfer that succeeded can be given back, and only once."""

    code = "not_refundable"


# What the customer reads when the worker, which has the last word, refuses. The ledger's codes are the reasons.
FAILURE_SENTENCES: dict[str, str] = {
    Refusal.INSUFFICIENT_FUNDS: f"The account doesn't have enough available. {NOTHING_LEFT}",
    Refusal.UNKNOWN_ACCOUNT: f"One of the accounts doesn't exist. {NOTHING_LEFT}",
    Refusal.ACCOUNT_FROZEN: f"One of the accounts can't be used at the moment. {NOTHING_LEFT}",
    Refusal.ACCOUNT_CLOSED: f"One of the accounts is closed. {NOTHING_LEFT}",
    Refusal.SAME_ACCOUNT: f"Money can't be sent to the account it comes from. {NOTHING_LEFT}",
    Refusal.CURRENCY_MISMATCH: f"The accounts have different currencies. {NOTHING_LEFT}",
    Refusal.AMOUNT_NOT_POSITIVE: f"The amount must be more than zero. {NOTHING_LEFT}",
    Refusal.AMOUNT_TOO_LARGE: f"The amount is more than this account can hold. {NOTHING_LEFT}",
    Refusal.NO_SUCH_HOLD: f"Nothing was reserved for it. {NOTHING_LEFT}",
    "kyc_required": f"High amounts need an approved KYC. {NOTHING_LEFT}",
    "rejected_by_bank": f"The bank reviewed it and said no. {NOTHING_LEFT}",
    "given_up": f"The bank couldn't carry it out. {NOTHING_LEFT}",
    "review_expired": f"Nobody at the bank decided in time, so the reserved money is yours again. {NOTHING_LEFT}",
}
