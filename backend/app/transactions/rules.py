"""Whether a transaction may be accepted, pure: what is asked, held against what PostgreSQL says of the accounts.

The worker decides again with the accounts locked and has the last word (C19); this check is for a quick, clear answer.
"""

from __future__ import annotations

from typing import NamedTuple

from app.core.errors import BankError
from app.fraud.rules import kyc_blocks
from app.transactions.errors import (
    AccountNotFound,
    AccountNotUsable,
    CurrencyMismatch,
    InsufficientFunds,
    KYCRequired,
    RecipientNotFound,
    SameAccount,
)
from app.transactions.models import TransactionKind


class AccountFacts(NamedTuple):
    """What accepting needs to know of a customer's account, in the order of `ACCOUNT_COLUMNS`."""

    account_id: int
    user_id: int
    status: str
    is_active: bool
    currency: str
    ledger_account_id: int
    available_minor: int
    user_name: str
    user_is_active: bool
    kyc_approved: bool

    @property
    def is_usable(self) -> bool:
        """Whether money may come and go."""
        return self.status == "approved" and self.is_active and self.user_is_active


# One row per account: the columns of `AccountFacts`, and where they come from.
ACCOUNT_COLUMNS = (
    "a.id, a.user_id, a.status, a.is_active, a.currency, a.ledger_account_id, "
    "l.credits_posted - l.debits_posted - l.debits_pending + l.overdraft_limit_minor, "
    "COALESCE(NULLIF(u.full_name, ''), u.username), u.is_active, u.kyc_approved"
)
ACCOUNT_SOURCE = (
    "accounts a JOIN ledger_accounts l ON l.id = a.ledger_account_id JOIN users u ON u.id = a.user_id "
    "WHERE a.id = ANY({ids})"
)


def refuse_transfer(
    *,
    asker_id: int,
    amount_minor: int,
    currency: str,
    source: AccountFacts | None,
    destination: AccountFacts | None,
    both_own: bool,
    review_above_minor: int,
) -> BankError | None:
    """Return why a transfer can't be accepted, or None if it can. `both_own`: the asker must own the destination, too."""
    refusal = refuse_spending(
        asker_id=asker_id, amount_minor=amount_minor, currency=currency, source=source, source_field="src_account",
        review_above_minor=review_above_minor, check_funds=False,
    )  # fmt: skip
    if refusal is not None:
        return refusal
    assert source is not None
    if destination is None or (both_own and destination.user_id != asker_id):
        return RecipientNotFound("The recipient's account doesn't exist. Check whom you are sending to.")
    if destination.account_id == source.account_id:
        return SameAccount("Money can't be sent to the account it comes from. Choose another one.")
    if not destination.is_usable:
        return RecipientNotFound("The recipient's account can't receive money. Ask them for another one.")
    if destination.currency != currency:
        return CurrencyMismatch(f"The recipient's account is in {destination.currency}, not {currency}.")
    return _short(TransactionKind.TRANSFER, amount_minor, source)


def refuse_spending(
    *,
    asker_id: int,
    amount_minor: int,
    currency: str,
    source: AccountFacts | None,
    source_field: str,
    review_above_minor: int,
    check_funds: bool = True,
) -> BankError | None:
    """Return why the asker can't use this account of theirs, named in this field, for this amount, or None if they can."""
    if source is None or source.user_id != asker_id:
        return AccountNotFound("This account doesn't exist, or isn't yours.").about(source_field)
    if not source.is_usable:
        return AccountNotUsable(
            "This account can't be used: it isn't approved, or is switched off.",
            status=source.status,
            active=source.is_active,
        ).about(source_field)
    if source.currency != currency:
        return CurrencyMismatch(f"The account is in {source.currency}, not {currency}.")
    if kyc_blocks(amount_minor, kyc_approved=source.kyc_approved, review_above_minor=review_above_minor):
        return KYCRequired(review_above_minor, currency)
    return _short(TransactionKind.WITHDRAWAL, amount_minor, source) if check_funds else None


def _short(kind: TransactionKind, amount_minor: int, source: AccountFacts) -> BankError | None:
    if amount_minor > source.available_minor:
        return InsufficientFunds(kind, amount_minor, source.available_minor, source.currency)
    return None
