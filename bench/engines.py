"""The cells of the bank on engines: HTTP over RabbitMQ to settled, pairs of gateways and workers, search, and trouble.

Every part has fresh engines and a fresh bank, so that a cell measures the same alone and in a whole run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from app.engines import control
from app.torture.people import RICH_MINOR

from bench import rest
from bench.cells import Cell, show
from bench.embedded import RATES, SHAPES, engine_cells, http_cell
from bench.engines_bank import Engines, fresh_engines, whole_bank
from bench.killing import killing_cell
from bench.latency import latency_cell
from bench.load import http_rate
from bench.machine import IDLE_SECONDS
from bench.memory import family_megabytes
from bench.overload import BULK, overload_cell
from bench.search import search_cells
from bench.server import CUSTOMERS, Customer, open_customers, running_bank

_ONE: Final = "one gateway, one worker"
_TWO: Final = "two gateways, two workers"
_OVERLOAD_TIMES: Final = 6  # as long as a cell otherwise lasts: a minute by default
_BULK_CONNECTIONS: Final = 16
_DELIVERED_LIMIT: Final = {"RATE_LIMIT_ENABLED": "true"}  # 600 requests a minute and person; it is what answers 429

Part = Callable[[Engines, Sequence[Customer], int], Iterator[Cell]]


def engines_cells(wanted: Sequence[str], seconds: int) -> Iterator[Cell]:
    """Measure the wanted parts, each cell for so long; give each cell when it is done."""
    for name in wanted:
        with fresh_engines() as engines:
            yield from PARTS[name](engines, open_customers(CUSTOMERS, RICH_MINOR), seconds)


def _machine(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with whole_bank(engines) as bank:
        time.sleep(IDLE_SECONDS)
        cell: Cell = {
            "cell": f"start and memory, {_TWO}",
            "start_seconds": bank.start_seconds,
            "idle_megabytes": family_megabytes(bank.supervisor),
            **{f"{name}_megabytes": engines.megabytes(name) for name in control.ENGINES},
        }
    show(cell)
    yield cell


def _engine(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    yield from engine_cells(engines.server, customers, seconds)


def _http(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with _one_and_one() as port:
        for name, shape in SHAPES.items():
            yield http_cell(engines.server, port, customers, f"{name}, {_ONE}", shape, seconds)


def _latency(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with _one_and_one() as port:
        for rate in RATES:
            name = f"open loop, {rate:,} a second, {_ONE}"
            yield latency_cell(engines.server, port, customers, name, rate=rate, seconds=seconds)


def _pair(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with whole_bank(engines) as bank:
        for rate in RATES:
            name = f"open loop, {rate:,} a second, {_TWO}"
            yield latency_cell(engines.server, bank.port, customers, name, rate=rate, seconds=seconds)
        shape: dict[str, Any] = {"connections": 256}
        name = f"HTTP to settled, 256 connections, {_TWO}"
        yield http_cell(engines.server, bank.port, customers, name, shape, seconds)


def _killed(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with whole_bank(engines) as bank:
        yield killing_cell(engines.server, bank, customers, seconds)


def _overload(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    with whole_bank(engines, _DELIVERED_LIMIT) as bank:
        alone = http_rate(bank.port, customers, connections=_BULK_CONNECTIONS, seconds=seconds, bulk=BULK)
        show({"cell": "what is settled, in bulks", "per_second": alone.settled_per_second})
        yield overload_cell(
            engines,
            bank,
            customers,
            settled_per_second=alone.settled_per_second,
            seconds=seconds * _OVERLOAD_TIMES,
        )


def _search(engines: Engines, customers: Sequence[Customer], seconds: int) -> Iterator[Cell]:
    yield from search_cells("engines")


@contextmanager
def _one_and_one() -> Iterator[int]:
    """Run one gateway, one worker and beat; give the port once the worker has taken what was recorded before."""
    with running_bank(beat=True) as port:
        rest.wait_until_taken(workers_min=1)
        yield port


PARTS: Final[dict[str, Part]] = {
    "machine": _machine,
    "latency": _latency,
    "http": _http,
    "pair": _pair,
    "killed": _killed,
    "overload": _overload,
    "search": _search,
    "engine": _engine,
}
