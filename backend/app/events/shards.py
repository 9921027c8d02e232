"""Splitting an ordered queue: several queues, bound alike, each of which handles the events of its share of the accounts.

Every bundle goes to every one of them, and each handles its own events and passes over the others'; so an account's events
stay in one line (S136). How many ways a bundle is split is written down in PostgreSQL, from which bundle on: workers that were
started with different numbers agree about every single event, and none is handled twice or by nobody.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.errors import BankError
from app.database import driver_connection
from app.events.models import ShardPlan

# The account in whose line an event stands.
ShardKey = Callable[[Any], int]

SHARDS_MAX = 64
_PLAN_LOCK = 7811887809
RELAY_LOCK = 7811887806  # one relay at a time (see `relay`)
_HANDLING = f"SELECT pg_advisory_xact_lock_shared({_PLAN_LOCK})"
_PLAN = "SELECT first_bundle, shards FROM shard_plans ORDER BY first_bundle"
# The relay's too: what was relayed before us to fewer queues has a lower number than the first bundle of the new plan.
_CHANGING = text(f"SELECT pg_advisory_xact_lock({_PLAN_LOCK}), pg_advisory_xact_lock({RELAY_LOCK})")
_NEXT_BUNDLE = text("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'id')::regclass), 0) + 1")


class ShardsMissing(BankError):
    """This worker was told of fewer shards than the bank's events are split into."""

    code = "shards_missing"

    def __init__(self, wanted: int, needed: int) -> None:
        super().__init__(
            f"TRANSACTION_SHARDS is {wanted}, but the bank's transfers are split {needed} ways: set it to {needed} or more."
        )


class Shard(NamedTuple):
    """Which share of a queue's events a consumer handles: number `number` (from 0) of `total`."""

    number: int
    total: int
    key: ShardKey


class Plan(NamedTuple):
    """How many ways bundles are split, from which one on. Before the first: one."""

    firsts: tuple[int, ...]
    counts: tuple[int, ...]

    def count_of(self, outbox_id: int) -> int:
        """Return how many ways the events of a bundle are split."""
        place = bisect_right(self.firsts, outbox_id)
        return self.counts[place - 1] if place else 1


def queue_name(queue: str, number: int) -> str:
    """Return the name of a shard's queue: the first one keeps the specified name."""
    return f"{queue}.{number}" if number else queue


def number_of(account: int, count: int) -> int:
    """Return the number of the shard in which an account's events stand: the same in every process, for ever."""
    return zlib.crc32(b"%d" % account) % count


def plan_for_handling(session: Session) -> Plan:
    """Return the plan, which doesn't change until the session's transaction ends."""
    driver_connection(session).execute(_HANDLING, prepare=True)
    return _plan(session)  # a statement of its own: it sees what whoever changed the plan before us has committed


def mine(plan: Plan, shard: Shard, outbox_id: int, events: list[Any]) -> list[Any]:
    """Return those events of a bundle that this shard handles."""
    count = plan.count_of(outbox_id)
    if count == 1:
        return events if shard.number == 0 else []
    return [event for event in events if number_of(shard.key(event), count) == shard.number]


def adopt(session: Session, shard: Shard) -> None:
    """Split what is recorded from now on at least as many ways as this worker was told. Every queue must exist already.

    Raises:
        ShardsMissing: it is split more ways already. The number can grow; queues that nobody consumes would keep transfers.
    """
    if _current(session) == shard.total:
        return
    session.execute(_CHANGING)
    current = _current(session)
    if shard.total < current:
        raise ShardsMissing(shard.total, current)
    if shard.total > current:
        session.add(ShardPlan(first_bundle=session.scalars(_NEXT_BUNDLE).one(), shards=shard.total))
        session.flush()


def _current(session: Session) -> int:
    counts = _plan(session).counts
    return counts[-1] if counts else 1


def _plan(session: Session) -> Plan:
    rows: list[Any] = driver_connection(session).execute(_PLAN, prepare=True).fetchall()
    return Plan(tuple(first for first, _ in rows), tuple(count for _, count in rows))
