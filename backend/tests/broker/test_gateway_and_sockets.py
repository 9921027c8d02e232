"""Guarantee: what a gateway accepts travels over RabbitMQ and comes back to the sockets that wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import amqp
import pytest
from sqlalchemy import select, text

from app.broker.connection import connected, declare
from app.broker.topology import topology
from app.consumers import consumers
from app.database import unit_of_work
from app.engines import control
from app.events.models import OutboxBundle
from tests.bank import Bank, Person, without_index
from tests.broker.test_bus import Runners
from tests.broker.wire import Wire
from tests.events.conftest import count
from tests.events.test_runner import eventually
from tests.realtime.test_socket import connect

QUEUES = without_index(consumers())


@pytest.fixture
def overheard(rabbitmq_vhost: str) -> Iterator[amqp.Channel]:
    """A channel with a queue of its own, `overheard`, that gets every accepted transfer."""
    with connected(rabbitmq_vhost, "stranger") as connection:
        declare(connection, topology(QUEUES.values()))
        channel = connection.channel()
        channel.queue_declare("overheard", exclusive=True)
        channel.queue_bind("overheard", "banking.events", "transfer.initiated")
        yield channel


def next_of(channel: amqp.Channel) -> Any:
    """Return the next message that was overheard; wait for it."""
    found: list[Any] = []

    def came() -> bool:
        found.extend(message for message in [channel.basic_get("overheard", no_ack=True)] if message)
        return bool(found)

    assert eventually(came, 20), "nothing was published"
    return found[0]


def unread(person: Person) -> int:
    return int(person.get("/notifications/stats").json()["unread"])


def wait_until_told(person: Person, notifications: int) -> None:
    """Wait until somebody has so many notifications: their sockets have been pushed them by then."""
    assert eventually(lambda: unread(person) == notifications, 60), unread(person)


class TestPublishing:
    """S154.5: what the gateway accepts is published to RabbitMQ, as long as it takes, and nothing else is."""

    def test_an_accepted_transfer_is_a_message_on_the_exchange(
        self, bank: Bank, runners: Runners, overheard: amqp.Channel
    ) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        bank.settle()
        runners(known=QUEUES)
        sent = arjun.send(meera, 40, key="dinner").json()["transaction_id"]
        message = next_of(overheard)
        assert (message.delivery_info["routing_key"], message.properties["delivery_mode"]) == ("transfer.initiated", 2)
        with unit_of_work() as session:
            bundle = session.get_one(OutboxBundle, int(message.properties["message_id"]))
        assert f'"transaction_id":{sent},' in bundle.payload

    def test_a_refused_or_a_repeated_one_is_none(self, bank: Bank, runners: Runners, overheard: amqp.Channel) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        bank.settle()
        runners(known=QUEUES)
        arjun.send(meera, 1, key="once")
        next_of(overheard)
        assert arjun.send(meera, 500).status_code == 422
        assert bank.api.post("/transactions/initiate", json={}).status_code == 401
        assert arjun.send(meera, 1, key="once").headers["idempotency-hit"] == "true"
        last = arjun.send(meera, 2).json()["transaction_id"]
        with unit_of_work() as session:
            message = next_of(overheard)
            payload = session.get_one(OutboxBundle, int(message.properties["message_id"])).payload
        assert f'"transaction_id":{last},' in payload, "something else was published in between"

    def test_while_the_broker_is_away_it_waits_and_then_goes_out(
        self, bank: Bank, runners: Runners, overheard: amqp.Channel, wire: Wire
    ) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        bank.settle()
        wire.cut()
        runners(wire.url, QUEUES)
        sent = arjun.send(meera, 40)
        assert (sent.status_code, sent.json()["status"]) == (201, "PENDING")
        time.sleep(0.5)
        assert overheard.basic_get("overheard", no_ack=True) is None
        assert count("outbox_unsent") == 1
        wire.mend()
        next_of(overheard)
        assert eventually(lambda: bank.status(sent.json()["transaction_id"]) == "SUCCESS", 20)
        assert bank.findings() == []


class TestAnswers:
    """S154.6, S227: the gateway's answer waits for nothing that it can leave to a worker."""

    def test_no_worker_no_broker_and_somebody_holds_the_account(self, bank: Bank, database: str) -> None:
        """Settling needs the account's row and a worker; the answer comes with the row locked and nobody at work."""
        arjun, meera = bank.customer(100_00), bank.customer()
        bank.settle()
        before = unread(meera)
        with unit_of_work() as session:
            session.execute(text("SELECT id FROM ledger_accounts FOR UPDATE"))
            answers = [arjun.send(meera, 10, key=f"key-{number}") for number in range(3)]
            answers.append(arjun.post("/transactions/deposit", {"account_id": arjun.account, "amount": 5}))
            answers.append(arjun.post("/transactions/withdraw", {"account_id": arjun.account, "amount": 5}))
            assert {answer.json()["status"] for answer in answers} == {"PENDING"}
            assert unread(meera) == before, "telling people is a worker's, too"
        with unit_of_work() as session:
            left = select(OutboxBundle.topic).where(OutboxBundle.topic.like("%.completed"))
            assert session.scalars(left).all() == []
        bank.settle()
        assert {bank.status(answer.json()["transaction_id"]) for answer in answers} == {"SUCCESS"}
        assert (arjun.balance(), meera.balance()) == (70.0, 30.0)
        assert bank.findings() == []


