"""The pure decision, against examples that a person can follow and against an oracle that is obviously right."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from app.ledger.decide import Action, Balances, Decision, Existing, Group, Leg, Refusal, Result, decide
from tests.ledger.oracle import NaiveLedger
from tests.ledger.strategies import ASHA, CASH, CLOSED, DOLLARS, FROZEN, RAVI, UNKNOWN, WORLD, batches


def fresh_balances() -> dict[int, Balances]:
    return {
        number: Balances(
            number, account.kind, account.currency, 0, 0, 0, 0, account.limit, account.frozen, account.closed
        )
        for number, account in WORLD.items()
    }


def leg(debit: int, credit: int, amount_minor: int, currency: str = "INR") -> Leg:
    return Leg(debit, credit, amount_minor, currency, "transfer")


def post(group_id: int, *legs: Leg) -> Group:
    return Group(group_id, legs)


class Memory:
    """What the tables would remember between two batches."""

    def __init__(self) -> None:
        self.accounts = fresh_balances()
        self.movements: list[tuple[int, int, Leg, int, int]] = []
        self.holds: dict[int, dict[int, tuple[Leg, str]]] = {}

    def existing(self) -> dict[int, Existing]:
        known = {group_id: Existing(posted=True) for group_id, *_ in self.movements}
        for group_id, legs in self.holds.items():
            status = {status for _, status in legs.values()}
            assert len(status) == 1, "a hold is resolved whole"
            posted = group_id in known
            known[group_id] = Existing(posted, status.pop(), tuple(legs[number][0] for number in sorted(legs)))
        return known

    def settle(self, batch: Sequence[Group]) -> Decision:
        decision = decide(batch, self.accounts, self.existing())
        self.movements += [
            (draft.group_id, draft.leg_number, draft.leg, draft.debit_balance_after, draft.credit_balance_after)
            for draft in decision.movements
        ]
        for change in decision.holds:
            self.holds.setdefault(change.group_id, {})[change.leg_number] = (change.leg, change.status)
        return decision


@pytest.mark.slow
class TestDecideAgainstTheOracle:
    """S164, S165, S226: whatever is asked, the answers, balances, movements and holds are the oracle's."""

    @given(batches)
    @settings(max_examples=300, deadline=None)
    def test_any_batches(self, asked: list[list[Group]]) -> None:
        oracle, memory = NaiveLedger(copy.deepcopy(WORLD)), Memory()
        for batch in asked:
            expected = [(group.id, *oracle.ask(group)) for group in batch]
            decision = memory.settle(batch)
            assert [(outcome.group_id, outcome.result, outcome.refusal) for outcome in decision.outcomes] == expected
        assert memory.movements == oracle.statement()
        held = {group_id: {status for _, status in legs.values()} for group_id, legs in memory.holds.items()}
        assert held == {group_id: {status} for group_id, (_, status) in oracle.holds.items()}
        for number, account in memory.accounts.items():
            assert (account.debits_posted, account.credits_posted) == (oracle.debited(number), oracle.credited(number))
            assert account.debits_pending == oracle.to_be_debited(number)
            assert account.credits_pending == oracle.to_be_credited(number)

    @given(batches)
    @settings(max_examples=200, deadline=None)
    def test_no_customer_is_ever_below_the_limit_and_money_is_conserved(self, asked: list[list[Group]]) -> None:
        memory = Memory()
        for batch in asked:
            decision = memory.settle(batch)
            touched = {side for draft in decision.movements for side in (draft.leg.debit, draft.leg.credit)}
            assert touched <= decision.touched
            assert all(account.available >= 0 for account in memory.accounts.values() if account.is_constrained)
            assert sum(account.balance for account in memory.accounts.values()) == 0

    @given(batches)
    @settings(max_examples=100, deadline=None)
    def test_delivered_twice_is_once(self, asked: list[list[Group]]) -> None:
        memory = Memory()
        for batch in asked:
            memory.settle(batch)
            before = copy.deepcopy(memory.accounts)
            done = {group_id for group_id, *_ in memory.movements} | set(memory.holds)
            again = memory.settle([group for group in batch if group.id in done and group.action is Action.POST])
            assert all(outcome.result is Result.DUPLICATE for outcome in again.outcomes)
            assert memory.accounts == before


