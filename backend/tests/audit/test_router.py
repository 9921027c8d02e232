"""What staff may read of the past: `/admin/audit` and `/admin/events`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.audit import service
from app.core import clock
from app.database import unit_of_work
from app.events.catalogue import KYCStatusChanged
from app.events.outbox import record
from tests.bank import Bank, Person
from tests.money import transfer_completed


def get_all(person: Person, path: str, **params: Any) -> list[dict[str, Any]]:
    """Return every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    for _ in range(1_000):
        answer = person.get(path, **params, **cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("the list never ends")


class TestAccess:
    """Staff only."""

    @pytest.mark.parametrize("path", ["/admin/audit", "/admin/events"])
    def test_who_may(self, bank: Bank, path: str) -> None:
        assert bank.api.get(path).status_code == 401
        assert bank.customer(accounts=0).get(path).status_code == 403
        assert bank.admin().get(path).status_code == 200


class TestTrail:
    """`GET /admin/audit`."""

    @pytest.fixture
    def admin(self, bank: Bank) -> Person:
        """Somebody who decided about users 1 to 5, one each minute."""
        admin = bank.admin()
        start = clock.now() - timedelta(hours=1)
        with unit_of_work() as session:
            for number in range(1, 6):
                at = start + timedelta(minutes=number)
                record(session, KYCStatusChanged(occurred_at=at, actor_id=admin.id, user_id=number, status="approved"))
        bank.settle()
        return admin

    def test_newest_first_in_pages(self, admin: Person) -> None:
        items = get_all(admin, "/admin/audit", action="kyc.status_changed", limit=2)
        assert [item["subject_id"] for item in items] == [5, 4, 3, 2, 1]
        assert items[0]["data"] == {"user_id": 5, "status": "approved", "reason": ""}
        assert {item["actor_name"] for item in items} == {admin.get("/auth/me").json()["full_name"] or admin.username}

    def test_people_and_owners_are_named(self, bank: Bank) -> None:
        """Whoever it was about, by the name that staff see everywhere else; a payment and the books have none."""
        admin, arjun = bank.admin(), bank.customer(50_00)
        bank.settle()
        named = arjun.get("/auth/me").json()["full_name"] or arjun.username
        about = {
            (item["subject_type"], item["subject_id"]): item["subject_name"] for item in get_all(admin, "/admin/audit")
        }
        assert about[("user", arjun.id)] == named
        assert about[("account", arjun.account)] == named
        assert {name for (kind, _), name in about.items() if kind not in ("user", "account")} == {None}

    def test_filters(self, admin: Person) -> None:
        def found(**params: Any) -> list[int]:
            return [
                item["subject_id"] for item in get_all(admin, "/admin/audit", action="kyc.status_changed", **params)
            ]

        assert found(subject_type="user", subject_id=3) == [3]
        assert found(actor_id=admin.id) == [5, 4, 3, 2, 1]
        assert found(actor_id=admin.id + 1) == []
        times = {item["subject_id"]: item["at"] for item in get_all(admin, "/admin/audit")}
        assert found(**{"from": times[2], "to": times[4]}) == [3, 2]

    @pytest.mark.parametrize(
        "params",
        [
            {"subject_type": "weather"},
            {"actor_id": 0},
            {"from": "yesterday"},
            {"from": "2026-01-01T00:00:00"},
            {"limit": 500},
        ],
    )
    def test_invalid(self, bank: Bank, params: dict[str, Any]) -> None:
        assert bank.admin().get("/admin/audit", **params).status_code == 422


class TestEventLog:
    """`GET /admin/events`: what happened to money, and everything else."""

    def test_the_life_of_a_transfer(self, bank: Bank) -> None:
        """S140: initiated, then completed, by the request that started it."""
        arjun, meera, admin = bank.customer(1_000_00), bank.customer(), bank.admin()
        ids = [arjun.send(meera, amount).json()["transaction_id"] for amount in (1, 2, 3)]
        bank.settle()
        events = get_all(admin, "/admin/events", transaction_id=ids[1])
        assert [event["topic"] for event in events] == ["transfer.completed", "transfer.initiated"]
        assert {event["facts"]["amount_minor"] for event in events} == {2_00}

    def test_a_topic_is_what_topics_begin_with(self, bank: Bank) -> None:
        arjun, meera, admin = bank.customer(1_00), bank.customer(), bank.admin()
        arjun.send(meera, 1)
        arjun.send(meera, 1)
        bank.settle()
        assert {one["topic"].split(".")[0] for one in get_all(admin, "/admin/events", topic="transfer")} == {"transfer"}
        [failed] = get_all(admin, "/admin/events", topic="transfer.failed")
        assert failed["topic"] == "transfer.failed.insufficient_funds"
        assert get_all(admin, "/admin/events", topic="trans_er") == []

    @pytest.mark.parametrize("limit", [1, 3, 200])
    def test_pages_neither_skip_nor_repeat(self, bank: Bank, limit: int) -> None:
        with unit_of_work() as session:
            for start in range(0, 20, 4):
                record(session, *(transfer_completed(transaction_id=start + number) for number in range(4)))
        events = get_all(bank.admin(), "/admin/events", topic="transfer.completed", limit=limit)
        assert [event["facts"]["transaction_id"] for event in events] == list(reversed(range(20)))
        assert len({event["id"] for event in events}) == 20

    def test_a_page_reads_a_bounded_stretch(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "BUNDLES_PER_PAGE_MAX", 7)
        monkeypatch.setattr(service, "BUNDLES_AT_ONCE", 3)
        admin = bank.admin()
        with unit_of_work() as session:
            for number in range(30):
                record(session, transfer_completed(transaction_id=number))
        first = admin.get("/admin/events", transaction_id=2).json()
        assert first["items"] == []
        assert first["next_cursor"] is not None
        [found] = get_all(admin, "/admin/events", transaction_id=2)
        assert found["facts"]["transaction_id"] == 2

    def test_a_period(self, bank: Bank) -> None:
        admin = bank.admin()
        with unit_of_work() as session:
            for number in range(50):
                record(session, transfer_completed(transaction_id=number))
            session.execute(text("ALTER TABLE outbox DISABLE TRIGGER append_only"))
            session.execute(
                text(
                    "UPDATE outbox SET recorded_at = now() - interval '100 hours' + place * interval '1 hour' "
                    "FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM outbox) p WHERE outbox.id = p.id"
                )
            )
            session.execute(text("ALTER TABLE outbox ENABLE TRIGGER append_only"))
            times: list[datetime] = list(
                session.scalars(text("SELECT recorded_at FROM outbox WHERE topic = 'transfer.completed' ORDER BY id"))
            )
        found = get_all(admin, "/admin/events", **{"from": times[10].isoformat(), "to": times[13].isoformat()})
        assert [event["facts"]["transaction_id"] for event in found] == [12, 11, 10]
        before = get_all(admin, "/admin/events", to=times[2].isoformat(), topic="transfer.completed")
        assert [event["facts"]["transaction_id"] for event in before] == [1, 0]
        assert get_all(admin, "/admin/events", **{"from": (clock.now() + timedelta(days=1)).isoformat()}) == []

    @pytest.mark.parametrize(
        ("edge", "day"),
        [
            ("from", "0001-01-01T00:00:00Z"),
            ("from", "0001-01-01T00:00:00+05:30"),
            ("to", "9999-12-31T23:59:59Z"),
            ("to", "9999-12-31T23:59:59-05:30"),
        ],
    )
    def test_from_the_first_day_to_the_last_of_the_calendar(self, bank: Bank, edge: str, day: str) -> None:
        with unit_of_work() as session:
            record(session, transfer_completed(transaction_id=7))
        [found] = get_all(bank.admin(), "/admin/events", topic="transfer.completed", **{edge: day})
        assert found["facts"]["transaction_id"] == 7

    def test_an_empty_log(self, database: str) -> None:
        with unit_of_work() as session:
            assert service.log_page(session, wanted=service.EventFilter(), limit=10) == service.EventPage([], None)

    def test_a_note_can_not_imitate_a_transaction(self, bank: Bank) -> None:
        with unit_of_work() as session:
            record(session, transfer_completed(transaction_id=1, note='"transaction_id":2,'))
        assert get_all(bank.admin(), "/admin/events", transaction_id=2) == []
