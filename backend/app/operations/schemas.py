"""Dead letters, queues and health on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.edge.wire import ONE_LINE, Strict
from app.operations.bounds import REASON_CHARACTERS_MAX, REASON_CHARACTERS_MIN
from app.operations.dead_letters import Letter
from app.operations.queues import QueueHealth

LetterStatus = Literal["waiting", "replayed", "given_up"]


class DeadLetterOut(BaseModel):
    """An event that could not be handled, why, and what was decided."""

    id: int
    queue: str
    topic: str
    event_id: str | None = Field(
        description="Bundle and position in the event log; null for a message that a foreign program published."
    )
    event: dict[str, Any] | None = Field(
        description="The event's facts, secrets masked; null if its text can't be read."
    )
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
            event_id=None if row.outbox_id is None else f"{row.outbox_id}-{row.position}",
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

    reason: Annotated[
        str, StringConstraints(min_length=REASON_CHARACTERS_MIN, max_length=REASON_CHARACTERS_MAX), ONE_LINE
    ]


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
    broker_answers: bool = Field(
        description="False: RabbitMQ can't be asked now, and what waits there is missing from these numbers."
    )


class ReadinessOut(BaseModel):
    """`ok`: everything answers; `degraded`: requests are served, and something that waits for an engine comes later."""

    status: Literal["ok", "degraded"]
    dependencies: dict[str, Literal["up", "away"]] = Field(description="PostgreSQL, and the engines that are set.")

    @classmethod
    def of(cls, states: Mapping[str, bool]) -> ReadinessOut:
        """Return what a stranger may know: which kinds of engine answer, and nothing of where they are."""
        return cls(
            status="ok" if all(states.values()) else "degraded",
            dependencies={name: "up" if is_up else "away" for name, is_up in states.items()},
        )


class HealthOut(BaseModel):
    """`ok`: this process does what was asked about."""

    status: Literal["ok"] = "ok"
