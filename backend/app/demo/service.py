"""Filling an empty bank, through the services and in one transaction: killed halfway, the bank is still empty."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import AccountType
from app.config import get_settings
from app.core import clock
from app.demo import people
from app.demo.life import Act, Payment, instants, year_of_life
from app.events.catalogue import MoneyFacts
from app.events.models import OutboxBundle
from app.events.outbox import decode
from app.identity import service as identity
from app.identity import sessions
from app.identity.models import Role, User
from app.identity.sessions import Device
from app.ledger.models import LedgerKind
from app.notifications.models import Notification
from app.transactions import requests
from app.transactions.batch import Batch, Wanted
from app.transactions.settlement import settle_requested

DEMO_PASSWORD = "calm-seas-2026"  # noqa: S105  (printed at every start; the demo bank holds no secret)
ADMIN = "admin"
CUSTOMERS = ("asha", "rohan")
OPENING_RESIDENT = 40_000_00
OPENING_EMPLOYER = 150_00_000_00
UNREAD_DAYS = 2
# One at a time: of two that start on one empty bank at once, the second waits and finds the people there.
_LOCK = 7811887810
_DEVICE = Device(ip="127.0.0.1", user_agent="demo seed")


class Login(NamedTuple):
    """Who may sign in to the demo bank, and with what."""

    username: str
    password: str
    role: str


_LOGINS = [Login(name, DEMO_PASSWORD, Role.CUSTOMER) for name in CUSTOMERS] + [Login(ADMIN, DEMO_PASSWORD, Role.ADMIN)]


class _Member(NamedTuple):
    user_id: int
    session_id: int
    account_id: int


def seed_demo(session: Session) -> list[Login]:
    """Fill an empty bank with people and twelve months of their life; a bank that has users is left alone.

    Everything is written in the session's transaction, which the caller commits.

    Returns:
        The demo logins (two customers, one admin), also if these very people are there already (somebody was stopped
        before they could be told); nothing if the bank has other users.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if session.scalar(select(exists().where(User.id > 0))):
        return _LOGINS if session.scalar(select(exists().where(User.email == _email(ADMIN)))) else []
    today = clock.business_date()
    opened = datetime.combine(today - timedelta(days=366), time(9), tzinfo=clock.INDIA)
    with clock.at(opened):
        admin = identity.create_admin(session, username=ADMIN, email=_email(ADMIN), password=DEMO_PASSWORD)
        members = _open_everything(session, admin.id)
    for at, payments in instants(year_of_life(today)):
        with clock.at(at):
            _live_through(session, members, payments)
    _today(session, admin.id, members)
    return _LOGINS


def _email(username: str) -> str:
    return f"{username}@nyord.example"


def settle_in(mark_read_before: timedelta = timedelta(days=UNREAD_DAYS)) -> None:
    """After the seed is committed: deliver its events, and mark what is old as read."""
    from app.consumers import consumers  # noqa: PLC0415  (declares every consumer, which only this step needs)
    from app.database import unit_of_work  # noqa: PLC0415
    from app.events.runner import drain  # noqa: PLC0415

    told = "banking.notifications"  # the rest is the worker's, who also keeps the log
    drain({told: consumers()[told]})
    with unit_of_work() as session:
        old = clock.now() - mark_read_before
        session.execute(
            update(Notification).where(Notification.created_at < old).values(read_at=Notification.created_at)
        )


def _open_everything(session: Session, admin_id: int) -> dict[str, _Member]:
    members: dict[str, _Member] = {}
    names = {one.username: one.name for one in (*people.RESIDENTS, *people.BUSINESSES)} | people.LANDLORD_NAMES
    businesses = {one.username for one in people.BUSINESSES}
    employers = {one.username for one in people.EMPLOYERS}
    for username, name in names.items():
        kind = AccountType.CURRENT if username in businesses else AccountType.SAVINGS
        opening = OPENING_EMPLOYER if username in employers else OPENING_RESIDENT
        members[username] = _open(session, admin_id, username, name, kind, opening)
    return members


