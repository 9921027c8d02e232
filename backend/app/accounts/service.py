"""Opening accounts and deciding on them. An account's ledger account is frozen until the bank approves it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Row, Select, func, or_, select, union
from sqlalchemy.orm import Session

from app.accounts.errors import AccountNotFound, AlreadyDecided, NotApproved, TooManyAccounts
from app.accounts.models import Account, AccountStatus, AccountType
from app.config import get_settings
from app.core import clock
from app.core.errors import Invalid
from app.core.masking import mask_account_number
from app.events.catalogue import AccountUpdated
from app.events.outbox import record
from app.identity.models import User
from app.identity.staff import refuse_own_matter
from app.ledger.accounts import open_customer_account, set_frozen
from app.ledger.history import closing_balances
from app.ledger.models import LedgerAccount

NUMBER_DIGITS = 8
BALANCE_DAYS_DEFAULT = 30
BALANCE_DAYS_MAX = 366


@dataclass(frozen=True)
class Filters:
    """What staff may narrow the list of accounts by; None means any. `text` is a part of the number or an owner's name."""

    status: AccountStatus | None = None
    user_id: int | None = None
    is_active: bool | None = None
    text: str | None = None


def request_account(session: Session, *, user_id: int, account_type: AccountType, kyc_approved: bool) -> Account:
    """Ask for an account. It is PENDING, and its ledger account frozen, until staff approve it (S44, S147).

    Raises:
        TooManyAccounts: see `accounts_per_user_max`; rejected ones don't count.
    """
    accounts_max = get_settings().accounts_per_user_max
    # The owner's row is locked, so that two requests at once can't both find room for one more.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    held = select(func.count()).where(Account.user_id == user_id, Account.status != AccountStatus.REJECTED)
    if (session.scalar(held) or 0) >= accounts_max:
        raise TooManyAccounts(accounts_max)
    ledger_account_id = open_customer_account(session)
    set_frozen(session, ledger_account_id, frozen=True)
    account = Account(
        account_number=_new_number(session),
        account_type=account_type,
        user_id=user_id,
        ledger_account_id=ledger_account_id,
        status=AccountStatus.PENDING,
        is_active=True,
        kyc_checked=kyc_approved,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    _record(session, account, "requested", actor_id=user_id)
    return account


def decide(
    session: Session, *, account_id: int, admin_id: int | None, action: Literal["approve", "reject"], reason: str = ""
) -> Account:
    """Approve or reject a requested account (S45, S46). Without an admin it is the bank's own decision.

    Raises:
        AccountNotFound: no such account.
        OwnMatter: it is the decider's own.
        AlreadyDecided: somebody decided before.
    """
    account = _locked(session, account_id)
    refuse_own_matter(admin_id, account.user_id)
    if account.status != AccountStatus.PENDING:
        raise AlreadyDecided(account.status)
    approved = action == "approve"
    account.status = AccountStatus.APPROVED if approved else AccountStatus.REJECTED
    account.decided_at = clock.now()
    account.decided_by = admin_id
    account.decision_reason = reason or None
    if approved:
        set_frozen(session, account.ledger_account_id, frozen=False)
    _record(session, account, "approved" if approved else "rejected", actor_id=admin_id, reason=reason)
    return account


def set_active(
    session: Session, *, account_id: int, admin_id: int, active: bool | None = None, reason: str = ""
) -> Account:
    """Switch an approved account on or off (None: the other way round); its ledger account freezes with it (S59).

    Raises:
        AccountNotFound: no such account.
        OwnMatter: it is the decider's own.
        NotApproved: it never was on.
    """
    account = _locked(session, account_id)
    refuse_own_matter(admin_id, account.user_id)
    if account.status != AccountStatus.APPROVED:
        raise NotApproved(account.status)
    wanted = (not account.is_active) if active is None else active
    if wanted != account.is_active:
        account.is_active = wanted
        set_frozen(session, account.ledger_account_id, frozen=not wanted)
        _record(session, account, "switched_on" if wanted else "switched_off", actor_id=admin_id, reason=reason)
    return account


def with_balances() -> Select[Account, LedgerAccount, User]:
    """Return the query of accounts with their ledger accounts and owners."""
    return (
        select(Account, LedgerAccount, User)
        .join(LedgerAccount, LedgerAccount.id == Account.ledger_account_id)
        .join(User, User.id == Account.user_id)
    )


def of_user(
    session: Session, user_id: int, *, usable_only: bool = False
) -> Sequence[Row[Account, LedgerAccount, User]]:
    """Return a user's accounts with balances, oldest first; `usable_only`: approved and active."""
    query = with_balances().where(Account.user_id == user_id).order_by(Account.id)
    if usable_only:
        query = query.where(Account.status == AccountStatus.APPROVED, Account.is_active, User.is_active)
    return session.execute(query).all()


def one(session: Session, account_id: int, *, owner_id: int | None) -> Row[Account, LedgerAccount, User]:
    """Return one account; `owner_id` None is staff.

    Raises:
        AccountNotFound: it doesn't exist, or isn't the owner's.
    """
    row = session.execute(with_balances().where(Account.id == account_id)).one_or_none()
    if row is None or owner_id not in (None, row.Account.user_id):
        raise AccountNotFound(account_id)
    return row


def balances(
    session: Session, account_id: int, *, owner_id: int, first: date | None, last: date | None
) -> list[tuple[date, int]]:
    """Return what an account held at the end of each day, at most a year of them; by default the last thirty days.

    Raises:
        AccountNotFound: it doesn't exist, or isn't the owner's.
        Invalid: the period is the wrong way round, or too long.
    """
    account = one(session, account_id, owner_id=owner_id).Account
    end = min(last or clock.business_date(), clock.business_date())
    begin = first or end - timedelta(days=BALANCE_DAYS_DEFAULT - 1)
    if not 0 <= (end - begin).days < BALANCE_DAYS_MAX:
        raise Invalid(f"Choose a period of 1 to {BALANCE_DAYS_MAX} days that has begun.", days_max=BALANCE_DAYS_MAX)
    return closing_balances(session, account.ledger_account_id, first=begin, last=end)


def for_staff(
    session: Session, filters: Filters, *, after_id: int | None, limit: int
) -> Sequence[Row[Account, LedgerAccount, User]]:
    """Return accounts that fit the filters, newest first."""
    query = with_balances().order_by(Account.id.desc()).limit(limit)
    if after_id is not None:
        query = query.where(Account.id < after_id)
    if filters.status is not None:
        query = query.where(Account.status == filters.status)
    if filters.user_id is not None:
        query = query.where(Account.user_id == filters.user_id)
    if filters.is_active is not None:
        query = query.where(Account.is_active == filters.is_active)
    if filters.text:
        # Two looks into indexes: as one condition on accounts and owners together, every account would be read.
        named = or_(*(column.icontains(filters.text, autoescape=True) for column in (User.username, User.full_name)))
        query = query.where(
            Account.id.in_(
                union(
                    select(Account.id).where(Account.account_number.icontains(filters.text, autoescape=True)),
                    select(Account.id).where(Account.user_id.in_(select(User.id).where(named))),
                )
            )
        )
    return session.execute(query).all()


def _locked(session: Session, account_id: int) -> Account:
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise AccountNotFound(account_id)
    return account


def _new_number(session: Session) -> str:
    """Return a number that nobody has: `ACCT` and eight random digits, so that numbers tell nothing about the bank's size."""
    while True:
        number = f"ACCT{secrets.randbelow(9 * 10 ** (NUMBER_DIGITS - 1)) + 10 ** (NUMBER_DIGITS - 1)}"
        if session.scalar(select(Account.id).where(Account.account_number == number)) is None:
            return number


def _record(session: Session, account: Account, change: str, *, actor_id: int | None, reason: str = "") -> None:
    record(
        session,
        AccountUpdated(
            occurred_at=clock.now(),
            actor_id=actor_id,
            account_id=account.id,
            account_number_masked=mask_account_number(account.account_number),
            account_type=str(account.account_type),
            user_id=account.user_id,
            change=change,
            status=str(account.status),
            is_active=account.is_active,
            reason=reason,
        ),
    )
