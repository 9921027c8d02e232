"""A cell is one thing measured: its name, its figures, what pgbench did around it, and what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.server import Server, findings

Cell = dict[str, Any]

# What an engine cell moves has no transaction behind it (it is the ledger alone), and verify says so of each movement.
EXPECTED_OF_ENGINE: Final = "explains it"
_PGBENCH_SECONDS: Final = 5
_FINDINGS_SHOWN: Final = 3


def measured(server: Server, name: str, run: Callable[[], Cell], *, ignore: str = "") -> Cell:
    """Run a cell between two pgbench runs, prove the books behind it, and show it.

    `ignore` marks findings that are meant: those whose text has these words. A bank that doesn't come to rest in time is
    a finding, too.
    """
    before = server.pgbench(_PGBENCH_SECONDS)
    try:
        result = run()
    except TimeoutError as error:
        result = {"findings": [str(error)]}
    after = server.pgbench(_PGBENCH_SECONDS)
    tpcb = (before + after) / 2
    cell: Cell = {"cell": name, **result, "pgbench_tpcb": tpcb}
    if "per_second" in result:
        cell["ratio"] = result["per_second"] / tpcb
    wrong = [text for text in findings() if not ignore or ignore not in text]
    cell["findings"] = [*result.get("findings", ()), *wrong]
    show(cell)
    return cell


def show(cell: Cell) -> None:
    """Print a cell as one line."""
    figures = "  ".join(
        f"{name} {value:,.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in cell.items()
        if name not in ("cell", "findings")
    )
    trouble = f"  WRONG: {cell['findings'][:_FINDINGS_SHOWN]}" if cell.get("findings") else ""
    print(f"{cell['cell']:<56} {figures}{trouble}", flush=True)


def is_wrong(cell: Cell) -> bool:
    """Return whether the books don't hold, something is lost, or an answer was wrong. A time is never wrong."""
    return bool(cell.get("findings") or cell.get("errors"))


def merged(earlier: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells of an earlier run, those that were measured again in their place, and the new ones behind."""
    again = {cell["cell"]: cell for cell in cells}
    kept = [again.pop(cell["cell"], cell) for cell in earlier]
    return [*kept, *again.values()]
