"""Open loop: transfers arrive at a fixed rate, whatever the bank does, and are timed from the moment they were due.

A few customers have a socket open; for their transfers we also time from the answer to the message on the payer's socket.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from dataclasses import dataclass, field

import websockets

from bench.server import Customer

CONNECTIONS = 64
WATCHED = 20  # more sockets would measure this client, which shares the machine, rather than the bank
WATCHED_SHARE = 0.1
SETTLE_SECONDS_MAX = 30


@dataclass
class Latencies:
    """Milliseconds: of the answer (from when the request was due), and from the answer to the socket."""

    accept: list[float] = field(default_factory=list)
    push: list[float] = field(default_factory=list)
    errors: int = 0
    answered_at: dict[int, float] = field(default_factory=dict)
    pushed_at: dict[int, float] = field(default_factory=dict)


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values don't exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def latencies(port: int, customers: list[Customer], *, rate: int, seconds: int) -> Latencies:
    """Send `rate` transfers a second for `seconds`, and return what the clients saw."""
    return asyncio.run(_run(port, customers, rate, seconds))


async def _run(port: int, customers: list[Customer], rate: int, seconds: int) -> Latencies:
    found = Latencies()
    watched, others = customers[:WATCHED], customers[WATCHED:]
    sockets = [asyncio.create_task(_listen(port, customer, found)) for customer in watched]
    await asyncio.sleep(1)
    pool: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        pool.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    started = time.perf_counter()
    sending: set[asyncio.Task[None]] = set()
    for number in range(rate * seconds):
        due = started + number / rate
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        payer = random.choice(watched if random.random() < WATCHED_SHARE else others)
        payee = random.choice([one for one in random.sample(others, 2) if one is not payer])
        task = asyncio.create_task(_send(pool, payer, payee, due, found))
        sending.add(task)
        task.add_done_callback(sending.discard)
    await asyncio.gather(*sending)
    await _wait_for_pushes(found)
    for socket in sockets:
        socket.cancel()
    found.push = [
        max(0.0, found.pushed_at[one] - found.answered_at[one]) * 1000
        for one in found.answered_at
        if one in found.pushed_at
    ]
    return found


async def _send(
    pool: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]],
    payer: Customer,
    payee: Customer,
    due: float,
    found: Latencies,
) -> None:
    body = json.dumps(
        {
            "src_account": payer.account_id,
            "dest_account": payee.account_id,
            "amount": 1,
            "idempotency_key": secrets.token_hex(8),
        }
    )
    head = (
        "POST /transactions/initiate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {payer.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await pool.get()
    try:
        writer.write((head + body).encode())
        headers = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(headers.split("content-length: ", 1)[1].split("\r\n", 1)[0])
        answer = json.loads(await reader.readexactly(length))
    finally:
        pool.put_nowait((reader, writer))
    now = time.perf_counter()
    found.accept.append((now - due) * 1000)
    if " 201 " not in headers.split("\r\n", 1)[0]:
        found.errors += 1
    elif payer.watched:
        found.answered_at[answer["transaction_id"]] = now


async def _listen(port: int, customer: Customer, found: Latencies) -> None:
    customer.watched = True
    async with websockets.connect(f"ws://127.0.0.1:{port}/ws?token={customer.token}", compression=None) as socket:
        async for message in socket:
            now = time.perf_counter()
            told = json.loads(message)
            if told.get("type") == "transaction.success":
                found.pushed_at[told["transaction_id"]] = now


async def _wait_for_pushes(found: Latencies) -> None:
    until = time.perf_counter() + SETTLE_SECONDS_MAX
    while found.answered_at.keys() - found.pushed_at.keys() and time.perf_counter() < until:
        await asyncio.sleep(0.05)
