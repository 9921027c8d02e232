"""The index is a projection: it can be lost, damaged or late, and is made whole again from PostgreSQL."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.enquiries import drift, rebuild, sources
from app.enquiries.indexes import AUDIT, CUSTOMERS, INDEXES, LOGS, TRANSACTIONS
from app.events.consumer import Envelope
from app.search.documents import Document, IndexSpec
from app.search.engine import search_engine
from app.search.query import Is, Query
from tests.bank import Bank, Person
from tests.money import transfer_completed, transfer_initiated

pytestmark = pytest.mark.slow


def contents(spec: IndexSpec) -> dict[int, dict[str, Any]]:
    search_engine().refresh(spec)
    return {hit.id: hit.content for hit in search_engine().find(spec, Query(limit=1_000)).hits}


def states(**asked: bool) -> dict[str, str]:
    """What the comparison says of each index, at a moment when nothing is on its way any more."""
    for spec in INDEXES.values():
        search_engine().refresh(spec)
    with unit_of_work() as session, clock.at(clock.now() + timedelta(minutes=5)):
        return {one.name: one.state for one in drift.drift(session, **asked)}


ALL_OK = {"transactions": "ok", "customers": "ok", "audit": "ok"}


@pytest.fixture
def life(bank: Bank, searchable: Callable[[], None]) -> tuple[Person, Person]:
    """Two customers who have sent each other money, indexed."""
    arjun, zoe = bank.customer(10_000_00, name="Arjun"), bank.customer(10_000_00, name="Zoë")
    for amount in (5, 6, 7):
        arjun.send(zoe, amount, note="rent")
    bank.admin().post(f"/admin/accounts/{arjun.account}/adjust-balance", {"amount": 3, "reason": "a gift"})
    searchable()
    return arjun, zoe


class TestDocuments:
    """S168: index `transactions`, id = transaction id, the specification's fields."""

    def test_fields_of_the_specification(self, either_engine: str, life: tuple[Person, Person]) -> None:
        arjun, zoe = life
        sent = arjun.get("/search", q="rent", sort="oldest").json()["items"][0]
        content = contents(TRANSACTIONS)[sent["id"]]
        assert {name: content[name] for name in ("transaction_id", "src_account", "dest_account", "amount", "status")} == {
            "transaction_id": sent["id"], "src_account": arjun.account, "dest_account": zoe.account, "amount": 5.0,
            "status": "SUCCESS",
        }  # fmt: skip
        assert content["timestamp"].startswith("20")

    def test_from_events_and_from_rows_is_the_same(self, life: tuple[Person, Person]) -> None:
        from_events = {spec: contents(spec) for spec in (TRANSACTIONS, CUSTOMERS, AUDIT)}
        for spec in from_events:
            rebuild.reindex(spec)
        assert {spec: contents(spec) for spec in from_events} == from_events

    def test_a_refunded_transaction_is_reversed(
        self, life: tuple[Person, Person], searchable: Callable[[], None]
    ) -> None:
        _, zoe = life
        sent = zoe.get("/search", q="rent").json()["items"][0]["id"]
        assert zoe.post(f"/transactions/{sent}/refund", {"reason": "a mistake"}).status_code == 201
        searchable()
        assert contents(TRANSACTIONS)[sent]["status"] == "REVERSED"
        assert states() == ALL_OK

    def test_no_secret_is_in_any_index(self, life: tuple[Person, Person]) -> None:
        everything = str([contents(spec) for spec in INDEXES.values()])
        for secret in (life[0].token, "ACCT", "hashed", "example.com"):
            assert secret not in everything


class TestConsumer:
    """S168: every batch may come twice, and in any order."""

    def test_delivered_twice_and_late_is_the_same(self, bank: Bank) -> None:
        rebuild.build_missing()
        early, late = Envelope(transfer_initiated(), 1_000), Envelope(transfer_completed(), 2_000)
        from app.enquiries.consumers import index

        for batch in ([late], [early], [late, early], [early]):
            with unit_of_work() as session:
                index(session, batch)
        search_engine().refresh(TRANSACTIONS)
        hits = search_engine().find(TRANSACTIONS, Query((Is("transaction_id", (41,)),))).hits
        assert [hit.content["status"] for hit in hits] == ["SUCCESS"]


