"""Guarantee: every cell of a run finds its table, and one that didn't come to its end is a finding, not a traceback."""

from __future__ import annotations

from typing import Any, cast

import pytest
from bench import cells
from bench.cells import Cell, is_wrong, measured
from bench.server import Server
from bench.table import tables

HTTP = {"cell": "HTTP", "per_second": 2_500.4, "pgbench_tpcb": 2_000.0, "ratio": 1.25, "others_caught_up_seconds": 0.5}
LATENCY = {
    "cell": "open loop", "accept_p50_ms": 7.4, "accept_p99_ms": 20.0, "socket_p50_ms": 50.0, "socket_p99_ms": 84.0, "pushes": 9,
}  # fmt: skip


class StandInServer:
    """pgbench that takes no time."""

    def pgbench(self, seconds: int) -> float:
        """Return a rate."""
        return 2_000.0


class TestTables:
    def test_a_cell_is_a_row_of_the_table_of_its_figures(self) -> None:
        first, second = tables([HTTP, LATENCY]).split("\n\n")
        assert "| HTTP | 2,500 | 2,000 | **1.25** | others caught up in 0.5 s |" in first
        assert second.splitlines()[-1] == "| open loop | 7 / 20 ms | 50 / 84 ms |"

    def test_every_row_is_as_wide_as_its_headings(self) -> None:
        lines = tables([HTTP, HTTP, LATENCY]).split("\n\n")
        assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in lines)


class TestMeasured:
    @pytest.fixture(autouse=True)
    def _books(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cells, "findings", lambda: ["movement 7: no transaction explains it", "account 3 is off"])

    def test_the_ratio_is_to_pgbench_around_it_and_findings_that_are_meant_are_none(self) -> None:
        cell = measured(cast(Server, StandInServer()), "one", lambda: {"per_second": 3_000.0}, ignore="explains it")
        assert (cell["ratio"], cell["findings"]) == (1.5, ["account 3 is off"])

    def test_a_bank_that_does_not_come_to_rest_is_a_finding(self) -> None:
        def run() -> Cell:
            raise TimeoutError("The bank didn't come to rest within 600 seconds.")

        cell: dict[str, Any] = measured(cast(Server, StandInServer()), "one", run, ignore="o")
        assert cell["findings"][0].startswith("The bank didn't")
        assert is_wrong(cell)
