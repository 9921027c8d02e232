"""The bank as a child would keep it: dictionaries, plain integers and the rules, one after the other. No database.

What the real bank does with locks, batches and ledgers must come to the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

REVIEW_ABOVE_MINOR = 50_000_00
PER_MINUTE_MAX = 5
ASKED_FOR = ("transfer", "deposit", "withdrawal")  # what counts as a customer's haste; refunds and corrections don't


@dataclass
class ModelAccount:
    """An account: what is on it, and what of that is reserved."""

    owner: int
    status: str = "pending"
    active: bool = True
    balance: int = 0
    reserved: int = 0

    @property
    def available(self) -> int:
        return self.balance - self.reserved

    @property
    def is_usable(self) -> bool:
        return self.status == "approved" and self.active


@dataclass
class ModelTransaction:
    """A transaction; None on a side is the bank itself."""

    id: int
    kind: str
    src: int | None
    dest: int | None
    payer: int | None  # the user whose money, or whose cash, it is
    amount: int
    status: str = "PENDING"


@dataclass
class Model:
    """People by id with their KYC, their accounts, and every transaction in order."""

    kyc: dict[int, bool] = field(default_factory=dict)
    accounts: dict[int, ModelAccount] = field(default_factory=dict)
    transactions: dict[int, ModelTransaction] = field(default_factory=dict)

    def door(self, asker: int, src: int, dest: int, amount: int, *, both_own: bool = False) -> int:
        """Return the status that a request for a transfer gets."""
        own, other = self.accounts[src], self.accounts[dest]
        refusal = self._source_refusal(asker, own, amount)
        if refusal is not None:
            return refusal
        if both_own and other.owner != asker:
            return 404
        if src == dest:
            return 422
        if not other.is_usable:
            return 404
        return 201 if amount <= own.available else 422

    def cash_door(self, asker: int, account: int, amount: int, *, out: bool) -> int:
        """Return the status that a request for a deposit or (`out`) a withdrawal gets."""
        own = self.accounts[account]
        refusal = self._source_refusal(asker, own, amount)
        if refusal is not None:
            return refusal
        return 422 if out and amount > own.available else 201

    def _source_refusal(self, asker: int, own: ModelAccount, amount: int) -> int | None:
        if own.owner != asker:
            return 404
        if not own.is_usable:
            return 422
        return 403 if self._unknown(asker, amount) else None

    def _unknown(self, user: int | None, amount: int) -> bool:
        return user is not None and amount > REVIEW_ABOVE_MINOR and not self.kyc[user]

    def accept(self, transaction: ModelTransaction) -> None:
        """A request was accepted: it waits for the worker."""
        self.transactions[transaction.id] = transaction

    def settle(self) -> None:
        """The worker comes by: everything that waits is decided in order."""
        for transaction in self.transactions.values():
            if transaction.status == "PENDING":
                transaction.status = self._settled(transaction)

    def _settled(self, transaction: ModelTransaction) -> str:
        if self._unknown(transaction.payer, transaction.amount) or not self.can_move(transaction):
            return "FAILED"
        if self._is_suspicious(transaction):
            if transaction.src is not None:
                self.accounts[transaction.src].reserved += transaction.amount
            return "UNDER_REVIEW"
        self.move(transaction)
        return "SUCCESS"

    def _is_suspicious(self, transaction: ModelTransaction) -> bool:
        earlier = [
            one
            for one in self.transactions.values()
            if one.payer == transaction.payer and one.id < transaction.id and one.kind in ASKED_FOR
        ]
        return transaction.amount > REVIEW_ABOVE_MINOR or len(earlier) >= PER_MINUTE_MAX

    def can_move(self, transaction: ModelTransaction) -> bool:
        """Whether both sides are on, and the money is there."""
        source = None if transaction.src is None else self.accounts[transaction.src]
        return self.sides_are_on(transaction) and (source is None or transaction.amount <= source.available)

    def sides_are_on(self, transaction: ModelTransaction) -> bool:
        """Whether every customer's account of it is approved and switched on."""
        sides = [self.accounts[side] for side in (transaction.src, transaction.dest) if side is not None]
        return all(side.is_usable for side in sides)

    def move(self, transaction: ModelTransaction) -> None:
        """Take the money from one side and put it on the other."""
        if transaction.src is not None:
            self.accounts[transaction.src].balance -= transaction.amount
        if transaction.dest is not None:
            self.accounts[transaction.dest].balance += transaction.amount
        transaction.status = "SUCCESS"

    def release(self, transaction: ModelTransaction, status: str) -> None:
        """Give back what a review reserved, with or without moving it afterwards."""
        if transaction.src is not None:
            self.accounts[transaction.src].reserved -= transaction.amount
        transaction.status = status
        if status == "SUCCESS":
            self.move(transaction)
