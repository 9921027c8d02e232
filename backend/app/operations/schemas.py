"""Dead letters, queues and health on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.edge.wire import Strict
from app.operations.dead_letters import Letter
from app.operations.queues import QueueHealth

LetterStatus = Literal["waiting", "replayed", "given_up"]


class DeadLetterOut(BaseModel):
    """An event that could not be handled, why, and what was decided."""

    id: int
    queue: str
    topic: str
    event_id: str = Field(description="Bundle and position in the event log.")
    event: dict[str, Any] | None = Field(description="The event's facts; null if its text can't be read.")
    error: str
    attempts: int
    status: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    decision_reason: str | None

    @classmethod
    def of(cls, letter: Letter) -> DeadLetterOut:
        """Return the letter as staff see it."""
        row = letter.row
        return cls(
            id=row.id,
            queue=row.queue,
            topic=row.topic,
            event_id=f"{row.outbox_id}-{row.position}",
            event=letter.event,
            error=row.error,
            attempts=row.attempts,
            status=row.status,
            created_at=row.created_at,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            decision_reason=row.decision_reason,
        )


class GiveUpRequest(Strict):
    """Why this event will never be handled."""

    reason: Annotated[str, StringConstraints(min_length=3, max_length=300)]


class QueueOut(BaseModel):
    """One queue."""

    queue: str
    waiting: int
    retrying: int = Field(description="Those of the waiting that failed before and are tried again later.")
    oldest_seconds: int = Field(description="How long the first in line has been waiting.")

    @classmethod
    def of(cls, health: QueueHealth) -> QueueOut:
        """Return the queue as staff see it."""
        return cls(
            queue=health.queue, waiting=health.waiting, retrying=health.retrying, oldest_seconds=health.oldest_seconds
        )


class QueuesOut(BaseModel):
    """Every queue, and what hasn't reached them yet."""

    queues: list[QueueOut]
    unsent_bundles: int


class HealthOut(BaseModel):
    """`ok`: this process does what was asked about."""

    status: Literal["ok"] = "ok"
