"""A held transaction is reported to the staff, who decide. The embedded bank clears nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from app.core import clock
from app.events.catalogue import FraudCheckRequired, FraudSuspected
from app.events.consumer import consumer
from app.events.outbox import record


@consumer(queue="banking.fraud", on=[FraudCheckRequired])
def suspect(session: Session, events: Sequence[FraudCheckRequired]) -> None:
    """Report every held transaction as `fraud.suspected`, for the reason that it was held (S159, S160)."""
    found_at = clock.now()
    record(session, *(_suspicion(event, found_at) for event in events))


def _suspicion(check: FraudCheckRequired, found_at: datetime) -> FraudSuspected:
    """The bank itself suspects, not the customer who caused the check."""
    return FraudSuspected(**{**msgspec.structs.asdict(check), "occurred_at": found_at, "actor_id": None})
