"""The audit trail and the event log on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from app.audit.models import AuditEntry
from app.audit.service import LoggedEvent


class AuditEntryOut(BaseModel):
    """One act, or one change of state."""

    id: int
    at: datetime
    action: str = Field(description="The topic of the event: `user.logged_in`, `account.updated`, …")
    actor_id: int | None = Field(description="Who did it; null is the bank itself.")
    actor_name: str | None
    subject_type: str
    subject_id: int
    subject_name: str | None = Field(description="The person it was about, or whose account; null for anything else.")
    data: dict[str, Any] = Field(description="The event's own facts. They hold no secrets.")

    @classmethod
    def of(cls, row: Row[AuditEntry, str | None, str | None]) -> AuditEntryOut:
        """Return the row as staff see it."""
        entry: AuditEntry = row.AuditEntry
        return cls(
            id=entry.id,
            at=entry.at,
            action=entry.action,
            actor_id=entry.actor_id,
            actor_name=row.actor_name,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            subject_name=row.subject_name,
            data=entry.data,
        )


class LoggedEventOut(BaseModel):
    """One event of the log. Amounts in `facts` are minor units, as in every event."""

    id: str = Field(description="Bundle and position: `17-3`.")
    topic: str
    version: int
    recorded_at: datetime
    trace: str | None = Field(description="The request that caused it.")
    facts: dict[str, Any]

    @classmethod
    def of(cls, event: LoggedEvent) -> LoggedEventOut:
        """Return the event as staff see it."""
        return cls(
            id=event.id,
            topic=event.topic,
            version=event.version,
            recorded_at=event.recorded_at,
            trace=event.trace,
            facts=event.facts,
        )
