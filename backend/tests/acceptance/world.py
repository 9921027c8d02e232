"""A small bank in which every route has something to act on: an owner and their things, a stranger, an admin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import text

from app.database import unit_of_work
from app.events.models import DeadLetter
from app.identity import passwords
from app.identity.models import User
from app.identity.sessions import open_session
from tests.acceptance.routes import Route
from tests.bank import HERE, Bank, Person

PASSWORD = "correct horse battery staple"
NEW_PASSWORD = "another horse, another staple"


# Routes that answer only to a question.
QUERIES = {"/users/search": {"q": "cust"}, "/users/available": {"username": "nobody.yet"}}


@dataclass(frozen=True)
class World:
    """People, and the ids of what belongs to the owner."""

    bank: Bank
    owner: Person
    stranger: Person
    admin: Person
    pending_account: int
    received: int  # a settled transfer to the owner, which the owner may give back
    held: int  # a transfer of the owner's that waits for a review
    notification: int
    session: int
    letter: int

    def path(self, route: Route) -> str:
        """Return the route's path with the owner's ids in it."""
        staff_decides = route.path.endswith("/review")
        return route.path.format(
            account_id=self.owner.account,
            user_id=self.owner.id,
            transaction_id=self.held if staff_decides else self.received,
            notification_id=self.notification,
            session_id=self.session,
            letter_id=self.letter,
        )

    def body(self, route: Route) -> dict[str, Any]:
        """Return a body that the owner (or staff) may send to the route. A new route needs a line here."""
        transfer = {"src_account": self.owner.account, "dest_account": self.owner.accounts[1], "amount": 1}
        cash = {"account_id": self.owner.account, "amount": 1}
        decision = {"account_id": self.pending_account, "action": "approve"}
        bodies: dict[str, dict[str, Any]] = {
            "POST /auth/register": {"username": "newcomer", "email": "new@example.com", "password": PASSWORD},
            "POST /auth/login": {"username": self.owner.username, "password": PASSWORD},
            "PUT /auth/me": {"address": "12 MG Road"},
            "POST /auth/change-password": {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
            "POST /auth/change-email": {"current_password": PASSWORD, "email": "moved@example.com"},
            "POST /accounts/create": {"account_type": "savings"},
            "POST /accounts/approve": decision,
            "POST /admin/accounts/approve": decision,
            "PUT /admin/accounts/{account_id}/toggle-active": {"active": False},
            "POST /admin/accounts/{account_id}/adjust-balance": {"amount": 1, "reason": "found in the till"},
            "POST /accounts/transfer-between-accounts": transfer,
            "POST /transactions/initiate": transfer,
            "POST /transactions/bulk": {"transfers": [transfer]},
            "POST /transactions/deposit": cash,
            "POST /transactions/withdraw": cash,
            "POST /transactions/{transaction_id}/refund": {"reason": "paid twice"},
            "POST /admin/transactions/{transaction_id}/review": {"action": "clear", "reason": "called the customer"},
            "POST /admin/approve-kyc": {"user_id": self.owner.id, "action": "reject", "reason": "blurred"},
            "PUT /admin/users/{user_id}": {"is_active": False},
            "POST /admin/dead-letters/{letter_id}/give-up": {"reason": "sent by hand"},
        }
        return bodies[route.name]

    def call(self, route: Route, person: Person | None, *, body: dict[str, Any] | None = None) -> httpx2.Response:
        """Call a route with the owner's ids and a good body, as somebody or as nobody."""
        self.bank.api.cookies.clear()
        return self.bank.api.request(
            route.method,
            self.path(route),
            params=QUERIES.get(route.path, {}),
            json=(body or self.body(route)) if route.takes_body else None,
            headers=person.headers if person else {},
        )


def build_world(bank: Bank) -> World:
    """Let the owner receive a transfer, send one that is held, and have everything else that a route may name."""
    owner, friend = bank.customer(100_000_00, accounts=2), bank.customer(1000_00)
    stranger, admin = bank.customer(1000_00), bank.admin()
    received = friend.send(owner, 10).json()["transaction_id"]
    held = owner.send(friend, 60_000).json()["transaction_id"]
    bank.settle()
    with unit_of_work() as session:
        user = session.get_one(User, owner.id)
        user.hashed_password = passwords.hash_password(PASSWORD)
        elsewhere = open_session(session, user=user, device=HERE).session.id
        moved = session.scalar(text("SELECT max(id) FROM outbox WHERE topic = 'transfer.completed'"))
        letter = DeadLetter(
            queue="banking.notifications", outbox_id=moved, position=0,
            topic="transfer.completed", error="ValueError: full moon", attempts=6,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        letter_id = letter.id
    bank.settle()
    return World(
        bank, owner, stranger, admin,
        pending_account=bank.open_account(owner, approved=False),
        received=received,
        held=held,
        notification=owner.get("/notifications").json()["items"][0]["id"],
        session=elsewhere,
        letter=letter_id,
    )  # fmt: skip
