"""Guarantee: two gateways that get the same keys at the same instant make one transfer of each and give one answer."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy import text

from app.config import get_settings
from app.database import unit_of_work
from app.events.waker import Waker
from app.transactions.accept import Acceptor, NotAccepted
from app.transactions.batch import Answer, Batch, Wanted
from tests.bank import Bank, Person
from tests.conftest import read_only

KEYS = 40
ROUNDS = 5


def wanted(payer: Person, payee: Person, key: str) -> Wanted:
    return Wanted(
        payer.id, payer.session_id, payer.account, payee.account, 1_00, "INR", key, request_hash="ab" * 32
    )  # fmt: skip


async def ask_both(payer: Person, payee: Person) -> list[tuple[str, Answer]]:
    """Send every key to both gateways at once, some of them twice, in opposite orders."""
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(Acceptor(get_settings()).running()) for _ in range(2)]

        async def ask(gateway: Acceptor, key: str) -> tuple[str, Answer]:
            (answer,) = await gateway.submit([wanted(payer, payee, key)])
            return key, answer

        answers: list[tuple[str, Answer]] = []
        for number in range(ROUNDS):
            keys = [f"key-{number}-{one}" for one in range(KEYS)]
            asked = [ask(gateways[0], key) for key in keys] + [ask(gateways[1], key) for key in reversed(keys)]
            answers += await asyncio.gather(*asked)
        return answers


class TestTwoGateways:
    """S26, S149, S166: a key is taken once, whichever gateway is quicker."""

    def test_one_transfer_and_one_answer_a_key(self, bank: Bank) -> None:
        alice, bob = bank.customer(10_000_00), bank.customer()
        answers = asyncio.run(ask_both(alice, bob))
        bodies: dict[str, set[bytes]] = {}
        for key, answer in answers:
            assert answer.status == 201, answer.body
            bodies.setdefault(key, set()).add(answer.body)
        assert len(bodies) == KEYS * ROUNDS
        assert all(len(same) == 1 for same in bodies.values())
        assert sum(answer.is_repeated for _, answer in answers) == KEYS * ROUNDS
        with unit_of_work() as session:
            made = session.scalar(text("SELECT count(*) FROM transactions WHERE kind = 'transfer'"))
        assert made == KEYS * ROUNDS


class TestRelayNotTold:
    """S161: a transfer is accepted at once, also while the relay can't be told of it."""

    def test_answers_come_while_the_notification_hangs(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()
        monkeypatch.setattr(Waker, "_tell", lambda self: released.wait(30) or None)
        alice, bob = bank.customer(10_000_00), bank.customer()

        async def ask() -> list[int]:
            async with Acceptor(get_settings()).running() as acceptor:
                try:
                    return [
                        answer.status
                        for number in range(3)
                        for answer in await acceptor.submit([wanted(alice, bob, f"hangs-{number}")])
                    ]
                finally:
                    released.set()

        assert asyncio.run(asyncio.wait_for(ask(), 20)) == [201, 201, 201]


class TestDatabaseAway:
    """Whoever waits while PostgreSQL goes away is told, in whichever half of a batch they are."""

    def test_the_first_transfer_after_a_restart_is_accepted(self, bank: Bank, database: str) -> None:
        alice, bob = bank.customer(10_000_00), bank.customer()
        assert alice.send(bob, 1).status_code == 201
        with psycopg.connect(database, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'nyord-accept'"
            )
            assert ended.fetchall() == [(True,)]
        assert alice.send(bob, 1).status_code == 201

    def test_while_a_refused_batch_is_tried_in_halves(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        alice, bob = bank.customer(10_000_00), bank.customer()

        async def commit(batch: Batch, connection: object) -> list[Answer]:
            raise psycopg.DataError if len(batch._wanted) > 1 else psycopg.OperationalError

        monkeypatch.setattr(Batch, "commit", commit)

        async def ask() -> list[object]:
            acceptor = Acceptor(get_settings())
            asked = [asyncio.create_task(acceptor.submit([wanted(alice, bob, f"half-{one}")])) for one in range(4)]
            await asyncio.sleep(0)  # all of them wait now, and are the first batch
            async with acceptor.running():
                return await asyncio.gather(*asked, return_exceptions=True)

        answers = asyncio.run(asyncio.wait_for(ask(), 20))
        assert [type(answer) for answer in answers] == [NotAccepted] * 4

    def test_while_it_can_only_be_read(self, bank: Bank, database: str) -> None:
        """The connection that was made meanwhile can never be written by; the next one can."""
        alice, bob = bank.customer(10_000_00), bank.customer()

        async def ask() -> list[int]:
            async with Acceptor(get_settings()).running() as acceptor:
                with read_only(database), pytest.raises(NotAccepted):
                    await acceptor.submit([wanted(alice, bob, "read-only")])
                while True:
                    try:
                        return [one.status for one in await acceptor.submit([wanted(alice, bob, "read-only")])]
                    except NotAccepted:
                        await asyncio.sleep(0)

        assert asyncio.run(asyncio.wait_for(ask(), 20)) == [201]
