"""The settlement engine alone: batches committed one after the other by one connection."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from app.database import unit_of_work
from app.ledger.decide import Group, Leg
from app.ledger.engine import settle

from bench.server import Customer

HOT_SHARE = 0.8


def engine_rate(
    customers: Sequence[Customer], *, batch: int, hot: bool, seconds: float, first_group: int
) -> tuple[float, int]:
    """Return settled transfers a second and how many there were.

    `hot`: 80 % of the transfers leave one account. `first_group` must be above every group id used before.
    """
    chance = random.Random(batch)
    ids = [customer.ledger_account_id for customer in customers]
    group = first_group
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        groups = []
        for _ in range(batch):
            debit, credit = chance.sample(ids, 2)
            if hot and chance.random() < HOT_SHARE:
                debit, credit = ids[0], credit if credit != ids[0] else debit
            groups.append(Group(group, (Leg(debit, credit, 100, "INR", "transfer"),)))
            group += 1
        with unit_of_work() as session:
            outcomes = settle(session, groups)
        assert all(outcome.refusal is None for outcome in outcomes)
    return (group - first_group) / (time.perf_counter() - started), group - first_group
