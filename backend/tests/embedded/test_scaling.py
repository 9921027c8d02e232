"""Guarantee: what waits brings workers at once, calm takes them away one by one, and ignorance changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.embedded.scaling import Scale, Scaler

SCALE = Scale(workers_min=1, workers_max=4, events_per_worker=100, calm_seconds=60)


class TestWanted:
    """S162: the autoscaler adds workers when a queue grows."""

    @pytest.mark.parametrize(("waiting", "wanted"), [(0, 1), (100, 1), (101, 2), (350, 4), (10_000, 4)])
    def test_as_many_as_wait_at_once(self, waiting: int, wanted: int) -> None:
        assert Scaler(SCALE).wanted(waiting=waiting, running=1, now=0) == wanted

    def test_the_least_run_before_anything_is_known(self) -> None:
        assert Scaler(SCALE).wanted(waiting=None, running=0, now=0) == 1

    def test_one_goes_after_each_calm_minute(self) -> None:
        scaler = Scaler(SCALE)
        running = scaler.wanted(waiting=400, running=1, now=0)
        history = []
        for now in range(1, 200):
            running = scaler.wanted(waiting=0, running=running, now=now)
            history.append(running)
        assert [history[at - 1] for at in (1, 59, 60, 119, 120, 179, 180, 199)] == [4, 4, 3, 3, 2, 2, 1, 1]

    def test_a_busy_moment_starts_the_calm_anew(self) -> None:
        scaler = Scaler(SCALE)
        scaler.wanted(waiting=400, running=4, now=0)
        assert scaler.wanted(waiting=0, running=4, now=50) == 4
        assert scaler.wanted(waiting=400, running=4, now=55) == 4
        assert scaler.wanted(waiting=0, running=4, now=70) == 4
        assert scaler.wanted(waiting=0, running=4, now=116) == 3

    def test_who_cannot_see_changes_nothing_and_counts_no_calm(self) -> None:
        scaler = Scaler(SCALE)
        scaler.wanted(waiting=400, running=4, now=0)
        assert scaler.wanted(waiting=None, running=4, now=100) == 4
        assert scaler.wanted(waiting=0, running=4, now=101) == 4

    @given(st.lists(st.tuples(st.none() | st.integers(0, 10_000), st.floats(0, 100)), max_size=60))
    def test_never_fewer_than_the_least_nor_more_than_the_most(self, looks: list[tuple[int | None, float]]) -> None:
        scaler, running, now = Scaler(SCALE), 0, 0.0
        for waiting, seconds in looks:
            now += seconds
            before, running = running, scaler.wanted(waiting=waiting, running=running, now=now)
            assert SCALE.workers_min <= running <= SCALE.workers_max
            assert running >= before - 1