class TestDecide:
    """S164: funds are decided in order of arrival, all legs or none, each refusal by itself."""

    def test_money_received_in_the_batch_is_spent_in_the_batch(self) -> None:
        batch = [post(1, leg(CASH, ASHA, 100)), post(2, leg(ASHA, RAVI, 100)), post(3, leg(RAVI, ASHA, 40))]
        decision = decide(batch, fresh_balances(), {})
        assert [outcome.result for outcome in decision.outcomes] == [Result.POSTED] * 3
        after = [(outcome.debit_balance_after, outcome.credit_balance_after) for outcome in decision.outcomes]
        assert after == [(-100, 100), (0, 100), (60, 40)]

    def test_the_order_of_arrival_decides_who_gets_the_last_rupee(self) -> None:
        asked = [leg(CASH, ASHA, 100), leg(ASHA, RAVI, 60), leg(ASHA, RAVI, 60), leg(ASHA, RAVI, 40)]
        decision = decide([post(number, one) for number, one in enumerate(asked, 1)], fresh_balances(), {})
        assert [outcome.refusal for outcome in decision.outcomes] == [None, None, Refusal.INSUFFICIENT_FUNDS, None]

    @pytest.mark.parametrize(
        ("bad", "refusal"),
        [
            (leg(ASHA, RAVI, 101), Refusal.INSUFFICIENT_FUNDS),
            (leg(ASHA, UNKNOWN, 1), Refusal.UNKNOWN_ACCOUNT),
            (leg(UNKNOWN, ASHA, 1), Refusal.UNKNOWN_ACCOUNT),
            (leg(ASHA, FROZEN, 1), Refusal.ACCOUNT_FROZEN),
            (leg(FROZEN, ASHA, 1), Refusal.ACCOUNT_FROZEN),
            (leg(ASHA, CLOSED, 1), Refusal.ACCOUNT_CLOSED),
            (leg(FROZEN, CLOSED, 1), Refusal.ACCOUNT_CLOSED),
            (leg(ASHA, ASHA, 1), Refusal.SAME_ACCOUNT),
            (leg(ASHA, DOLLARS, 1), Refusal.CURRENCY_MISMATCH),
            (leg(ASHA, RAVI, 1, "USD"), Refusal.CURRENCY_MISMATCH),
            (leg(ASHA, RAVI, 0), Refusal.AMOUNT_NOT_POSITIVE),
            (leg(ASHA, RAVI, -1), Refusal.AMOUNT_NOT_POSITIVE),
            (leg(CASH, RAVI, 2**62), Refusal.AMOUNT_TOO_LARGE),
        ],
    )
    def test_a_refusal_refuses_only_itself(self, bad: Leg, refusal: Refusal) -> None:
        batch = [post(1, leg(CASH, ASHA, 100)), post(2, bad), post(3, leg(ASHA, RAVI, 100))]
        decision = decide(batch, fresh_balances(), {})
        assert [outcome.refusal for outcome in decision.outcomes] == [None, refusal, None]
        assert [draft.group_id for draft in decision.movements] == [1, 3]

    def test_a_group_moves_whole_or_not_at_all(self) -> None:
        accounts = fresh_balances()
        twice = post(2, leg(ASHA, RAVI, 60), leg(ASHA, RAVI, 60))
        decision = decide([post(1, leg(CASH, ASHA, 100)), twice], accounts, {})
        assert decision.outcomes[1].refusal is Refusal.INSUFFICIENT_FUNDS
        assert (accounts[ASHA].balance, accounts[RAVI].balance) == (100, 0)

    def test_each_leg_of_a_group_has_the_balances_right_after_itself(self) -> None:
        group = post(1, leg(CASH, ASHA, 100), leg(ASHA, RAVI, 30), leg(ASHA, RAVI, 20))
        decision = decide([group], fresh_balances(), {})
        after = [(draft.debit_balance_after, draft.credit_balance_after) for draft in decision.movements]
        assert after == [(-100, 100), (70, 30), (50, 50)]

    def test_the_same_group_twice_in_one_batch_moves_once(self) -> None:
        decision = decide([post(1, leg(CASH, ASHA, 100)), post(1, leg(CASH, ASHA, 100))], fresh_balances(), {})
        assert [outcome.result for outcome in decision.outcomes] == [Result.POSTED, Result.DUPLICATE]
        assert len(decision.movements) == 1

    def test_only_duplicates_touch_nothing(self) -> None:
        decision = decide([post(1, leg(CASH, ASHA, 100))], fresh_balances(), {1: Existing(posted=True)})
        assert decision.outcomes[0].result is Result.DUPLICATE
        assert not (decision.movements or decision.holds or decision.touched)

    def test_a_group_without_legs_is_a_mistake_of_the_caller(self) -> None:
        with pytest.raises(AssertionError, match="moves something"):
            decide([post(1)], fresh_balances(), {})


