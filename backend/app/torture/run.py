"""Cycles: load and faults together, then rest, then the audit; a row for each and a table at the end."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import InterfaceError, OperationalError

from app.torture.audit import Auditor, Findings
from app.torture.faults import Faults
from app.torture.http import Line
from app.torture.load import Load
from app.torture.memory import Memory
from app.torture.people import open_people
from app.torture.plan import Plan, plan
from app.torture.world import TOPOLOGY_SETTLES_SECONDS, World

REST_SECONDS_MAX: Final = 150.0  # a message that was put off for a minute, and an engine that is slow to start
_LOOK_EVERY_SECONDS: Final = 0.2
_REPLAYS: Final = 20

HEADINGS: Final = ("cycle", "transfers", "final after", "at rest after", "wrong", "faults")


@dataclass(frozen=True)
class Wanted:
    """What to run. `first` is the number of the first plan, so that one cycle of another run can be had again."""

    profile: str
    cycles: int
    seed: int
    first: int = 1
    seconds_per_cycle: float = 10.0
    per_second: float = 700.0
    bulk: int = 40
    final_seconds_max: float = 30.0  # what the bank promises, on cores of its own


@dataclass
class Row:
    """What became of a cycle. Every number in `found` must be 0."""

    number: int
    faults: str
    transfers: int
    final_seconds: float  # from the last fault until every transfer had its outcome
    rest_seconds: float  # and until every consumer had seen every event, search included
    found: dict[str, int]
    samples: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.found.values())

    def __str__(self) -> str:
        wrong = ", ".join(f"{name} {count}" for name, count in self.found.items() if count) or "0"
        times = f"{self.final_seconds:>9.1f} s  {self.rest_seconds:>11.1f} s"
        return f"{self.number:>5}  {self.transfers:>9,}  {times}  {wrong:>5}  {self.faults}"


@dataclass
class Result:
    """A whole run."""

    wanted: Wanted
    rows: list[Row] = field(default_factory=list)
    closing: dict[str, int] = field(default_factory=dict)
    samples: list[str] = field(default_factory=list)
    acknowledged: int = 0
    repeated: int = 0
    seconds: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    fail_points: dict[str, int] = field(default_factory=dict)
    wires_broken: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong in any cycle and at the end."""
        return all(row.is_clean for row in self.rows) and not any(self.closing.values())

    def as_json(self) -> dict[str, Any]:
        """Return the run as plain values, ready for a JSON encoder."""
        return {"ok": self.is_clean, **asdict(self)}


async def torture(folder: Path, wanted: Wanted, say: Callable[[str], None]) -> Result:
    """Run the cycles in a world of their own in `folder`, until the first that finds something wrong, and return it all.

    Raises:
        EmbeddedError: the bank or an engine doesn't come up at all.
    """
    started = time.monotonic()
    result = Result(wanted)
    async with World(folder, wanted.profile) as world:
        with Memory(folder / "promises.jsonl") as memory:
            people = await asyncio.to_thread(open_people)
            load = Load(
                world.port, people, memory, seed=wanted.seed, per_second=wanted.per_second, bulk=wanted.bulk
            )  # fmt: skip
            faults = Faults(world)
            cycles = _Cycles(world, load, memory, Auditor(people), faults, wanted)
            await asyncio.sleep(TOPOLOGY_SETTLES_SECONDS)
            async with asyncio.TaskGroup() as group:
                calling = group.create_task(load.run())
                for number in range(wanted.first, wanted.first + wanted.cycles):
                    result.rows.append(await cycles.run(plan(wanted.seed, number, wanted.profile)))
                    say(str(result.rows[-1]))
                    if not result.rows[-1].is_clean:
                        break
                else:
                    closing = await cycles.close()
                    result.closing, result.samples = dict(closing.counts), closing.samples
                calling.cancel()
            result.acknowledged, result.repeated = memory.transfers, load.repeated
            result.answers, result.faults = dict(load.answers), dict(faults.done)
            result.fail_points = dict(faults.failed_on_purpose())
            result.wires_broken = sum(wire.broken for wire in world.wires.values())
    result.seconds = round(time.monotonic() - started, 1)
    return result


