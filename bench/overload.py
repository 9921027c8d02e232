"""Ten times more than the bank settles, for a minute: bounded memory, only answers that say when to come again, no loss.

Most of it comes in bulks of a hundred, because no client of this machine can send as many single requests: what a gateway
can't take on it refuses as a whole (503). Beside that a few customers send one transfer after the other, faster than any
one person may (429).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

import uvloop

from bench import rest
from bench.cells import Cell, measured
from bench.engines_bank import Bank, Engines
from bench.figures import percentile
from bench.memory import Sampler, family_megabytes, megabytes, told
from bench.open_loop import Seen, Transfers, offer
from bench.proof import Proof
from bench.server import Customer

TIMES: Final = 10
BULK: Final = 100
GREEDY: Final = 20  # customers who send alone
GREEDY_RATE: Final = 500  # transfers a second, all of them together: 25 each, where 10 are allowed
CONNECTIONS: Final = 256  # of the bulks, and as many of the single ones
DRAIN_SECONDS_MAX: Final = 600


def overload_cell(
    engines: Engines, bank: Bank, customers: Sequence[Customer], *, settled_per_second: float, seconds: int
) -> Cell:
    """Offer ten times `settled_per_second` for `seconds`, wait until nothing is left, and prove what was acknowledged."""

    def run() -> Cell:
        since = rest.mark()
        started = time.perf_counter()
        with Sampler(_groups(engines, bank)) as memory:
            greedy, crowd = uvloop.run(_offer(bank, customers, TIMES * settled_per_second, seconds))
            looks = len(next(iter(memory.samples.values())))
            offered_for = time.perf_counter() - started
            final = rest.wait_until(lambda: rest.pending(since) == 0, DRAIN_SECONDS_MAX)
            settled = rest.succeeded(since)
            drained = final + rest.wait_until_at_rest(since, DRAIN_SECONDS_MAX)
        sent = sum(greedy.statuses.values()) + BULK * sum(crowd.statuses.values())
        return {
            "offered_per_second": sent / seconds,
            "times_settled": sent / seconds / settled_per_second,
            "not_sent": greedy.not_sent + BULK * crowd.not_sent,
            "per_second": settled / (offered_for + final),
            "statuses": dict(greedy.statuses + crowd.statuses),
            "without_retry_after": greedy.without_retry_after + crowd.without_retry_after,
            "unanswered": greedy.unanswered + crowd.unanswered,
            "accept_p50_ms": percentile(crowd.accept_ms, 0.5),
            "accept_p99_ms": percentile(crowd.accept_ms, 0.99),
            "settled_after_seconds": final,
            "drained_after_seconds": drained,
            **told(memory.samples, looks),
            "errors": greedy.wrong(201, 429, 503) + crowd.wrong(200, 429, 503),
            **Proof(customers).of(greedy, crowd),
        }

    return measured(engines.server, f"overload, {TIMES} times what is settled, {seconds} s", run)


async def _offer(bank: Bank, customers: Sequence[Customer], rate: float, seconds: int) -> tuple[Seen, Seen]:
    transfers = Transfers(customers)
    bulks = max(1.0, (rate - GREEDY_RATE) / BULK)
    return await asyncio.gather(
        offer(
            bank.port, lambda: transfers.one(random.randrange(GREEDY)), rate=GREEDY_RATE, seconds=seconds,
            connections=CONNECTIONS, waits=False,
        ),
        offer(
            bank.port, lambda: transfers.many(random.randrange(GREEDY, len(customers)), BULK), rate=bulks,
            seconds=seconds, connections=CONNECTIONS, waits=False,
        ),
    )  # fmt: skip


def _groups(engines: Engines, bank: Bank) -> dict[str, Callable[[], float]]:
    """Return what is looked at: the whole bank, the largest of its gateways and of its workers, and RabbitMQ."""

    def largest(part: str) -> Callable[[], float]:
        return lambda: max((megabytes([pid]) for pid in bank.parts(part)), default=0.0)

    return {
        "bank": lambda: family_megabytes(bank.supervisor),
        "gateway": largest("gateway"),
        "worker": largest("worker"),
        "rabbitmq": lambda: engines.megabytes("rabbitmq"),
    }
