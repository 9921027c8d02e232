"""Guarantee: a worker that is behind settles first, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from app.events import precedence
from app.events.consumer import Consumer
from app.events.precedence import Precedence, bank_is_busy
from tests.events.conftest import commit

RESTS = Consumer("rests", frozenset(), lambda session, events: None, 10, ordered=False, linger_seconds=1.0)
MONEY = Consumer("money", frozenset(), lambda session, events: None, 10, ordered=True, linger_seconds=1.0)

SHARES = Consumer(
    "shares", frozenset(), lambda session, events: None, 10, ordered=False, linger_seconds=0.2, time_share_max=0.1
)


def seconds_of(rest: threading.Thread) -> float:
    """How long somebody rests."""
    began = time.monotonic()
    rest.start()
    rest.join(10)
    assert not rest.is_alive()
    return time.monotonic() - began


class TestPrecedence:
    @pytest.fixture
    def stopping(self) -> threading.Event:
        return threading.Event()

    @pytest.fixture
    def shared(self, stopping: threading.Event) -> Precedence:
        return Precedence(stopping)

    def resting(self, shared: Precedence, known: Consumer, *, more_waits: bool) -> threading.Thread:
        return threading.Thread(
            target=shared.rest, args=(known,), kwargs={"more_waits": more_waits, "worked_seconds": 0.0}
        )

    def test_who_is_behind_with_money_does_not_rest(self, shared: Precedence) -> None:
        assert seconds_of(self.resting(shared, MONEY, more_waits=True)) < 0.9
        assert seconds_of(self.resting(shared, MONEY, more_waits=False)) >= 1.0

    def test_the_others_give_way_until_it_has_caught_up(
        self, shared: Precedence, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(precedence, "PATIENCE_SECONDS_MAX", 60.0)
        shared.rest(MONEY, more_waits=True, worked_seconds=0.0)
        other = self.resting(shared, RESTS, more_waits=True)
        other.start()
        other.join(1.5)
        assert other.is_alive(), "longer than it would rest by itself"
        shared.caught_up(MONEY)
        other.join(5)
        assert not other.is_alive()

    def test_but_not_for_ever(self, shared: Precedence, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(precedence, "PATIENCE_SECONDS_MAX", 0.2)
        shared.rest(MONEY, more_waits=True, worked_seconds=0.0)
        assert seconds_of(self.resting(shared, RESTS, more_waits=True)) >= 1.2

    def test_who_must_stop_stops(self, shared: Precedence, stopping: threading.Event) -> None:
        shared.rest(MONEY, more_waits=True, worked_seconds=0.0)
        stopping.set()
        assert seconds_of(self.resting(shared, RESTS, more_waits=True)) < 0.9

    @pytest.mark.parametrize(
        ("busy", "more_waits", "rests"),
        [(True, True, 4.5), (True, False, 4.5), (False, True, 0.0), (False, False, 0.2)],
        ids=["crowd", "crowd, caught up", "quiet, behind", "quiet, caught up"],
    )
    def test_a_share_of_the_time_is_for_busy_hours(
        self, stopping: threading.Event, monkeypatch: pytest.MonkeyPatch, *, busy: bool, more_waits: bool, rests: float
    ) -> None:
        """Nine times what it took; nothing while the bank is quiet and it is behind; else it lets the next batch grow."""
        waited: list[float] = []
        monkeypatch.setattr(stopping, "wait", waited.append)
        Precedence(stopping, lambda: busy).rest(SHARES, more_waits=more_waits, worked_seconds=0.5)
        assert waited == pytest.approx([rests])

    def test_who_needs_no_share_asks_nobody(self, stopping: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
        def unasked() -> bool:
            raise AssertionError

        monkeypatch.setattr(stopping, "wait", lambda seconds: None)
        Precedence(stopping, unasked).rest(RESTS, more_waits=True, worked_seconds=0.5)


class TestBankIsBusy:
    """What any process records makes it busy; a second later it is quiet."""

    def test_for_a_second(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not bank_is_busy(), "nothing has ever happened"
        commit(1)
        assert bank_is_busy()
        monkeypatch.setattr(precedence, "BUSY_SECONDS", 0.0)
        assert not bank_is_busy()
