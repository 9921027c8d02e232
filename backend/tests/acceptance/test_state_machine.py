"""Guarantee: whatever people and staff do in whatever order, the bank ends where a naive model of it ends.

Hypothesis plays users, staff and the worker over HTTP and shrinks what it finds to the shortest story. After every
story the books verify and every balance and every status is compared with the model.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test

from app import config
from app.core import clock
from app.database import unit_of_work
from app.transactions.reviews import expire_holds
from tests.acceptance.model import PER_MINUTE_MAX, REVIEW_ABOVE_MINOR, Model, ModelAccount, ModelTransaction
from tests.bank import Bank, Person

STORIES, STEPS_MAX = 50, 50
START_MINOR = 90_000_00

amounts = st.one_of(
    st.integers(1, 500_00),
    st.sampled_from([1, 20_000_00, REVIEW_ABOVE_MINOR, REVIEW_ABOVE_MINOR, REVIEW_ABOVE_MINOR + 1, START_MINOR]),
)
people = st.integers(0, 2)
# Mostly people use what is theirs; now and then somebody tries what isn't.
askers = st.sampled_from([None, None, None, None, None, 0, 1, 2])
keys = st.sampled_from([None, None, None, "rent", "lunch"])
owns = st.sampled_from([False, False, False, True])


class BankMachine(RuleBasedStateMachine):
    """Three customers (one of whom the bank doesn't know), a member of staff, and a worker that comes by."""

    bank: ClassVar[Bank]
    accounts = Bundle("accounts")
    transactions = Bundle("transactions")

    @initialize(target=accounts)
    def open_for_business(self) -> Any:
        self.model = Model()
        self.admin = self.bank.admin()
        self.people = [self.bank.customer(accounts=0, kyc=known) for known in (True, True, False)]
        self.answers: dict[tuple[int, str], tuple[object, int, bytes]] = {}
        self.model.kyc = {person.id: number < 2 for number, person in enumerate(self.people)}
        opened = []
        for person in self.people:
            account_id = self.bank.open_account(person)
            self.model.accounts[account_id] = ModelAccount(person.id, "approved")
            self.adjust(account_id, START_MINOR, credit=True)
            opened.append(account_id)
        return multiple(*opened)

    # -- accounts -------------------------------------------------------------------------------------------------------

    @rule(target=accounts, who=people)
    def ask_for_an_account(self, who: int) -> Any:
        person = self.people[who]
        answer = person.post("/accounts/create", {"account_type": "savings"})
        held = [one for one in self.model.accounts.values() if one.owner == person.id and one.status != "rejected"]
        expected = 403 if not self.model.kyc[person.id] else 422 if len(held) >= 10 else 201
        assert answer.status_code == expected, answer.text
        if expected != 201:
            return multiple()
        self.model.accounts[answer.json()["id"]] = ModelAccount(person.id)
        return answer.json()["id"]

    @rule(
        account=accounts, action=st.sampled_from(["approve", "approve", "reject"]), path=st.sampled_from(["", "/admin"])
    )
    def decide_on_an_account(self, account: int, action: str, path: str) -> None:
        answer = self.admin.post(f"{path}/accounts/approve", {"account_id": account, "action": action})
        model = self.model.accounts[account]
        assert answer.status_code == (200 if model.status == "pending" else 409), answer.text
        if model.status == "pending":
            model.status = "approved" if action == "approve" else "rejected"

    @rule(account=accounts, active=st.sampled_from([True, True, False, None]))
    def switch_an_account(self, account: int, active: bool | None) -> None:
        answer = self.admin.put(f"/admin/accounts/{account}/toggle-active", {"active": active})
        model = self.model.accounts[account]
        assert answer.status_code == (200 if model.status == "approved" else 422), answer.text
        if model.status == "approved":
            model.active = not model.active if active is None else active

    @rule(who=people, known=st.booleans())
    def decide_about_kyc(self, who: int, known: bool) -> None:
        person = self.people[who]
        action = "approve" if known else "reject"
        assert self.admin.post("/admin/approve-kyc", {"user_id": person.id, "action": action}).status_code == 200
        self.model.kyc[person.id] = known

    def asker(self, who: int | None, account: int) -> Person:
        """Return somebody, or else the account's owner."""
        owner = self.model.accounts[account].owner
        return next(person for person in self.people if person.id == owner) if who is None else self.people[who]

    # -- money that waits for the worker --------------------------------------------------------------------------------

    @rule(target=transactions, who=askers, src=accounts, dest=accounts, amount=amounts, key=keys, own=owns)
    def send(self, who: int | None, src: int, dest: int, amount: int, key: str | None, own: bool) -> Any:
        person, path = self.asker(who, src), "/accounts/transfer-between-accounts" if own else "/transactions/initiate"
        body = {"src_account": src, "dest_account": dest, "amount": amount / 100}
        answer = person.post(path, body | ({"idempotency_key": key} if key else {}))
        if key is not None and (person.id, key) in self.answers:
            return self._repeated(answer, person, key, (src, dest, amount, own))
        expected = self.model.door(person.id, src, dest, amount, both_own=own)
        assert answer.status_code == expected, answer.text
        if key is not None:
            self.answers[person.id, key] = ((src, dest, amount, own), answer.status_code, answer.content)
        return self._accepted(answer.json(), "transfer", src, dest, person, amount) if expected == 201 else multiple()

    @rule(target=transactions, src=accounts, sendings=st.lists(st.tuples(accounts, amounts), min_size=2, max_size=7))
    def send_one_after_the_other(self, src: int, sendings: list[tuple[int, int]]) -> Any:
        """A busy minute, and the worker right after it."""
        made = [self.send(None, src, dest, amount, None, own=False) for dest, amount in sendings]
        self.the_worker_comes_by()
        return multiple(*[one for one in made if isinstance(one, int)])

    @rule(target=transactions, src=accounts, dest=accounts, amount=amounts)
    def send_and_settle(self, src: int, dest: int, amount: int) -> Any:
        sent = self.send(None, src, dest, amount, None, own=False)
        self.the_worker_comes_by()
        return sent

    def _repeated(self, answer: Any, person: Person, key: str, asked: object) -> Any:
        before, status, content = self.answers[person.id, key]
        if before == asked:
            assert (answer.status_code, answer.content) == (status, content)
            assert answer.headers["idempotency-hit"] == "true"
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        return multiple()

    @rule(
        target=transactions,
        who=people,
        src=accounts,
        sendings=st.lists(st.tuples(accounts, amounts), min_size=1, max_size=4),
    )
    def send_many(self, who: int | None, src: int, sendings: list[tuple[int, int]]) -> Any:
        person = self.asker(who, src)
        transfers = [{"src_account": src, "dest_account": dest, "amount": amount / 100} for dest, amount in sendings]
        results = person.post("/transactions/bulk", {"transfers": transfers}).json()["results"]
        expected = [self.model.door(person.id, src, dest, amount) for dest, amount in sendings]
        assert [result["http_status"] for result in results] == expected
        accepted = [
            self._accepted(result["answer"], "transfer", src, dest, person, amount)
            for result, (dest, amount) in zip(results, sendings, strict=True)
            if result["http_status"] == 201
        ]
        return multiple(*accepted)

    @rule(target=transactions, who=askers, account=accounts, amount=amounts, out=st.booleans())
    def cash(self, who: int | None, account: int, amount: int, out: bool) -> Any:
        person, kind = self.asker(who, account), "withdrawal" if out else "deposit"
        path = "/transactions/withdraw" if out else "/transactions/deposit"
        answer = person.post(path, {"account_id": account, "amount": amount / 100})
        expected = self.model.cash_door(person.id, account, amount, out=out)
        assert answer.status_code == expected, answer.text
        if expected != 201:
            return multiple()
        src, dest = (account, None) if out else (None, account)
        return self._accepted(answer.json(), kind, src, dest, person, amount)

    def _accepted(
        self, answer: dict[str, Any], kind: str, src: int | None, dest: int | None, person: Person, amount: int
    ) -> int:
        assert answer["status"] == "PENDING"
        made = ModelTransaction(answer["transaction_id"], kind, src, dest, person.id, amount)
        self.model.accept(made)
        return made.id

    @rule()
    def the_worker_comes_by(self) -> None:
        self.bank.settle()
        self.model.settle()

    # -- what staff and recipients do at once ---------------------------------------------------------------------------

    @rule(account=accounts, amount=amounts, credit=st.booleans())
    def adjust(self, account: int, amount: int, credit: bool) -> None:
        body = {"amount": amount / 100, "direction": "credit" if credit else "debit", "reason": "counted again"}
        answer = self.admin.post(f"/admin/accounts/{account}/adjust-balance", body)
        src, dest, payer = (None, account, None) if credit else (account, None, self.model.accounts[account].owner)
        self._done_at_once(answer, ModelTransaction(0, "adjustment", src, dest, payer, amount))

    @rule(transaction=transactions, who=st.integers(0, 3))
    def give_back(self, transaction: int, who: int) -> None:
        person, original = [*self.people, self.admin][who], self.model.transactions[transaction]
        answer = person.post(f"/transactions/{transaction}/refund", {"reason": "sent by mistake"})
        recipient = None if original.dest is None else self.model.accounts[original.dest].owner
        if original.kind == "withdrawal":  # cash goes to its owner's hands
            recipient = original.payer
        if person is not self.admin and person.id != recipient:
            assert answer.status_code == 404, answer.text
        elif original.kind != "transfer" or original.status != "SUCCESS":
            assert (answer.status_code, answer.json()["code"]) == (422, "not_refundable")
        else:
            back = ModelTransaction(0, "refund", original.dest, original.src, recipient, original.amount)
            if self._done_at_once(answer, back):
                original.status = "REVERSED"

    def _done_at_once(self, answer: Any, wanted: ModelTransaction) -> bool:
        possible = self.model.can_move(wanted)
        assert answer.status_code == (201 if possible else 422), answer.text
        if possible:
            wanted.id = answer.json()["id"]
            self.model.accept(wanted)
            self.model.move(wanted)
        return possible

    # -- reviews --------------------------------------------------------------------------------------------------------

    @rule(transaction=transactions, action=st.sampled_from(["clear", "reject"]))
    def review(self, transaction: int, action: str) -> None:
        path = f"/admin/transactions/{transaction}/review"
        answer = self.admin.post(path, {"action": action, "reason": "called the customer"})
        held = self.model.transactions[transaction]
        if held.status != "UNDER_REVIEW":
            assert (answer.status_code, answer.json()["code"]) == (409, "not_under_review")
        elif action == "clear" and not self.model.sides_are_on(held):
            assert (answer.status_code, answer.json()["code"]) == (422, "account_not_usable")
        else:
            assert answer.status_code == 200, answer.text
            self.model.release(held, "SUCCESS" if action == "clear" else "FAILED")

    @rule()
    def a_week_passes_over_the_reviews(self) -> None:
        with clock.at(clock.now() + timedelta(days=8)):
            while self._some_expire():  # a run takes so many at most, and earlier stories left theirs
                pass
        for transaction in self.model.transactions.values():
            if transaction.status == "UNDER_REVIEW":
                self.model.release(transaction, "FAILED")

    def _some_expire(self) -> int:
        with unit_of_work() as session:
            return expire_holds(session)

    # -- the end of every story -----------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        self.the_worker_comes_by()
        for person in self.people:
            shown = {
                one["id"]: (one["status"], one["is_active"], one["balance"], one["available"])
                for one in person.get("/accounts/me").json()
            }
            assert shown == {
                number: (one.status, one.active, one.balance / 100, one.available / 100)
                for number, one in self.model.accounts.items()
                if one.owner == person.id
            }
        statuses = {number: self.bank.status(number) for number in self.model.transactions}
        assert statuses == {number: one.status for number, one in self.model.transactions.items()}
        assert self.bank.findings() == []


@pytest.mark.slow
class TestStories:
    """S34, S35, S149, S142, S158, S166, S226, C12, C13, C19: accounts, money and reviews in any order."""

    # A story says when the worker comes by; on engines it comes when it likes, and the model can't know.
    @pytest.mark.parametrize("profile", ["embedded"], indirect=True)
    def test_the_bank_ends_where_the_model_ends(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", str(PER_MINUTE_MAX))
        config.get_settings.cache_clear()
        story = type("Story", (BankMachine,), {"bank": bank})
        run_state_machine_as_test(
            story,
            settings=settings(
                max_examples=STORIES, stateful_step_count=STEPS_MAX, deadline=None, derandomize=True, database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
