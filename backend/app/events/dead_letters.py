"""Burying what can't be handled: a row that staff see, and the alarm that tells them (S148)."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from app.core import clock
from app.events.catalogue import WorkerFailed
from app.events.models import DeadLetter
from app.events.outbox import record

log = structlog.get_logger("events")


def bury(session: Session, letter: DeadLetter) -> None:
    """Write a dead letter and record the alarm, in the session's transaction."""
    session.add(letter)
    session.flush()
    failed = WorkerFailed(occurred_at=clock.now(), queue=letter.queue, dead_letter_id=letter.id, error=letter.error)
    if letter.topic != WorkerFailed.topic:  # a failure to report failures must not report itself for ever
        record(session, failed)
    log.error(
        "event became a dead letter", queue=letter.queue, topic=letter.topic, dead_letter_id=letter.id, error=letter.error,
        event_id=None if letter.outbox_id is None else f"{letter.outbox_id}-{letter.position}",
    )  # fmt: skip
