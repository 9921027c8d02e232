"""Open loop while workers die: one of them is killed with -9 again and again, and the gateways must not show it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from typing import Final

import uvloop

from bench import rest
from bench.cells import Cell, measured
from bench.engines_bank import Bank
from bench.figures import percentile
from bench.open_loop import Seen, Transfers, offer
from bench.proof import Proof
from bench.server import Customer, Server

RATE: Final = 1_000  # transfers a second
CONNECTIONS: Final = 64
KILLS: Final = 4
REST_SECONDS_MAX: Final = 180


def killing_cell(server: Server, bank: Bank, customers: Sequence[Customer], seconds: int) -> Cell:
    """Measure accepting while a worker is killed every `seconds`, and prove every acknowledged transfer afterwards."""

    def run() -> Cell:
        since = rest.mark()
        seen, killed = uvloop.run(_run(bank, customers, seconds))
        final = rest.wait_until(lambda: rest.pending(since) == 0, REST_SECONDS_MAX)
        caught_up = final + rest.wait_until_at_rest(since, REST_SECONDS_MAX)
        return {
            "accept_p50_ms": percentile(seen.accept_ms, 0.5),
            "accept_p99_ms": percentile(seen.accept_ms, 0.99),
            "accept_max_ms": max(seen.accept_ms, default=0.0),
            "killed": killed,
            "statuses": dict(seen.statuses),
            "without_retry_after": seen.without_retry_after,
            "unanswered": seen.unanswered,
            "settled_after_seconds": final,
            "others_caught_up_seconds": caught_up,
            "errors": seen.wrong(201, 503),
            **Proof(customers).of(seen),
        }

    return measured(server, f"{RATE:,} a second, a worker killed every {seconds} s", run)


async def _run(bank: Bank, customers: Sequence[Customer], seconds: int) -> tuple[Seen, int]:
    transfers = Transfers(customers)
    killing = asyncio.create_task(_kill(bank, seconds))
    seen = await offer(
        bank.port,
        lambda: transfers.one(random.randrange(len(customers))),
        rate=RATE,
        seconds=seconds * KILLS,
        connections=CONNECTIONS,
    )
    return seen, await killing


async def _kill(bank: Bank, every_seconds: int) -> int:
    """Kill the worker that has run longest: it is the one that relays and settles, and the other takes over."""
    killed = 0
    for number in range(KILLS):
        await asyncio.sleep(every_seconds if number else every_seconds / 2)
        for worker in bank.parts("worker")[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
    return killed
