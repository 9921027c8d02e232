"""Why a transaction is refused, and the sentence the customer reads."""

from __future__ import annotations

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from app.core.money import format_money, to_wire
from app.ledger.decide import Refusal
from app.transactions.models import TransactionKind

NOTHING_LEFT = "Nothing has left your account."
NOTHING_MOVED = "Nothing has moved."  # where the account may be somebody else's than the reader's


class AccountNotFound(NotFound):
    """The source isn't one of the asker's accounts (whether it exists we don't say)."""

    code = "account_not_found"


class RecipientNotFound(NotFound):
    """The destination doesn't exist or can't receive money."""

    code = "recipient_not_found"
    field = "dest_account"


class TransactionNotFound(NotFound):
    """It doesn't exist, or isn't the asker's."""

    code = "transaction_not_found"

    def __init__(self) -> None:
        super().__init__("This transaction doesn't exist, or isn't yours.")


class AccountNotUsable(Refused):
    """The account isn't approved, or is switched off."""

    code = "account_not_usable"

    @classmethod
    def by_the_ledger(cls, refusal: Refusal) -> AccountNotUsable:
        """Return what is said when the ledger refuses a movement at once."""
        return cls(f"{LEDGER_SENTENCES[refusal]} {NOTHING_MOVED}", refusal=refusal.value)


class SameAccount(Invalid):
    """Source and destination are one."""

    code = "same_account"
    field = "dest_account"


class CurrencyMismatch(Invalid):
    """The amount's currency isn't the accounts' own."""

    code = "currency_mismatch"
    field = "currency"


# What wasn't done for want of money, and who can rest assured: a refund or a correction may be staff's word on another's account.
_NOT_DONE: dict[str, tuple[str, str]] = {
    TransactionKind.TRANSFER: ("Not sent", NOTHING_LEFT),
    TransactionKind.WITHDRAWAL: ("Not paid out", NOTHING_LEFT),
    TransactionKind.REFUND: ("Not given back", NOTHING_MOVED),
    TransactionKind.ADJUSTMENT: ("Not booked", NOTHING_MOVED),
}


class InsufficientFunds(Refused):
    """More than is available for a transaction of this kind."""

    code = "insufficient_funds"

    def __init__(self, kind: str, amount_minor: int, available_minor: int, currency: str) -> None:
        not_done, assurance = _NOT_DONE[kind]
        super().__init__(
            f"{not_done}: {format_money(amount_minor, currency)} is more than the "
            f"{format_money(max(available_minor, 0), currency)} available. {assurance}",
            available=to_wire(available_minor, currency),
        )
        if kind != TransactionKind.REFUND:  # which is for all of it, whatever is asked
            self.field = "amount"


class KYCRequired(Forbidden):
    """S158: a high-value transaction of somebody whose KYC isn't approved."""

    code = "kyc_required"
    field = "amount"

    def __init__(self, above_minor: int, currency: str) -> None:
        super().__init__(
            f"Amounts above {format_money(above_minor, currency)} need an approved KYC. "
            f"Complete your KYC, or choose a lower amount. {NOTHING_LEFT}"
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


# Why the ledger refuses a movement, whoever reads it.
LEDGER_SENTENCES: dict[Refusal, str] = {
    Refusal.INSUFFICIENT_FUNDS: "The account doesn't have enough available.",
    Refusal.UNKNOWN_ACCOUNT: "One of the accounts doesn't exist.",
    Refusal.ACCOUNT_FROZEN: "One of the accounts can't be used at the moment.",
    Refusal.ACCOUNT_CLOSED: "One of the accounts is closed.",
    Refusal.SAME_ACCOUNT: "Money can't be sent to the account it comes from.",
    Refusal.CURRENCY_MISMATCH: "The accounts have different currencies.",
    Refusal.AMOUNT_NOT_POSITIVE: "The amount must be more than zero.",
    Refusal.AMOUNT_TOO_LARGE: "The amount is more than this account can hold.",
    Refusal.NO_SUCH_HOLD: "Nothing was reserved for it.",
}

# What the customer reads when the worker, which has the last word, refuses. The ledger's codes are the reasons.
FAILURE_SENTENCES: dict[str, str] = {
    **{refusal: f"{sentence} {NOTHING_LEFT}" for refusal, sentence in LEDGER_SENTENCES.items()},
    "kyc_required": f"High amounts need an approved KYC. {NOTHING_LEFT}",
    "too_many_reviews": f"As many of your payments wait for the bank's review as may wait at once. {NOTHING_LEFT}",
    "rejected_by_bank": f"The bank reviewed it and said no. {NOTHING_LEFT}",
    "given_up": f"The bank couldn't carry it out. {NOTHING_LEFT}",
    "review_expired": f"Nobody at the bank decided in time, so the reserved money is yours again. {NOTHING_LEFT}",
}
