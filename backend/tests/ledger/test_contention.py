"""Sixty-four people who all move money between the same few accounts, in both directions, at once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import config
from app.database import forget_engine, new_session, unit_of_work
from app.ledger.accounts import open_customer_account
from app.ledger.decide import Action, Group, Leg, Outcome, Refusal, Result
from tests.ledger.conftest import SmallLedger
from tests.ledger.helpers import audit, deposit, findings, positions, seal_now, settle_now, total_of_balances, transfer

PEOPLE = 64
ROUNDS = 6
ACCOUNTS = 4
START_MINOR = 300


@pytest.fixture
def crowd(ledger: SmallLedger, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Four accounts with ₹3.00 each, and connections enough that people queue for rows and not for connections."""
    monkeypatch.setenv("DATABASE_POOL_SIZE", "40")
    config.get_settings.cache_clear()
    forget_engine()
    with unit_of_work() as session:
        accounts = [open_customer_account(session) for _ in range(ACCOUNTS)]
    settle_now(*[Group(100 + account, (deposit(ledger.cash, account, START_MINOR),)) for account in accounts])
    return accounts


class Person:
    """Sends small batches in no particular order of accounts; some money is held first, some groups are sent twice."""

    def __init__(self, number: int, accounts: list[int]) -> None:
        self.random = random.Random(number)
        self.accounts = accounts
        self.next_group = 1_000 + number * 1_000

    def batch(self) -> list[Group]:
        groups: list[Group] = []
        for _ in range(self.random.randint(1, 6)):
            self.next_group += 1
            legs = tuple(self._leg() for _ in range(self.random.choice([1, 1, 1, 2])))
            if self.random.random() < 0.3:
                end = self.random.choice([Action.POST_HOLD, Action.VOID_HOLD])
                groups += [Group(self.next_group, legs, Action.HOLD), Group(self.next_group, (), end)]
            else:
                groups += [Group(self.next_group, legs)] * self.random.choice([1, 1, 2])
        return groups

    def _leg(self) -> Leg:
        debit, credit = self.random.sample(self.accounts, 2)
        return transfer(debit, credit, self.random.randint(1, 120))


@pytest.mark.slow
class TestContention:
    """S164, S165: two at once on one account, both directions: no deadlock, no overdraft, no lost paisa."""

    def test_sixty_four_at_once(self, crowd: list[int]) -> None:
        started = threading.Barrier(PEOPLE)

        def live(number: int) -> list[Outcome]:
            person, outcomes = Person(number, crowd), []
            started.wait()
            for _ in range(ROUNDS):
                outcomes += settle_now(*person.batch())
                if number % 16 == 0:
                    seal_now()
            return outcomes

        with ThreadPoolExecutor(PEOPLE) as pool:
            outcomes = [outcome for lived in pool.map(live, range(PEOPLE)) for outcome in lived]

        results = Counter(outcome.result for outcome in outcomes)
        assert min(results[result] for result in (Result.POSTED, Result.HELD, Result.REFUSED, Result.DUPLICATE)) > 0
        assert {outcome.refusal for outcome in outcomes} - {None} <= {
            Refusal.INSUFFICIENT_FUNDS,
            Refusal.NO_SUCH_HOLD,  # the hold itself was refused
        }
        with new_session() as session:
            has = positions(session, crowd)
            assert all(position.available_minor >= 0 for position in has.values())
            assert sum(position.balance_minor for position in has.values()) == ACCOUNTS * START_MINOR
            assert total_of_balances(session) == {"INR": 0}
        seal_now()
        report = audit()
        assert findings(report) == []
        assert report.unsealed == 0

    def test_the_same_batches_from_everybody_move_once(self, crowd: list[int]) -> None:
        """S166, S226: the same keys from many sides at once are one transfer each."""
        batches = [Person(1, crowd).batch() for _ in range(ROUNDS)]

        def send(number: int) -> list[Outcome]:
            order = random.Random(number).sample(range(ROUNDS), ROUNDS)
            return [outcome for index in order for outcome in settle_now(*batches[index])]

        with ThreadPoolExecutor(16) as pool:
            outcomes = [outcome for sent in pool.map(send, range(16)) for outcome in sent]
        posted = Counter(outcome.group_id for outcome in outcomes if outcome.result is Result.POSTED)
        assert posted
        assert set(posted.values()) == {1}
        assert findings(audit()) == []