class TestReindex:
    """C17: an index is built anew beside the live one, while events flow, with no gap."""

    def test_a_lost_folder_is_built_again_by_itself(
        self, life: tuple[Person, Person], searchable: Callable[[], None]
    ) -> None:
        shutil.rmtree(get_settings().search_folder)
        life[0].send(life[1], 8, note="rent")
        searchable()
        assert states() == ALL_OK
        assert len([one for one in contents(TRANSACTIONS).values() if one["note"] == "rent"]) == 4

    def test_an_index_for_other_fields_is_built_again_by_itself(
        self, life: tuple[Person, Person], searchable: Callable[[], None]
    ) -> None:
        live = Path(get_settings().search_folder) / "transactions" / "live"
        live.write_text("0ld-" + live.read_text())
        life[0].send(life[1], 8)
        searchable()
        assert states() == ALL_OK

    def test_nothing_is_missed_that_happens_meanwhile(
        self, either_engine: str, life: tuple[Person, Person], bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arjun, zoe = life
        bank.settle()
        real = sources.SOURCES["transactions"]
        pages: list[int] = []

        def page(session: Any, after: int, limit: int) -> list[Document]:
            found = real.page(session, after, 2)
            pages.append(after)
            arjun.send(zoe, 1, note="meanwhile")
            bank.settle()  # into the live generation, while the new one is being filled
            return found

        monkeypatch.setitem(rebuild.SOURCES, "transactions", real._replace(page=page))
        rebuild.reindex(TRANSACTIONS)
        monkeypatch.setitem(rebuild.SOURCES, "transactions", real)
        assert len(pages) == 3, "what comes meanwhile is in the event log; the pages end where they would have ended"
        assert states() == ALL_OK

    def test_two_at_once_are_one(self, life: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch) -> None:
        inside, go_on = threading.Event(), threading.Event()
        real = sources.SOURCES["customers"]

        def page(session: Any, after: int, limit: int) -> list[Document]:
            inside.set()
            assert go_on.wait(10)
            return real.page(session, after, limit)

        monkeypatch.setitem(rebuild.SOURCES, "customers", real._replace(page=page))
        first = threading.Thread(target=rebuild.reindex, args=(CUSTOMERS,))
        first.start()
        assert inside.wait(10)
        assert rebuild.reindex(CUSTOMERS).documents is None
        go_on.set()
        first.join(20)
        assert states() == ALL_OK

    def test_a_failed_one_leaves_the_live_index(
        self, life: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> list[Document]:
            raise RuntimeError("the disk is full")

        monkeypatch.setitem(rebuild.SOURCES, "transactions", sources.SOURCES["transactions"]._replace(page=fail))
        with pytest.raises(RuntimeError):
            rebuild.reindex(TRANSACTIONS)
        monkeypatch.undo()
        folder = Path(search_engine()._folder) / "transactions"  # type: ignore[attr-defined]
        assert len([one for one in folder.iterdir() if one.is_dir()]) == 1

    def test_progress_and_logs(self, life: tuple[Person, Person]) -> None:
        told: list[tuple[str, int, int]] = []
        done = rebuild.reindex(TRANSACTIONS, progress=lambda *facts: told.append(facts))
        assert told == [("transactions", done.documents, done.documents)]
        assert rebuild.reindex(LOGS).documents == 0


class TestDrift:
    """S168, C17: search is compared with PostgreSQL, and repairs itself."""

    def test_nothing_is_wrong_with_a_healthy_one(self, either_engine: str, life: tuple[Person, Person]) -> None:
        assert states() == ALL_OK
        assert states(thorough=True) == ALL_OK

    def test_lost_damaged_and_surplus_documents_are_found_and_repaired(
        self, either_engine: str, life: tuple[Person, Person]
    ) -> None:
        engine = search_engine()
        whole = contents(TRANSACTIONS)
        lost, damaged, *_ = sorted(whole)
        engine.delete(TRANSACTIONS, [lost])
        wrong = whole[damaged] | {"status": "PENDING"}
        engine.delete(TRANSACTIONS, [damaged])
        engine.write(TRANSACTIONS, [Document(999_999, 3, whole[damaged] | {"transaction_id": 999_999})])
        if either_engine == "embedded":  # Elasticsearch remembers a deleted version for a minute
            engine.write(TRANSACTIONS, [Document(damaged, 1, wrong)])
        assert states()["transactions"] == "drifted"
        assert states(repair=True)["transactions"] == "repaired"
        if either_engine == "embedded":
            assert states(thorough=True) == ALL_OK
            assert contents(TRANSACTIONS) == whole
        else:
            assert 999_999 not in contents(TRANSACTIONS)

    def test_what_was_written_before_a_clock_was_set_back_is_repaired(self, life: tuple[Person, Person]) -> None:
        lost, *_ = contents(TRANSACTIONS)
        search_engine().delete(TRANSACTIONS, [lost])
        search_engine().refresh(TRANSACTIONS)
        with unit_of_work() as session, clock.at(clock.now() - timedelta(days=1)):
            found = {one.name: one.missing for one in drift.drift(session)}
        assert found["transactions"] == 1

    def test_what_is_indexed_while_it_looks_stays(
        self,
        either_engine: str,
        life: tuple[Person, Person],
        searchable: Callable[[], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        arjun, zoe = life
        search_engine().delete(TRANSACTIONS, [min(contents(TRANSACTIONS))])  # so that it looks at every document
        searchable()
        real = drift.SOURCES["transactions"]
        pages: list[int] = []
        sent: list[int] = []

        def life_goes_on() -> None:
            sent.append(zoe.send(arjun, 1, note="meanwhile").json()["transaction_id"])
            searchable()  # this one is new, and one that was waiting is settled
            sent.append(zoe.send(arjun, 1, note="meanwhile").json()["transaction_id"])

        def page(session: Any, after: int, limit: int) -> list[Document]:
            pages.append(after)
            if len(pages) == 1:
                life_goes_on()
            found = real.page(session, after, limit)
            if len(pages) == 1 or not found:
                life_goes_on()
            return found

        monkeypatch.setitem(drift.SOURCES, "transactions", real._replace(page=page))
        with unit_of_work() as session:
            assert drift.drift(session, repair=True)[0].surplus == 0
        meanwhile = {one for one, content in contents(TRANSACTIONS).items() if content["note"] == "meanwhile"}
        assert meanwhile == set(sent[:-1]), "the last one still waits to be indexed"

    def test_a_changed_customer_that_was_missed(self, life: tuple[Person, Person]) -> None:
        whole = contents(CUSTOMERS)
        one = life[0].id
        search_engine().write(CUSTOMERS, [Document(one, 1, {})])  # too old to matter
        assert contents(CUSTOMERS) == whole
        search_engine().delete(CUSTOMERS, [one])
        assert states(repair=True)["customers"] == "repaired"
        assert contents(CUSTOMERS) == whole

    def test_a_lost_act(self, life: tuple[Person, Person]) -> None:
        whole = contents(AUDIT)
        search_engine().delete(AUDIT, list(whole)[:2])
        assert states(repair=True)["audit"] == "repaired"
        assert contents(AUDIT) == whole

    def test_events_that_wait_are_not_drift(self, life: tuple[Person, Person]) -> None:
        from app.events.relay import relay_once

        life[0].send(life[1], 9)
        with unit_of_work() as session:
            relay_once(session)
        assert set(states().values()) == {"behind"}

    def test_events_that_wait_with_a_broker_are_not_drift(self, life: tuple[Person, Person]) -> None:
        """They have left for RabbitMQ: nothing waits in PostgreSQL, and the inbox doesn't know them yet."""
        assert states() == ALL_OK
        life[0].send(life[1], 9)
        with unit_of_work() as session:
            session.execute(text("DELETE FROM outbox_unsent"))
            assert drift.drift(session)[0].state != "behind", "it has only just happened"
            with clock.at(clock.now() + timedelta(minutes=1)):
                assert {one.state for one in drift.drift(session)} == {"behind"}
            with clock.at(clock.now() + timedelta(days=2)):
                assert drift.drift(session)[0].state != "behind", "so long ago it says nothing"

    def test_a_missing_index_is_a_result(self, bank: Bank) -> None:
        with unit_of_work() as session:
            assert {one.state for one in drift.drift(session, repair=True)} == {"missing"}
