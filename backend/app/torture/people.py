"""The people of a tortured bank: rich and poor customers, and one of the staff. Made through the services."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import AccountType
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import UserRegistered
from app.events.outbox import record
from app.identity.models import Role, User
from app.identity.sessions import Device, open_session
from app.ledger.models import LedgerKind
from app.transactions import requests

RICH = 40
POOR = 6  # who can't always pay: refusals are answers, too
RICH_MINOR = 10_000_000_000_00
POOR_MINOR = 100_00
_HERE = Device(ip="127.0.0.1", user_agent="torture")


class Person(NamedTuple):
    """Somebody who calls the bank. Staff have no account (0)."""

    user_id: int
    account_id: int
    token: str


class People(NamedTuple):
    """Everybody; a person's number is their place in `customers`, the poor ones last."""

    customers: list[Person]
    rich: int  # how many of them
    staff: Person

    @property
    def funded_minor(self) -> int:
        """What all customers had at the beginning."""
        return self.rich * RICH_MINOR + (len(self.customers) - self.rich) * POOR_MINOR


def open_people(rich: int = RICH, poor: int = POOR) -> People:
    """Open everybody in one transaction; nobody has a password, they come with their tokens."""
    with unit_of_work() as session:
        staff = _user(session, "tormentor", Role.ADMIN)
        token = open_session(session, user=staff, device=_HERE).access_token
        made: list[Person] = []
        for number in range(rich + poor):
            user = _user(session, f"victim{number}", Role.CUSTOMER)
            grant = open_session(session, user=user, device=_HERE)
            account = accounts.request_account(
                session, user_id=user.id, account_type=AccountType.CURRENT, kyc_approved=True
            )
            accounts.decide(session, account_id=account.id, admin_id=staff.id, action="approve")
            requests.adjust_balance(
                session, admin_id=staff.id, account_id=account.id, credit=True, reason="for the torture",
                amount_minor=RICH_MINOR if number < rich else POOR_MINOR, counterpart=LedgerKind.OPENING,
            )  # fmt: skip
            made.append(Person(user.id, account.id, grant.access_token))
        return People(made, rich, Person(staff.id, 0, token))


def _user(session: Session, name: str, role: Role) -> User:
    """Make somebody whom the bank knows, and tell everybody: search learns of people from their events."""
    user = User(username=name, email=f"{name}@example.com", hashed_password="!", role=role, kyc_approved=True)  # noqa: S106
    session.add(user)
    session.flush()
    record(session, UserRegistered(occurred_at=clock.now(), user_id=user.id, username=name, role=role))
    return user
