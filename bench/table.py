"""The figures of a run as the Markdown tables of docs/performance.md: `python -m bench.table FILE` prints them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.cells import Cell


class Table(NamedTuple):
    """A table of those cells that have the figure `about`: headings, and how a cell fills its row behind its name."""

    about: str
    headings: Sequence[str]
    row: Callable[[Cell], Sequence[str]]


def _rate(cell: Cell) -> Sequence[str]:
    late = cell.get("others_caught_up_seconds")
    beside = "" if late is None else f"others caught up in {late:.1f} s"
    return f"{cell['per_second']:,.0f}", f"{cell['pgbench_tpcb']:,.0f}", f"**{cell['ratio']:.2f}**", beside


def _pair(cell: Cell, what: str) -> str:
    return f"{cell[f'{what}_p50_ms']:.0f} / {cell[f'{what}_p99_ms']:.0f} ms"


def _statuses(cell: Cell) -> str:
    return ", ".join(f"{count:,} × {status}" for status, count in sorted(cell["statuses"].items()))


_MEMORY: Final = ("bank", "gateway", "worker", "rabbitmq")


def _memory(cell: Cell) -> Sequence[str]:
    kinds = ("before", "max_first_half", "max")
    return [" / ".join(f"{cell[f'{group}_megabytes_{kind}']:.0f}" for kind in kinds) for group in _MEMORY]


TABLES: Final = (
    Table("ratio", ("per second", "pgbench TPC-B", "ratio", "beside"), _rate),
    Table(
        "pushes",
        ("answer p50 / p99", "socket p50 / p99"),
        lambda cell: (_pair(cell, "accept"), _pair(cell, "socket")),
    ),
    Table(
        "statuses",
        ("answers", "accepted p50 / p99", "acknowledged", "all settled after", "at rest after"),
        lambda cell: (
            _statuses(cell),
            _pair(cell, "accept"),
            f"{cell['acknowledged']:,}",
            f"{cell['settled_after_seconds']:.1f} s",
            f"{cell.get('drained_after_seconds', cell.get('others_caught_up_seconds', 0.0)):.1f} s",
        ),
    ),
    Table(
        "bank_megabytes_max",
        ("bank", "largest gateway", "largest worker", "RabbitMQ: MB before / most in the first half / most"),
        _memory,
    ),
    Table(
        "staff_p99_ms",
        ("documents a second", "a customer's question p50 / p99", "staff's p99", "found after at most"),
        lambda cell: (
            f"{cell['documents_per_second']:,.0f}",
            f"{cell['p50_ms']:.1f} / {cell['p99_ms']:.1f} ms",
            f"{cell['staff_p99_ms']:.1f} ms",
            f"{cell['found_after_seconds_max']:.1f} s",
        ),
    ),
)


def tables(cells: Sequence[Cell]) -> str:
    """Return every table that has rows."""
    made = []
    for table in TABLES:
        rows = [(cell["cell"], *table.row(cell)) for cell in cells if table.about in cell]
        if rows:
            lines = [("cell", *table.headings), ("---",) * (1 + len(table.headings)), *rows]
            made.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    return "\n\n".join(made)


if __name__ == "__main__":
    print(tables(json.loads(Path(sys.argv[1]).read_text())["cells"]))