class TestSockets:
    """S12, S150: what RabbitMQ carries is forwarded to the sockets of those concerned, and to nobody else's."""

    def test_both_sides_and_no_bystander(self, bank: Bank, runners: Runners) -> None:
        arjun, meera, eve = bank.customer(100_00), bank.customer(), bank.customer()
        bank.settle()
        runners(known=QUEUES)
        seen_by_meera = unread(meera)
        with connect(arjun) as his, connect(meera) as hers, connect(eve) as strange:
            sent = arjun.send(meera, 40).json()["transaction_id"]
            wait_until_told(meera, seen_by_meera + 1)
            for socket in (his, hers):
                first, second = socket.receive_json(), socket.receive_json()
                assert (first["type"], first["data"]["related_id"]) == ("notification", sent)
                assert (second["type"], second["transaction_id"]) == ("transaction.success", sent)
            strange.send_json({"type": "ping"})
            assert strange.receive_json() == {"type": "pong"}, "a bystander was told"

    def test_a_deposit(self, bank: Bank, runners: Runners) -> None:
        """S142.9, S153.5: the worker books the cash, and the notification service tells its owner's socket."""
        meera = bank.customer()
        bank.settle()
        runners(known=QUEUES)
        before = unread(meera)
        with connect(meera) as hers:
            asked = meera.post("/transactions/deposit", {"account_id": meera.account, "amount": 500})
            wait_until_told(meera, before + 1)
            notification, success = hers.receive_json(), hers.receive_json()
        deposit = asked.json()["transaction_id"]
        assert notification["data"] == meera.get("/notifications", limit=1).json()["items"][0]
        assert (notification["data"]["related_id"], "₹500.00" in notification["data"]["message"]) == (deposit, True)
        assert success["transaction_id"] == deposit
        assert (success["amount"], success["new_dest_balance"]) == (500.0, 500.0)

    def test_a_decision_of_staff(self, bank: Bank, runners: Runners) -> None:
        """Not only money is told: `kyc.approved` is one of the notification service's subscriptions."""
        meera, admin = bank.customer(accounts=0, kyc=False), bank.admin()
        bank.settle()
        runners(known=QUEUES)
        with connect(meera) as hers:
            assert admin.post("/admin/approve-kyc", {"user_id": meera.id, "action": "approve"}).status_code == 200
            wait_until_told(meera, 1)
            assert hers.receive_json()["data"]["type"] == "kyc.approved"

    @pytest.mark.slow
    def test_a_restart_of_rabbitmq(self, bank: Bank, runners: Runners, rabbitmq_url: str, tmp_path: Path) -> None:
        """S184: the sockets stay open through it, and get what happened meanwhile once it is back."""
        folder = tmp_path / "own broker"
        try:
            runners(control.start(folder, "rabbitmq"), QUEUES)
            arjun, meera = bank.customer(100_00), bank.customer()
            with connect(meera) as hers:
                first = arjun.send(meera, 1).json()["transaction_id"]
                assert eventually(lambda: bank.status(first) == "SUCCESS", 60)
                assert control.stop(folder, "rabbitmq")
                second = arjun.send(meera, 2)
                assert (second.status_code, second.json()["status"]) == (201, "PENDING")
                hers.send_json({"type": "ping"})
                while (said := hers.receive_json())["type"] != "pong":
                    assert said["type"] in ("notification", "transaction.success")
                control.start(folder, "rabbitmq")
                wanted = second.json()["transaction_id"]
                assert eventually(lambda: bank.status(wanted) == "SUCCESS", 60)
                while (said := hers.receive_json()).get("transaction_id") != wanted:
                    assert said["type"] in ("notification", "transaction.success")
                assert said["new_dest_balance"] == 3.0
        finally:
            control.kill(folder, "rabbitmq")
        assert bank.findings() == []
