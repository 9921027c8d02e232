"""How long an answer takes at a fixed rate, and how soon after it the payer's socket says that the money has moved."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import uvloop
import websockets

from bench import rest
from bench.cells import EXPECTED_OF_ENGINE, Cell, measured
from bench.figures import percentile
from bench.load import CATCH_UP_SECONDS_MAX
from bench.open_loop import Asked, Seen, Transfers, offer
from bench.server import Customer, Server

CONNECTIONS: Final = 64
WATCHED: Final = 20  # more sockets would measure this client, which shares the machine, rather than the bank
WATCHED_SHARE: Final = 0.1
SETTLE_SECONDS_MAX: Final = 30


@dataclass
class Latencies:
    """What the clients saw, and the milliseconds from the answer to the socket; `missing` are those not pushed."""

    seen: Seen
    push_ms: list[float]
    missing: int


def latency_cell(
    server: Server, port: int, customers: Sequence[Customer], name: str, *, rate: int, seconds: int
) -> Cell:
    """Measure the open loop at one rate."""

    def run() -> Cell:
        before = rest.mark()
        found = latencies(port, customers, rate=rate, seconds=seconds)
        caught_up = rest.wait_until_at_rest(before, CATCH_UP_SECONDS_MAX)
        return {
            "accept_p50_ms": percentile(found.seen.accept_ms, 0.5),
            "accept_p99_ms": percentile(found.seen.accept_ms, 0.99),
            "socket_p50_ms": percentile(found.push_ms, 0.5),
            "socket_p99_ms": percentile(found.push_ms, 0.99),
            "pushes": len(found.push_ms),
            "others_caught_up_seconds": caught_up,
            "errors": found.seen.wrong(201) + found.missing,
        }

    return measured(server, name, run, ignore=EXPECTED_OF_ENGINE)


def latencies(port: int, customers: Sequence[Customer], *, rate: int, seconds: int) -> Latencies:
    """Send `rate` transfers a second for `seconds`, and return what the clients saw.

    The first few customers have a socket open; for their transfers the message on it is timed, too.
    """
    return uvloop.run(_run(port, customers, rate, seconds))


async def _run(port: int, customers: Sequence[Customer], rate: int, seconds: int) -> Latencies:
    pushed_at: dict[int, float] = {}
    sockets = [asyncio.create_task(_listen(port, customer, pushed_at)) for customer in customers[:WATCHED]]
    await asyncio.sleep(1)
    transfers = Transfers(customers, first_payee=WATCHED)

    def ask() -> Asked:
        is_watched = random.random() < WATCHED_SHARE
        return transfers.one(random.randrange(WATCHED) if is_watched else random.randrange(WATCHED, len(customers)))

    seen = await offer(port, ask, rate=rate, seconds=seconds, connections=CONNECTIONS)
    answered_at = {
        int(json.loads(kept.body)["transaction_id"]): kept.at for kept in seen.kept if kept.asked.who < WATCHED
    }
    until = time.perf_counter() + SETTLE_SECONDS_MAX
    while answered_at.keys() - pushed_at.keys() and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    for socket in sockets:
        socket.cancel()
    push_ms = [max(0.0, pushed_at[one] - at) * 1000 for one, at in answered_at.items() if one in pushed_at]
    return Latencies(seen, push_ms, len(answered_at) - len(push_ms))


async def _listen(port: int, customer: Customer, pushed_at: dict[int, float]) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/ws?token={customer.token}", compression=None) as socket:
        async for message in socket:
            now = time.perf_counter()
            told = json.loads(message)
            if told.get("type") == "transaction.success":
                pushed_at[told["transaction_id"]] = now