class _Cycles:
    """One cycle after the other, on the same world."""

    def __init__(
        self, world: World, load: Load, memory: Memory, auditor: Auditor, faults: Faults, wanted: Wanted
    ) -> None:
        self._world = world
        self._load = load
        self._memory = memory
        self._auditor = auditor
        self._faults = faults
        self._wanted = wanted

    async def run(self, planned: Plan) -> Row:
        """Break, wait, audit."""
        before, transfers = len(self._memory.promises), self._memory.transfers
        self._load.go()
        seconds = self._wanted.seconds_per_cycle
        breaking = asyncio.create_task(self._faults.carry_out(planned, seconds))
        await asyncio.sleep(planned.lasts(seconds))
        self._load.stop()  # an engine that takes its time to start again needs the cores for itself
        await breaking
        over_at = time.monotonic()
        await self._load.answered()
        limit = self._wanted.final_seconds_max
        is_final = await self._until(lambda: self._auditor.pending() == 0, limit)
        final_seconds = time.monotonic() - over_at
        await self._rest()
        rest_seconds = time.monotonic() - over_at
        findings = await self._audit(self._memory.promises[before:])
        findings.add("final too late", int(not is_final or final_seconds > limit))
        self._memory.flush()
        return Row(
            planned.number, str(planned), self._memory.transfers - transfers, round(final_seconds, 1),
            round(rest_seconds, 1), dict(findings.counts), findings.samples,
        )  # fmt: skip

    async def close(self) -> Findings:
        """Audit everything that was ever promised, and see that the tasks of beat are done, too."""
        await self._rest()
        findings = await self._audit(self._memory.promises)
        sealed = await self._until(lambda: self._auditor.unsealed() == 0, REST_SECONDS_MAX)
        findings.add("movements not sealed", int(not sealed))
        return findings

    async def _rest(self) -> None:
        """Let the staff decide what is held, and wait until nothing is on its way any more."""
        while await self._load.decide():
            pass
        await self._until(lambda: self._auditor.on_its_way() == 0, REST_SECONDS_MAX)
        # By figures: reading every document of a bank that has grown takes most of the wait.
        await self._until(lambda: not self._auditor.search_differs(thorough=False), REST_SECONDS_MAX / 5)

    async def _audit(self, promises: list[Any]) -> Findings:
        """Repeat some old questions, and look at everything."""
        chance = random.Random(len(self._memory.promises))
        line = Line(self._world.port)
        for promise in self._memory.some(_REPLAYS, chance):
            await self._load.repeat(line, promise)
        findings = await asyncio.to_thread(self._auditor.audit, promises)
        findings.add("search differs", await asyncio.to_thread(self._auditor.search_differs))
        findings.add("wrong answers", self._load.wrong)
        return findings

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for something in the database, whose connections may have been broken a moment ago."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if await asyncio.to_thread(condition):
                    return True
            except (InterfaceError, OperationalError):
                self._world.look_directly()
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_LOOK_EVERY_SECONDS)


def table(result: Result) -> str:
    """Return the closing lines: what was done, and what was found."""
    kills = sum(count for name, count in result.faults.items() if name.startswith("kill "))
    killed_inside = sum(count for name, count in result.fail_points.items() if name.endswith(" kill"))
    wrong: Counter[str] = Counter(result.closing)
    for row in result.rows:
        wrong.update(row.found)
    answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(result.answers.items()))
    lines = [
        f"{result.acknowledged:,} transfers acknowledged in {len(result.rows)} cycles, {result.seconds:.0f} seconds; "
        f"{result.repeated:,} questions asked again.",
        f"{kills} processes killed with -9 from outside and {killed_inside} at fail points; "
        f"{sum(result.faults.values())} faults, {result.wires_broken} connections broken on the wire.",
        f"Answers: {answers}.",
        *(f"  {name:<24}{count:>6}" for name, count in wrong.items()),
    ]
    if failed := next((row for row in result.rows if not row.is_clean), None):
        wanted = result.wanted
        lines += [*(f"  {sample}" for sample in failed.samples), f"Plan {failed.number} found something. Again:"]
        lines.append(
            f"  ./nyord torture --profile {wanted.profile} --seed {wanted.seed} --first {failed.number} --cycles 1 "
            f"--seconds-per-cycle {wanted.seconds_per_cycle:g} --final-within {wanted.final_seconds_max:g}"
        )
    elif not result.is_clean:
        lines += [f"  {sample}" for sample in result.samples]
    return "\n".join(lines)
