"""`nyord bench`: every cell, on a fresh bank, with pgbench before and after and the books proven behind each."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import embedded, engines
from bench.cells import Cell, is_wrong, merged

_PROFILES: Final[dict[str, tuple[Sequence[str], Callable[[Sequence[str], int], Iterator[Cell]]]]] = {
    "embedded": (embedded.PARTS, embedded.embedded_cells),
    "engines": (tuple(engines.PARTS), engines.engines_cells),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cells and print a line for each.

    Exit code 1 if the books don't hold, something acknowledged is lost, or an answer was wrong. A time is no reason.
    """
    given = _given(arguments)
    parts, measure = _PROFILES[given.profile]
    # Taken down as by Ctrl-C: no engine of ours may stay behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cells: list[Cell] = []
    for cell in measure([part for part in parts if part in (given.only or parts)], given.seconds):
        cells.append(cell)
        if given.json:
            write(given.json, given.profile, cells, keep=bool(given.only))
    return int(any(map(is_wrong, cells)))


def write(path: Path, profile: str, cells: Sequence[Cell], *, keep: bool) -> None:
    """Write the cells as JSON; with `keep`, beside those of the file that weren't measured again."""
    earlier = json.loads(path.read_text())["cells"] if keep and path.exists() else []
    about = {"profile": profile, "cores": os.cpu_count(), "python": platform.python_version()}
    path.write_text(json.dumps(about | {"cells": merged(earlier, cells)}, indent=2) + "\n")


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nyord bench", description=__doc__)
    parser.add_argument("--profile", choices=tuple(_PROFILES), default="embedded", help="what the bank runs on")
    parser.add_argument("--seconds", type=int, default=10, help="how long each cell runs (default 10)")
    named = "; ".join(f"{profile}: {', '.join(parts)}" for profile, (parts, _) in _PROFILES.items())
    parser.add_argument("--only", metavar="PART", action="append", help=f"only these cells ({named})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too; with --only, add them")
    given = parser.parse_args(arguments)
    parts = _PROFILES[given.profile][0]
    if unknown := set(given.only or ()) - set(parts):
        parser.error(f"{given.profile} has no part {unknown.pop()!r}: choose from {', '.join(parts)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
