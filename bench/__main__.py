"""`nyord bench`: every cell, on a fresh bank, with pgbench before and after and the books proven behind each."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.engine import engine_rate
from bench.latency import latencies, percentile
from bench.load import http_rate
from bench.machine import machine
from bench.server import Customer, Server, findings, free_port, fresh_server, open_customers, running_bank

CUSTOMERS = 1_000
# What an engine cell moves has no transaction behind it (it is the ledger alone), and verify says so of each movement.
EXPECTED_OF_ENGINE = "explains it"

Cell = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Run the cells and print a table; exit code 1 if the books don't hold or a request failed."""
    parser = argparse.ArgumentParser(prog="nyord bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="how long each cell runs (default 10)")
    parser.add_argument(
        "--only", choices=("engine", "http", "latency", "machine"), action="append", help="only these cells"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    given = parser.parse_args(arguments)
    wanted = given.only or ["engine", "http", "latency", "machine"]
    cells: list[Cell] = []
    if "machine" in wanted:
        started = machine()
        cells.append({"cell": "start and memory", **started._asdict()})
        _show(cells[-1])
    if set(wanted) & {"engine", "http", "latency"}:
        with fresh_server() as server:
            customers = open_customers(CUSTOMERS)
            if "engine" in wanted:
                cells += _engine(server, customers, given.seconds)
            if set(wanted) & {"http", "latency"}:
                cells += _http(server, customers, given.seconds, wanted)
    if given.json:
        about = {"cores": os.cpu_count(), "python": platform.python_version(), "cells": cells}
        given.json.write_text(json.dumps(about, indent=2) + "\n")
    return int(any(cell.get("findings") or cell.get("errors") for cell in cells))


def _engine(server: Server, customers: list[Customer], seconds: int) -> list[Cell]:
    cells: list[Cell] = []
    group = 10**12
    for batch in (1, 10, 100, 500):
        for hot in (False, True):

            def run(batch: int = batch, hot: bool = hot, first: int = group) -> Cell:
                rate, _ = engine_rate(customers, batch=batch, hot=hot, seconds=seconds / 2, first_group=first)
                return {"per_second": rate}

            name = f"engine, batch {batch}, {'80 % on one account' if hot else 'uniform'}"
            cells.append(_measured(server, name, run, ignore=EXPECTED_OF_ENGINE))
            group += 10**9
    return cells


def _http(server: Server, customers: list[Customer], seconds: int, wanted: list[str]) -> list[Cell]:
    cells: list[Cell] = []
    port = free_port()
    with running_bank(port):
        shapes: dict[str, dict[str, Any]] = {
            "HTTP to settled, 64 connections": {"connections": 64},
            "HTTP to settled, 256 connections": {"connections": 256},
            "HTTP to settled, 256 connections, 80 % on one account": {"connections": 256, "hot": 0.8},
            "HTTP bulk of 100 to settled, 16 connections": {"connections": 16, "bulk": 100},
        }
        for name, shape in shapes.items() if "http" in wanted else ():

            def load(shape: dict[str, Any] = shape) -> Cell:
                result = http_rate(server.url, port, customers, seconds=seconds, **shape)
                return {
                    "per_second": result.settled_per_second,
                    "others_caught_up_seconds": result.catch_up_seconds,
                    "errors": result.errors,
                }

            cells.append(_measured(server, name, load, ignore=EXPECTED_OF_ENGINE))
        for rate in (200, 1_000) if "latency" in wanted else ():

            def open_loop(rate: int = rate) -> Cell:
                seen = latencies(port, customers, rate=rate, seconds=seconds)
                return {
                    "accept_p50_ms": percentile(seen.accept, 0.5),
                    "accept_p99_ms": percentile(seen.accept, 0.99),
                    "socket_p50_ms": percentile(seen.push, 0.5),
                    "socket_p99_ms": percentile(seen.push, 0.99),
                    "pushes": len(seen.push),
                    "errors": seen.errors + len(seen.answered_at) - len(seen.push),
                }

            cells.append(_measured(server, f"open loop, {rate} a second", open_loop, ignore=EXPECTED_OF_ENGINE))
    return cells


def _measured(server: Server, name: str, run: Callable[[], Cell], *, ignore: str) -> Cell:
    """Run a cell between two pgbench runs and prove the books behind it."""
    before = server.pgbench(5)
    result = run()
    after = server.pgbench(5)
    tpcb = (before + after) / 2
    cell: Cell = {"cell": name, **result, "pgbench_tpcb": tpcb}
    if "per_second" in result:
        cell["ratio"] = result["per_second"] / tpcb
    cell["findings"] = [finding for finding in findings() if ignore not in finding]
    _show(cell)
    return cell


def _show(cell: Cell) -> None:
    figures = "  ".join(
        f"{name} {value:,.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in cell.items()
        if name not in ("cell", "findings")
    )
    trouble = f"  BOOKS: {cell['findings'][:3]}" if cell.get("findings") else ""
    print(f"{cell['cell']:<56} {figures}{trouble}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
