"""The published description of events and pushes: as the code is, and as what really travels is.

S98, S99, S102-S118, S120-S126, S128: a program that validates against these documents understands what it gets.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from sqlalchemy import text

from app import asyncapi
from app.asyncapi import PUSHED, SAID
from app.database import unit_of_work
from app.events.catalogue import CATALOGUE, canonical
from app.events.outbox import record
from tests.bank import Bank
from tests.conftest import BACKEND
from tests.money import transfer_failed

EVENTS = BACKEND.parent / "docs" / "events"


def schema(topic: str) -> Any:
    return json.loads((EVENTS / "schemas" / f"{topic}.json").read_text())


def check(topic: str, instance: Any) -> None:
    """Raise if this isn't what the published schema says."""
    validator = Draft202012Validator(schema(topic), format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(instance)


def recorded() -> list[tuple[str, list[Any]]]:
    """Return every bundle of the event log: its routing key and its events."""
    with unit_of_work() as session:
        return [(row[0], json.loads(row[1])) for row in session.execute(text("SELECT topic, payload FROM outbox"))]


def references(part: Any) -> Iterator[str]:
    """Give every `$ref` inside."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


class TestFiles:
    """`nyord events --write docs/events`."""

    @pytest.mark.parametrize("path", sorted(asyncapi.files()))
    def test_they_are_current(self, path: str) -> None:
        assert (EVENTS / path).read_text() == asyncapi.files()[path], "run `nyord events --write docs/events`"

    def test_nothing_is_left_of_what_no_longer_is(self) -> None:
        made = {path.name for path in (EVENTS / "schemas").iterdir()}
        assert made == {f"{topic}.json" for topic in CATALOGUE | PUSHED | SAID}

    @pytest.mark.slow
    def test_the_command_writes_them(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "app.cli", "events", "--write", str(tmp_path)]
        subprocess.run(command, cwd=BACKEND, check=True, capture_output=True)
        written = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
        assert written == asyncapi.files()


class TestDocument:
    """AsyncAPI 3."""

    def test_every_reference_leads_somewhere(self) -> None:
        document = asyncapi.document()
        found = list(references(document))
        assert len(found) > 100
        for reference in found:
            place: Any = document
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]

    def test_every_event_under_every_name(self) -> None:
        channels = asyncapi.document()["channels"]
        assert set(channels) == {*CATALOGUE, "ws"}
        for topic in CATALOGUE:
            assert all(canonical(alias).topic == topic for alias in channels[topic]["x-aliases"])
        assert channels["transfer.completed"]["x-aliases"] == ["transfer.success", "transaction.completed"]
        assert "banking.transactions" in channels["transfer.initiated"]["x-queues"]

    def test_the_page_names_them_too(self) -> None:
        page = asyncapi.page()
        names = [name for event in CATALOGUE.values() for name in (event.topic, *event.aliases)]
        assert all(f"`{name}`" in page for name in names)


class TestEvents:
    """What the bank records is what the schemas say."""

    @pytest.mark.parametrize("topic", [*CATALOGUE, *PUSHED, *SAID])
    def test_each_is_a_schema(self, topic: str) -> None:
        Draft202012Validator.check_schema(schema(topic))

    def test_a_day_in_the_bank(self, bank: Bank) -> None:
        ravi, asha, admin = bank.customer(balance=100_000_00), bank.customer(), bank.admin()
        ravi.send(asha, 10, note="for the mangoes")
        held = ravi.send(asha, 60_000).json()["transaction_id"]
        ravi.post("/transactions/deposit", {"account_id": ravi.account, "amount": 5})
        bank.settle()
        admin.post("/admin/transactions/approve", {"transaction_id": held, "action": "reject", "reason": "not today"})
        with unit_of_work() as session:
            record(session, transfer_failed())
        bank.settle()
        seen = recorded()
        for topic, events in seen:
            for event in events:
                check(canonical(topic).topic, event)
        topics = {canonical(topic).topic for topic, _ in seen}
        assert {"transfer.initiated", "transfer.completed", "transfer.failed", "fraud.check_required"} <= topics
        assert {"account.updated", "balance.adjusted"} <= topics

    @pytest.mark.parametrize(
        "change", [{"amount_minor": "15000"}, {"amount_minor": None}, {"occurred_at": 7}, {"src_account": "1"}]
    )
    def test_another_form_is_refused(self, database: str, change: dict[str, Any]) -> None:
        with unit_of_work() as session:
            record(session, transfer_failed())
        [[_, [event]]] = recorded()
        check("transfer.failed", event)
        with pytest.raises(ValidationError):
            check("transfer.failed", event | change)

    def test_a_missing_fact_is_refused(self, database: str) -> None:
        with unit_of_work() as session:
            record(session, transfer_failed())
        [[_, [event]]] = recorded()
        del event["transaction_id"]
        with pytest.raises(ValidationError):
            check("transfer.failed", event)


class TestPushes:
    """S98, S99: what the sockets get is what the schemas say."""

    def test_a_transfer(self, bank: Bank) -> None:
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        bank.settle()
        with bank.api.websocket_connect(f"/ws?token={asha.token}") as socket:
            ravi.send(asha, 12.5)
            bank.settle()
            notification, success = socket.receive_json(), socket.receive_json()
            socket.send_text('{"type":"ping"}')
            pong = socket.receive_json()
        for message in (notification, success, pong):
            check(f"ws.{message['type']}", message)
        assert set(notification["data"]) == set(schema("ws.notification")["$defs"]["NotificationData"]["properties"])
        assert set(success) == set(schema("ws.transaction.success")["properties"])