def _open(session: Session, admin_id: int, username: str, name: str, kind: AccountType, opening_minor: int) -> _Member:
    user = identity.create_customer(
        session, username=username, email=_email(username), password=DEMO_PASSWORD, full_name=name,
        kyc_approved=True,
    )  # fmt: skip
    grant = sessions.open_session(session, user=user, device=_DEVICE)
    grant.session.expires_at = datetime.now(clock.INDIA) + timedelta(hours=1)  # good while the story is told
    account = accounts.request_account(session, user_id=user.id, account_type=kind, kyc_approved=True)
    accounts.decide(session, account_id=account.id, admin_id=admin_id, action="approve")
    requests.adjust_balance(
        session, admin_id=admin_id, account_id=account.id, amount_minor=opening_minor, credit=True,
        reason="Opening balance", counterpart=LedgerKind.OPENING,
    )  # fmt: skip
    return _Member(user.id, grant.session.id, account.id)


def _live_through(session: Session, members: dict[str, _Member], payments: list[Payment]) -> None:
    """Let some payments happen now: accepted and settled as the gateway and the worker would."""
    seen = session.scalar(select(OutboxBundle.id).order_by(OutboxBundle.id.desc()).limit(1)) or 0
    transfers = [_wanted(members, payment) for payment in payments if payment.act is Act.TRANSFER]
    if transfers:
        Batch(transfers, get_settings()).commit_in(session)
    for payment in payments:
        if payment.act is Act.WITHDRAWAL:
            payer = members[payment.payer]
            requests.request_withdrawal(
                session,
                user_id=payer.user_id,
                account_id=payer.account_id,
                amount_minor=payment.amount_minor,
                note=payment.note,
            )
    bundles = session.scalars(select(OutboxBundle).where(OutboxBundle.id > seen).order_by(OutboxBundle.id))
    asked = [
        event for bundle in bundles for event in decode(bundle.topic, bundle.payload) if isinstance(event, MoneyFacts)
    ]
    settle_requested(session, asked)


def _wanted(members: dict[str, _Member], payment: Payment) -> Wanted:
    payer, payee = members[payment.payer], members[payment.payee or ""]
    key = f"demo-{payment.at:%Y%m%d%H%M%S}-{payment.payer}-{payment.payee}-{payment.amount_minor}"
    return Wanted(
        payer.user_id, payer.session_id, payer.account_id, payee.account_id, payment.amount_minor, "INR", key,
        request_hash="00" * 32, note=payment.note,
    )  # fmt: skip


def _today(session: Session, admin_id: int, members: dict[str, _Member]) -> None:
    """Leave something to do: a KYC, an account and two transfers that wait for the back office."""
    identity.create_customer(
        session, username=people.WAITING_FOR_KYC[0], email="nisha@nyord.example", password=DEMO_PASSWORD,
        full_name=people.WAITING_FOR_KYC[1],
    )  # fmt: skip
    waiting = identity.create_customer(
        session, username=people.WAITING_FOR_ACCOUNT[0], email="rahul@nyord.example", password=DEMO_PASSWORD,
        full_name=people.WAITING_FOR_ACCOUNT[1], kyc_approved=True,
    )  # fmt: skip
    accounts.request_account(session, user_id=waiting.id, account_type=AccountType.SAVINGS, kyc_approved=True)
    now = clock.now()
    for hours, payer, payee, amount, note in (
        (5, "vikram.joshi", "meera.nair", 62_500_00, "Scooter, second hand"),
        (3, "kavya.rao", "harish.patel", 55_000_00, "Flat deposit"),
    ):
        with clock.at(now - timedelta(hours=hours)):
            _live_through(session, members, [Payment(clock.now(), payer, payee, amount, note)])
    for member in members.values():
        sessions.end_all(session, user_id=member.user_id, reason="demo_seeded", actor_id=None)
