"""Guarantee: a worker that is behind settles first, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import pytest

from app.events import precedence
from app.events.consumer import Consumer
from app.events.precedence import Precedence, Stopwatch, Work

RESTS = Consumer("rests", frozenset(), lambda session, events: None, 10, ordered=False, linger_seconds=1.0)
MONEY = Consumer("money", frozenset(), lambda session, events: None, 10, ordered=True, linger_seconds=1.0)

SHARES = Consumer("shares", frozenset(), lambda session, events: None, 10, ordered=False, time_share_max=0.1)
NOTHING = Work(0.0, 0.0)


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
        return threading.Thread(target=shared.rest, args=(known,), kwargs={"more_waits": more_waits, "work": NOTHING})

    def test_who_is_behind_with_money_does_not_rest(self, shared: Precedence) -> None:
        assert seconds_of(self.resting(shared, MONEY, more_waits=True)) < 0.9
        assert seconds_of(self.resting(shared, MONEY, more_waits=False)) >= 1.0

    def test_the_others_give_way_until_it_has_caught_up(
        self, shared: Precedence, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(precedence, "PATIENCE_SECONDS_MAX", 60.0)
        shared.rest(MONEY, more_waits=True, work=NOTHING)
        other = self.resting(shared, RESTS, more_waits=True)
        other.start()
        other.join(1.5)
        assert other.is_alive(), "longer than it would rest by itself"
        shared.caught_up(MONEY)
        other.join(5)
        assert not other.is_alive()

    def test_but_not_for_ever(self, shared: Precedence, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(precedence, "PATIENCE_SECONDS_MAX", 0.2)
        shared.rest(MONEY, more_waits=True, work=NOTHING)
        assert seconds_of(self.resting(shared, RESTS, more_waits=True)) >= 1.2

    def test_who_must_stop_stops(self, shared: Precedence, stopping: threading.Event) -> None:
        shared.rest(MONEY, more_waits=True, work=NOTHING)
        stopping.set()
        assert seconds_of(self.resting(shared, RESTS, more_waits=True)) < 0.9

    @pytest.mark.parametrize("more_waits", [True, False])
    def test_what_an_engine_takes_counts_while_money_moves(
        self, shared: Precedence, stopping: threading.Event, monkeypatch: pytest.MonkeyPatch, *, more_waits: bool
    ) -> None:
        rests: list[float] = []
        monkeypatch.setattr(precedence, "PATIENCE_SECONDS_MAX", 0.0)
        monkeypatch.setattr(stopping, "wait", rests.append)
        work = Work(processor_seconds=0.01, seconds=0.5)
        shared.rest(SHARES, more_waits=True, work=work)
        shared.rest(MONEY, more_waits=more_waits, work=NOTHING)
        del rests[1:]
        shared.rest(SHARES, more_waits=True, work=work)
        monkeypatch.setattr(precedence, "MONEY_MOVES_SECONDS", 0.0)
        shared.rest(SHARES, more_waits=True, work=work)
        assert rests == pytest.approx([0.09, 4.5, 0.09]), "nine times what it took, by the clock or of the processor"


class TestStopwatch:
    def test_waiting_takes_time_and_no_processor(self) -> None:
        stopwatch = Stopwatch()
        time.sleep(0.2)
        work = stopwatch.read()
        assert work.seconds >= 0.2
        assert work.processor_seconds < work.seconds / 2
