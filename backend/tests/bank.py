"""A bank for tests: the real gateway app, people with sessions, and a worker that works when it is told to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts import service as accounts
from app.accounts.models import AccountType
from app.checks import verify
from app.consumers import consumers
from app.database import unit_of_work
from app.events.consumer import Consumer
from app.events.runner import drain
from app.identity.models import Role, User
from app.identity.sessions import Device, open_session
from app.transactions import requests
from app.transactions.models import Transaction

HERE = Device(ip="203.0.113.7", user_agent="pytest")
# The hash of no password: these people come in by `open_session`, which is a tenth of a second faster each.
NO_PASSWORD = "!"

_numbers = itertools.count(1)


def without_index(known: dict[str, Consumer]) -> dict[str, Consumer]:
    """The consumers, but nothing is indexed: every commit of an index waits for the disk, and few tests look into it."""
    return known | {"banking.search": known["banking.search"]._replace(handler=lambda session, events: None)}


@dataclass
class Person:
    """Somebody with an open session; their calls carry their token."""

    api: TestClient
    id: int
    username: str
    token: str
    session_id: int
    accounts: list[int] = field(default_factory=list)

    @property
    def account(self) -> int:
        """Their first account."""
        return self.accounts[0]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.api.get(path, params=params, headers=self.headers)

    def post(
        self, path: str, body: Any = None, *, content: str | bytes | None = None, **headers: str
    ) -> httpx2.Response:
        """Post a JSON body; `content` sends a text as it stands, for numbers that Python would write differently."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            return self.api.post(
                path, content=content, headers=self.headers | {"Content-Type": "application/json"} | extra
            )
        return self.api.post(path, json=body, headers=self.headers | extra)

    def put(self, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return self.api.put(path, json=body, headers=self.headers | headers)

    def delete(self, path: str) -> httpx2.Response:
        return self.api.delete(path, headers=self.headers)

    def send(self, to: Person | int, amount: float | str, *, key: str | None = None, **more: Any) -> httpx2.Response:
        """Send money from their first account to another person's first account (or to an account)."""
        body = {
            "src_account": self.account,
            "dest_account": to if isinstance(to, int) else to.account,
            "amount": amount,
        }
        return self.post("/transactions/initiate", body | ({"idempotency_key": key} if key else {}) | more)

    def balance(self, account_id: int | None = None) -> float:
        """What they read in `/accounts/me` of an account of theirs."""
        return float(self.get(f"/accounts/{account_id or self.account}").json()["balance"])


class Bank:
    """The gateway with its people; `settle` is the worker. With `indexes` it writes the search index, too."""

    def __init__(self, api: TestClient, *, indexes: bool = False) -> None:
        self.api = api
        self._indexes = indexes

    def customer(self, balance: int = 0, *, kyc: bool = True, accounts: int = 1, name: str = "") -> Person:
        """Return a customer with approved accounts, the first of which holds `balance` paise."""
        person = self._person(Role.CUSTOMER, kyc=kyc, name=name)
        for _ in range(accounts):
            person.accounts.append(self.open_account(person))
        if balance:
            self.fund(person.account, balance)
        return person

    def admin(self) -> Person:
        """Return a member of staff."""
        return self._person(Role.ADMIN, kyc=True, name="")

    def open_account(self, person: Person, *, approved: bool = True) -> int:
        """Open an account for somebody and return its id."""
        with unit_of_work() as session:
            account = accounts.request_account(
                session, user_id=person.id, account_type=AccountType.SAVINGS, kyc_approved=True
            )
            if approved:
                accounts.decide(session, account_id=account.id, admin_id=None, action="approve")
            return account.id

    def fund(self, account_id: int, amount_minor: int) -> None:
        """Put paise on an account, from the suspense account."""
        with unit_of_work() as session:
            requests.adjust_balance(
                session,
                admin_id=None,
                account_id=account_id,
                amount_minor=amount_minor,
                credit=True,
                reason="for the test",
            )

    def settle(self) -> None:
        """Let the worker handle everything that waits."""
        drain(consumers() if self._indexes else without_index(consumers()))

    def status(self, transaction_id: int) -> str:
        """Return a transaction's status as the database has it."""
        with unit_of_work() as session:
            return session.scalars(select(Transaction.status).where(Transaction.id == transaction_id)).one()

    def findings(self) -> list[str]:
        """Return what `nyord verify` would complain about."""
        with unit_of_work() as session:
            return [finding.text for finding in verify(session).findings]

    def _person(self, role: Role, *, kyc: bool, name: str) -> Person:
        username = f"{role}{next(_numbers)}"
        with unit_of_work() as session:
            user = User(
                username=username, email=f"{username}@example.com", hashed_password=NO_PASSWORD, full_name=name,
                role=role, kyc_approved=kyc,
            )  # fmt: skip
            session.add(user)
            session.flush()
            grant = open_session(session, user=user, device=HERE)
            return Person(self.api, user.id, username, grant.access_token, grant.session.id)
