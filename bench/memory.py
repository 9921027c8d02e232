"""How much memory processes occupy while something runs: the proportional set size, so that sharing counts once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.torture.processes import descendants

SAMPLE_EVERY_SECONDS: Final = 0.5


def megabytes(pids: Iterable[int]) -> float:
    """Return the proportional set size of these processes together; one that has just ended counts nothing."""
    return sum(_proportional_kilobytes(pid) for pid in pids) / 1024


def family_megabytes(pid: int) -> float:
    """Return the proportional set size of a process and of all that descend from it."""
    return megabytes(descendants(pid))


def _proportional_kilobytes(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


class Sampler:
    """Looks at the memory of several groups of processes, again and again, while the block lasts.

    `groups` names a question for each group: it is asked at every look, because processes are started again.
    """

    def __init__(self, groups: Mapping[str, Callable[[], float]]) -> None:
        self._groups = groups
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self.samples: dict[str, list[float]] = {name: [] for name in groups}

    def __enter__(self) -> Sampler:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        for name, ask in self._groups.items():
            self.samples[name].append(ask())


def told(samples: Mapping[str, list[float]], looks: int) -> dict[str, float]:
    """Return megabytes for each group: its first sample, the most in the first half of the load, and the most of all.

    `looks` is how many samples the load lasted. What is bounded has reached its bound in the first half already.
    """
    found: dict[str, float] = {}
    for name, seen in samples.items():
        found[f"{name}_megabytes_before"] = seen[0]
        found[f"{name}_megabytes_max_first_half"] = max(seen[: max(1, looks // 2)])
        found[f"{name}_megabytes_max"] = max(seen)
    return found
