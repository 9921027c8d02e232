"""The bank that is measured is started as the bank is today, and what is measured of it happens."""

from __future__ import annotations

import pytest
from bench import rest
from bench.latency import WATCHED, latencies
from bench.server import findings, fresh_server, open_customers, running_bank


@pytest.mark.slow
def test_a_second_of_the_open_loop() -> None:
    with fresh_server():
        customers = open_customers(WATCHED * 2)
        with running_bank() as port:
            rest.wait_until_taken(workers_min=1)
            found = latencies(port, customers, rate=100, seconds=1)
        assert (len(found.seen.accept_ms), found.seen.wrong(201), found.missing) == (100, 0, 0)
        assert len(found.push_ms) > 0
        assert findings() == []