class TestHolds:
    """C12: money is reserved, then it moves or comes back, exactly once."""

    def test_what_is_held_cannot_be_spent(self) -> None:
        hold = Group(2, (leg(ASHA, RAVI, 80),), Action.HOLD)
        decision = decide([post(1, leg(CASH, ASHA, 100)), hold, post(3, leg(ASHA, RAVI, 21))], fresh_balances(), {})
        assert [outcome.result for outcome in decision.outcomes] == [Result.POSTED, Result.HELD, Result.REFUSED]

    def test_what_is_on_hold_for_somebody_is_not_theirs_yet(self) -> None:
        hold = Group(2, (leg(ASHA, RAVI, 80),), Action.HOLD)
        decision = decide([post(1, leg(CASH, ASHA, 100)), hold, post(3, leg(RAVI, ASHA, 1))], fresh_balances(), {})
        assert decision.outcomes[2].refusal is Refusal.INSUFFICIENT_FUNDS

    @pytest.mark.parametrize(
        ("action", "result", "asha", "ravi"),
        [
            (Action.POST_HOLD, Result.POSTED, 20, 80),
            (Action.VOID_HOLD, Result.VOIDED, 100, 0),
            (Action.EXPIRE_HOLD, Result.EXPIRED, 100, 0),
        ],
    )
    def test_resolved_in_the_batch_that_made_it(self, action: Action, result: Result, asha: int, ravi: int) -> None:
        accounts = fresh_balances()
        batch = [post(1, leg(CASH, ASHA, 100)), Group(2, (leg(ASHA, RAVI, 80),), Action.HOLD), Group(2, (), action)]
        decision = decide(batch, accounts, {})
        assert decision.outcomes[2].result is result
        assert (accounts[ASHA].balance, accounts[RAVI].balance) == (asha, ravi)
        assert accounts[ASHA].debits_pending == accounts[RAVI].credits_pending == 0

    @pytest.mark.parametrize("second", [Action.POST_HOLD, Action.VOID_HOLD, Action.EXPIRE_HOLD])
    def test_a_resolved_hold_stays_as_it_is(self, second: Action) -> None:
        known = {2: Existing(posted=False, hold_status="voided", hold_legs=(leg(ASHA, RAVI, 80),))}
        decision = decide([Group(2, (), second)], fresh_balances(), known)
        assert decision.outcomes[0].result is Result.DUPLICATE
        assert not decision.touched

    def test_a_hold_that_nobody_made_is_refused(self) -> None:
        decision = decide([Group(9, (), Action.POST_HOLD)], fresh_balances(), {})
        assert decision.outcomes[0].refusal is Refusal.NO_SUCH_HOLD

    def test_a_hold_whose_accounts_were_not_locked_is_not_there_yet(self) -> None:
        known = {2: Existing(posted=False, hold_status="pending", hold_legs=(leg(ASHA, UNKNOWN, 80),))}
        decision = decide([Group(2, (), Action.VOID_HOLD)], fresh_balances(), known)
        assert decision.outcomes[0].refusal is Refusal.NO_SUCH_HOLD

    def test_a_frozen_account_keeps_its_hold_until_it_is_thawed_or_time_is_over(self) -> None:
        accounts = fresh_balances()
        accounts[FROZEN].debits_pending = accounts[ASHA].credits_pending = 5
        known = {2: Existing(posted=False, hold_status="pending", hold_legs=(leg(FROZEN, ASHA, 5),))}
        decision = decide([Group(2, (), Action.POST_HOLD), Group(2, (), Action.EXPIRE_HOLD)], accounts, known)
        assert [outcome.result for outcome in decision.outcomes] == [Result.REFUSED, Result.EXPIRED]
