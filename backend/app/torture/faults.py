"""Breaking a world as a plan says, and bringing back what the bank can't bring back by itself (its engines)."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import psycopg

from app.broker.relay import RELAY_LOCK
from app.config import get_settings
from app.engines import control
from app.engines.folder import Room
from app.torture import processes
from app.torture.plan import ENGINES, Fault, Plan
from app.torture.world import World

_DOWN_SECONDS: Final = 0.5  # how long an engine stays away before its operator starts it again

# A lock's number is told in two halves.
_HOLDER = """
SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND (l.classid::bigint << 32) + l.objid::bigint = %s
"""


class Faults:
    """Does what plans say, and counts it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._in_force: list[str] = []
        self.done: Counter[str] = Counter()

    async def carry_out(self, plan: Plan, seconds: float) -> None:
        """Return when every fault of the plan has happened and is over, and what was taken away is back."""
        async with asyncio.TaskGroup() as group:
            for fault in plan.faults:
                group.create_task(self._after(fault.at * seconds, fault))

    def failed_on_purpose(self) -> Counter[str]:
        """Return how often each fail point did something, as the processes wrote it down."""
        record = self._world.rules.with_name(self._world.rules.name + ".done")
        lines = record.read_text().splitlines() if record.exists() else []
        return Counter(" ".join(line.split()[:2]) for line in lines)

    async def _after(self, delay_seconds: float, fault: Fault) -> None:
        await asyncio.sleep(delay_seconds)
        match fault.kind:
            case "kill":
                await self._kill(fault.target)
            case "freeze":
                await self._freeze(fault.target, fault.seconds)
            case "wire":
                await self._world.wires[fault.target].misbehave(fault.how, fault.seconds)
            case "failpoint":
                await self._let_fail(fault.target, fault.seconds)
        self.done[f"{fault.kind} {fault.target} {fault.how}".strip()] += 1

    async def _kill(self, target: str) -> None:
        world = self._world
        if target == "bank":
            processes.send([world.supervisor], signal.SIGKILL)
            await world.start_bank()
        elif self._is_engine(target):
            await asyncio.to_thread(control.kill, world.engines_folder, target)
            await asyncio.sleep(_DOWN_SECONDS)
            await asyncio.to_thread(control.start, world.engines_folder, target)
        else:
            await self._with(target, lambda pid: processes.send([pid], signal.SIGKILL))

    async def _freeze(self, target: str, seconds: float) -> None:
        frozen: list[int] = []
        if self._is_engine(target):
            state = await asyncio.to_thread(Room(self._world.engines_folder, target).state)
            frozen = [pid for record in state.processes for pid in processes.descendants(record.pid)]
        else:
            await self._with(target, lambda pid: frozen.extend(processes.descendants(pid)))
        processes.send(frozen, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            processes.send(frozen, signal.SIGCONT)

    async def _let_fail(self, rule: str, seconds: float) -> None:
        self._in_force.append(rule)
        self._write_rules()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._in_force.remove(rule)
            self._write_rules()

    def _write_rules(self) -> None:
        draft = self._world.rules.with_suffix(".new")
        draft.write_text(",".join(self._in_force))
        draft.replace(self._world.rules)

    def _is_engine(self, target: str) -> bool:
        return self._world.profile == ENGINES and target in control.ENGINES

    async def _with(self, target: str, act: Callable[[int], None]) -> None:
        """Do something to a part of the bank; one that is just being started again is waited for."""
        while True:
            found = processes.parts(self._world.supervisor)
            if target == "relay":
                found["relay"] = await asyncio.to_thread(self._relay, found["worker"])
            if found[target]:
                act(found[target][self.done.total() % len(found[target])])
                return
            await asyncio.sleep(0.1)

    def _relay(self, workers: list[int]) -> list[int]:
        """Return the worker whose relay has its turn, or any if nobody has it now."""
        with (
            suppress(psycopg.Error),
            psycopg.connect(get_settings().libpq_url, autocommit=True, connect_timeout=3) as database,
        ):
            row = database.execute(_HOLDER, (RELAY_LOCK,)).fetchone()
            port = self._world.wires["postgres"].client_port(row[0]) if row else None
            holder = processes.owner_of(port, workers) if port else None
            return [holder] if holder else workers
        return workers
