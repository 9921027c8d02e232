"""The cells of the embedded bank: the ledger's engine alone, HTTP to settled, latencies, start and memory, search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from bench import rest
from bench.cells import EXPECTED_OF_ENGINE, Cell, measured, show
from bench.engine import engine_rate
from bench.latency import latency_cell
from bench.load import http_rate
from bench.machine import machine
from bench.search import search_cells
from bench.server import CUSTOMERS, Customer, Server, fresh_server, open_customers, running_bank

PARTS: Final = ("machine", "engine", "latency", "http", "search")
RATES: Final = (200, 1_000)  # transfers a second of the open loop

SHAPES: Final[dict[str, dict[str, Any]]] = {
    "HTTP to settled, 64 connections": {"connections": 64},
    "HTTP to settled, 256 connections": {"connections": 256},
    "HTTP to settled, 256 connections, 80 % on one account": {"connections": 256, "hot": 0.8},
    "HTTP bulk of 100 to settled, 16 connections": {"connections": 16, "bulk": 100},
}


def embedded_cells(wanted: Sequence[str], seconds: int) -> Iterator[Cell]:
    """Measure the wanted parts, each cell for so long; give each cell when it is done."""
    if "machine" in wanted:
        started: Cell = {"cell": "start and memory", **machine()._asdict()}
        show(started)
        yield started
    if set(wanted) & {"engine", "http", "latency"}:
        with fresh_server() as server:
            customers = open_customers(CUSTOMERS)
            if "engine" in wanted:
                yield from engine_cells(server, customers, seconds)
            if set(wanted) & {"http", "latency"}:
                with running_bank() as port:
                    # Else the first seconds would measure how long a worker takes to start.
                    rest.wait_until_taken(workers_min=1)
                    rest.wait_until_sealed()
                    # What is timed comes first: the load after it fills the tables.
                    for rate in RATES if "latency" in wanted else ():
                        name = f"open loop, {rate} a second"
                        yield latency_cell(server, port, customers, name, rate=rate, seconds=seconds)
                    for name, shape in SHAPES.items() if "http" in wanted else ():
                        yield http_cell(server, port, customers, name, shape, seconds)
    if "search" in wanted:
        yield from search_cells("embedded")


def engine_cells(server: Server, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    """Measure the settling engine alone, in batches of several sizes."""
    group = 10**12
    for batch in (1, 10, 100, 500):
        for hot in (False, True):

            def run(batch: int = batch, hot: bool = hot, first: int = group) -> Cell:
                rate, _ = engine_rate(customers, batch=batch, hot=hot, seconds=seconds / 2, first_group=first)
                return {"per_second": rate}

            name = f"engine, batch {batch}, {'80 % on one account' if hot else 'uniform'}"
            yield measured(server, name, run, ignore=EXPECTED_OF_ENGINE)
            group += 10**9


def http_cell(
    server: Server, port: int, customers: Sequence[Customer], name: str, shape: dict[str, Any], seconds: int
) -> Cell:
    """Measure one shape of load over HTTP until it is settled.

    Raises:
        NotHere: there is no `wrk`.
    """

    def run() -> Cell:
        result = http_rate(port, customers, seconds=seconds, **shape)
        return {
            "per_second": result.settled_per_second,
            "accepted_per_second": result.accepted_per_second,
            "settled_after_seconds": result.settle_lag_seconds,
            "others_caught_up_seconds": result.catch_up_seconds,
            "errors": result.errors,
        }

    return measured(server, name, run, ignore=EXPECTED_OF_ENGINE)
