"""An engine that is away stops nobody: its events wait, without a dead letter, and are found once it is back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.config import get_settings
from app.database import unit_of_work
from app.enquiries import rebuild, service
from app.events.models import DeadLetter, Delivery
from app.search.engine import forget_search_engines
from tests.bank import Bank


def waiting() -> tuple[int, int]:
    """How many deliveries wait for search, and how many of them were ever tried in vain."""
    with unit_of_work() as session:
        mine = select(func.count()).select_from(Delivery).where(Delivery.queue == "banking.search")
        return session.scalar(mine) or 0, session.scalar(mine.where(Delivery.attempts > 0)) or 0


class TestAway:
    """S163, S168: search being away never stops, loses or buries an event, and money goes on."""

    def test_events_wait_and_are_found_later(
        self, bank: Bank, searchable: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arjun, zoe = bank.customer(10_000_00), bank.customer()
        monkeypatch.setenv("SEARCH_URL", "http://127.0.0.1:1")
        get_settings.cache_clear()
        sent = arjun.send(zoe, 5, note="patience").json()["transaction_id"]
        for _ in range(8):  # more often than an event may fail
            bank.settle()
        assert bank.status(sent) == "SUCCESS"
        length, tried = waiting()
        assert length > 0
        assert tried == 0
        with unit_of_work() as session:
            assert session.scalar(select(func.count()).select_from(DeadLetter)) == 0
        monkeypatch.setenv("SEARCH_URL", "")
        get_settings.cache_clear()
        forget_search_engines()
        service.forget_health()
        searchable()
        assert waiting() == (0, 0)
        assert [one["id"] for one in arjun.get("/search", q="patience").json()["items"]] == [sent]
        assert bank.findings() == []

    def test_a_large_bank_is_indexed_in_the_background(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, searchable: Callable[[], None]
    ) -> None:
        monkeypatch.setattr(rebuild, "SMALL_TRANSACTIONS_MAX", 0)
        begun: list[bool] = []
        build = rebuild._heal_in_background
        monkeypatch.setattr(rebuild, "_heal_in_background", lambda: begun.append(True))
        arjun = bank.customer(5_00)
        bank.settle()
        bank.settle()
        assert begun == [True]
        assert waiting()[0] > 0
        build()
        searchable()
        assert waiting() == (0, 0)
        assert arjun.get("/search").json()["total"] == 1
