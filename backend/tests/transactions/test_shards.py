"""Guarantee: with four shards and two workers no transfer is lost, doubled or left over, and the books hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app import config
from app.broker.runner import BrokerRunner
from app.database import unit_of_work
from app.events import consumer as declarations
from app.events.catalogue import DepositRequested, TransferInitiated, WithdrawalRequested
from app.events.consumer import consumer, consumers
from app.events.runner import EventRunner
from app.transactions.consumers import line_of, settle
from tests.bank import Bank
from tests.events.conftest import count
from tests.events.test_runner import eventually
from tests.money import transfer_initiated

pytestmark = pytest.mark.slow

PEOPLE = 8
ROUNDS = 12


@pytest.fixture
def four_shards(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`TRANSACTION_SHARDS=4`, which a process reads at start; and nobody is held for being quick."""
    monkeypatch.setenv("TRANSACTIONS_PER_MINUTE_MAX", "0")
    config.get_settings.cache_clear()
    monkeypatch.setattr(declarations, "_registry", consumers())
    topics = [TransferInitiated, DepositRequested, WithdrawalRequested]
    consumer(queue="banking.transactions", on=topics, ordered=True, batch_max=20, shards=4, shard_by=line_of)(settle)


@pytest.fixture(params=["postgresql", "rabbitmq"])
def workers(request: pytest.FixtureRequest, four_shards: None, bank: Bank) -> Iterator[None]:
    """Two workers on one of the two buses."""
    url = request.getfixturevalue("rabbitmq_vhost") if request.param == "rabbitmq" else ""
    running = [BrokerRunner(url, consumers()) if url else EventRunner(consumers()) for _ in range(2)]
    for runner in running:
        runner.start()
    yield
    for runner in running:
        runner.stop()


class TestFourShards:
    """S136, S164, S165: money in a circle, faster than the accounts have it."""

    def test_every_transfer_once_and_the_books_hold(self, bank: Bank, workers: None) -> None:
        people = [bank.customer(balance=100_00) for _ in range(PEOPLE)]
        assert eventually(lambda: count("shard_plans") == 1, 20)
        answers = [
            person.send(people[(place + 1) % PEOPLE], 30, key=f"{turn}-{place}").json()
            for turn in range(ROUNDS)
            for place, person in enumerate(people)
        ]
        # Who is seen to have too little is refused at the door; that is no transaction.
        asked = [answer["transaction_id"] for answer in answers if "transaction_id" in answer]
        assert len(asked) > PEOPLE * 3

        def left_over() -> int:
            with unit_of_work() as session:
                return session.scalars(text("SELECT count(*) FROM transactions WHERE status = 'PENDING'")).one()

        assert eventually(lambda: left_over() == 0, 60)
        with unit_of_work() as session:
            moved = dict(session.execute(text("SELECT group_id, count(*) FROM movements GROUP BY group_id")).all())  # type: ignore[arg-type]
        for transaction_id in asked:
            assert moved.get(transaction_id, 0) == (1 if bank.status(transaction_id) == "SUCCESS" else 0)
        assert sum(person.balance() for person in people) == PEOPLE * 100
        assert bank.findings() == []


class TestLine:
    def test_the_payer_or_who_pays_cash_in(self) -> None:
        assert line_of(transfer_initiated(src_account=5, dest_account=6)) == 5
        assert line_of(transfer_initiated(src_account=None, dest_account=6)) == 6
