"""A ledger so naive that it is obviously right, and so slow that nobody would use it. It shares no code with `decide`.

It keeps nothing but a list of movements and a list of holds; whatever it wants to know it adds up again from these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.ledger.decide import Action, Group, Leg, Refusal, Result

TOO_LARGE = 2**62


@dataclass
class NaiveAccount:
    """What never follows from movements."""

    kind: str = "customer"
    currency: str = "INR"
    limit: int = 0
    frozen: bool = False
    closed: bool = False


@dataclass
class NaiveLedger:
    """Accounts by id, movements as (group, leg number, leg), holds by group as [legs, status]."""

    accounts: dict[int, NaiveAccount]
    movements: list[tuple[int, int, Leg]] = field(default_factory=list)
    holds: dict[int, tuple[tuple[Leg, ...], str]] = field(default_factory=dict)

    def debited(self, account: int) -> int:
        return sum(leg.amount_minor for _, _, leg in self.movements if leg.debit == account)

    def credited(self, account: int) -> int:
        return sum(leg.amount_minor for _, _, leg in self.movements if leg.credit == account)

    def balance(self, account: int) -> int:
        return self.credited(account) - self.debited(account)

    def pending(self) -> list[Leg]:
        return [leg for legs, status in self.holds.values() if status == "pending" for leg in legs]

    def to_be_debited(self, account: int) -> int:
        return sum(leg.amount_minor for leg in self.pending() if leg.debit == account)

    def to_be_credited(self, account: int) -> int:
        return sum(leg.amount_minor for leg in self.pending() if leg.credit == account)

    def available(self, account: int) -> int:
        return self.balance(account) - self.to_be_debited(account) + self.accounts[account].limit

    def ask(self, group: Group) -> tuple[Result, Refusal | None]:
        """Do what the group asks, wholly or not at all."""
        draft = NaiveLedger(self.accounts, list(self.movements), dict(self.holds))
        answer = draft._new(group) if group.action in (Action.POST, Action.HOLD) else draft._resolve(group)
        if answer[0] not in (Result.REFUSED, Result.DUPLICATE):
            self.movements, self.holds = draft.movements, draft.holds
        return answer

    def _new(self, group: Group) -> tuple[Result, Refusal | None]:
        if group.id in self.holds or any(known == group.id for known, _, _ in self.movements):
            return Result.DUPLICATE, None
        for number, leg in enumerate(group.legs):
            objection = self._objection(leg)
            if objection is not None:
                return Result.REFUSED, objection
            if group.action is Action.POST:
                self.movements.append((group.id, number, leg))
            else:
                so_far = self.holds.get(group.id, ((), "pending"))[0]
                self.holds[group.id] = ((*so_far, leg), "pending")
        return (Result.POSTED if group.action is Action.POST else Result.HELD), None

    def _resolve(self, group: Group) -> tuple[Result, Refusal | None]:
        if group.id not in self.holds:
            return Result.REFUSED, Refusal.NO_SUCH_HOLD
        legs, status = self.holds[group.id]
        if status != "pending":
            return Result.DUPLICATE, None
        if group.action is Action.VOID_HOLD:
            self.holds[group.id] = (legs, "voided")
            return Result.VOIDED, None
        if group.action is Action.EXPIRE_HOLD:
            self.holds[group.id] = (legs, "expired")
            return Result.EXPIRED, None
        for leg in legs:
            objection = self._shut(leg)
            if objection is not None:
                return Result.REFUSED, objection
        self.holds[group.id] = (legs, "posted")
        self.movements.extend((group.id, number, leg) for number, leg in enumerate(legs))
        return Result.POSTED, None

    def _objection(self, leg: Leg) -> Refusal | None:  # noqa: PLR0911
        if leg.amount_minor < 1:
            return Refusal.AMOUNT_NOT_POSITIVE
        if leg.debit == leg.credit:
            return Refusal.SAME_ACCOUNT
        if {leg.debit, leg.credit} - set(self.accounts):
            return Refusal.UNKNOWN_ACCOUNT
        if {self.accounts[leg.debit].currency, self.accounts[leg.credit].currency} != {leg.currency}:
            return Refusal.CURRENCY_MISMATCH
        if self._shut(leg):
            return self._shut(leg)
        if self.accounts[leg.debit].kind == "customer" and self.available(leg.debit) - leg.amount_minor < 0:
            return Refusal.INSUFFICIENT_FUNDS
        debits = self.debited(leg.debit) + self.to_be_debited(leg.debit)
        credits_ = self.credited(leg.credit) + self.to_be_credited(leg.credit)
        if debits + leg.amount_minor > TOO_LARGE or credits_ + leg.amount_minor > TOO_LARGE:
            return Refusal.AMOUNT_TOO_LARGE
        return None

    def _shut(self, leg: Leg) -> Refusal | None:
        sides = [self.accounts[leg.debit], self.accounts[leg.credit]]
        if any(side.closed for side in sides):
            return Refusal.ACCOUNT_CLOSED
        return Refusal.ACCOUNT_FROZEN if any(side.frozen for side in sides) else None

    def statement(self) -> list[tuple[int, int, Leg, int, int]]:
        """Every movement with both balances after it, replayed from the first one."""
        told = []
        for position, (group, number, leg) in enumerate(self.movements):
            past = NaiveLedger(self.accounts, self.movements[: position + 1])
            told.append((group, number, leg, past.balance(leg.debit), past.balance(leg.credit)))
        return told
