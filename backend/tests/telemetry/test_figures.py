"""What a process counts, and what counting costs."""

from __future__ import annotations

import threading
import time
import timeit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.telemetry import exposition
from app.telemetry.context import adopted
from app.telemetry.figures import ALL, BATCH_EVENTS, HTTP_SECONDS, Spreads
from app.telemetry.requests import answered

MICROSECONDS_MAX = 2.0


@pytest.fixture(autouse=True)
def _from_nothing() -> None:
    for spreads in ALL:
        spreads.forget()


def samples(name: str) -> dict[str, float]:
    """Return the samples of a figure by their labels and name."""
    return {
        f"{sample.name.removeprefix(name)} {sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(exposition.text().decode())
        if family.name == name
        for sample in family.samples
    }


class TestSpreads:
    """A histogram, as Prometheus reads it."""

    def test_a_value_on_a_bound_is_within_it_and_one_beyond_all_is_counted(self) -> None:
        for size in (1, 2, 3, 9_999):
            BATCH_EVENTS.add(("q",), size)
        found = samples("nyord_batch_events")
        assert (found["_bucket ['1.0', 'q']"], found["_bucket ['2.0', 'q']"], found["_bucket ['5.0', 'q']"]) == (
            1,
            2,
            3,
        )
        assert (found["_bucket ['2000.0', 'q']"], found["_bucket ['+Inf', 'q']"]) == (3, 4)
        assert (found["_count ['q']"], found["_sum ['q']"]) == (4, 10_005)

    def test_several_at_once(self) -> None:
        BATCH_EVENTS.add(("q",), 2, times=500)
        found = samples("nyord_batch_events")
        assert (found["_count ['q']"], found["_sum ['q']"]) == (500, 1_000)

    def test_no_thread_loses_another_ones(self) -> None:
        spreads = Spreads("x", "x", ("y",), (1, 2))

        def add() -> None:
            for _ in range(20_000):
                spreads.add(("y",), 1)

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        [(_, counts, total)] = spreads.seen()
        assert (sum(counts), total) == (80_000, 80_000)


class TestRequests:
    """What is noted of a request."""

    def test_what_a_client_invents_is_one_label(self) -> None:
        for number in range(50):
            answered(f"M{number}", None, 404, 0.001, request_id="x", traceparent=None)
        assert [labels for labels, _, _ in HTTP_SECONDS.seen()] == [("other", "none", 404)]

    @pytest.mark.measures
    def test_it_costs_less_than_two_microseconds(self) -> None:
        """The busiest route pays it with every transfer."""
        headers = {b"host": b"bank", b"authorization": b"Bearer x"}

        def one_request() -> None:
            traceparent = headers.get(b"traceparent")
            adopted(traceparent)
            answered("POST", "/transactions/initiate", 201, 0.004, request_id="4f1c-1", traceparent=traceparent)

        times = 50_000
        # Processor time: what others do meanwhile isn't our cost.
        quickest = min(timeit.repeat(one_request, timer=time.thread_time, number=times, repeat=9)) / times * 1e6
        assert quickest < MICROSECONDS_MAX
