"""`banking.transactions`: what customers asked for is settled here, in the order in which it was accepted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.config import get_settings
from app.events.catalogue import DepositRequested, MoneyFacts, TransferInitiated, WithdrawalRequested
from app.events.consumer import consumer
from app.transactions.settlement import settle_requested


@consumer(
    queue="banking.transactions",
    on=[TransferInitiated, DepositRequested, WithdrawalRequested],
    batch_max=get_settings().settle_batch_max,
    ordered=True,
    linger_seconds=0.005,
)
def settle(session: Session, events: Sequence[MoneyFacts]) -> None:
    """Settle a batch of requests. Twice is the same as once."""
    settle_requested(session, events)
