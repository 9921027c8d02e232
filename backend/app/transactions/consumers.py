"""`banking.transactions`: what customers asked for is settled here, in the order in which it was accepted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.config import get_settings
from app.events.catalogue import DepositRequested, MoneyFacts, TransferInitiated, WithdrawalRequested
from app.events.consumer import consumer
from app.transactions.foreign import is_known
from app.transactions.settlement import settle_requested

QUEUE = "banking.transactions"


def line_of(request: MoneyFacts) -> int:
    """Return the account in whose line a request stands: where the money comes from, or where cash is paid in."""
    account = request.src_account if request.src_account is not None else request.dest_account
    assert account is not None
    return account


@consumer(
    queue=QUEUE,
    on=[TransferInitiated, DepositRequested, WithdrawalRequested],
    batch_max=get_settings().settle_batch_max,
    ordered=True,
    linger_seconds=0.01,
    recognise=is_known,
    shards=get_settings().transaction_shards,
    shard_by=line_of,
)
def settle(session: Session, events: Sequence[MoneyFacts]) -> None:
    """Settle a batch of requests. Twice is the same as once."""
    settle_requested(session, events)


def is_settled_from(queue: str) -> bool:
    """Return whether requests wait in this queue to be settled: it is the room's, or one of its shards."""
    return queue == QUEUE or queue.startswith(f"{QUEUE}.")
