"""Notifications on the wire."""

from __future__ import annotations

from datetime import datetime

import msgspec
from pydantic import BaseModel, Field

from app.notifications.models import Notification
from app.notifications.sentences import Facts, say

_decode = msgspec.json.Decoder(Facts).decode
# A worker of a newer program may tell what this one has no words for, while the two are exchanged.
_NEWER = "News", "There is news that this version of Nyord can't put into words yet. Look again in a few minutes."


class NotificationOut(BaseModel):
    """One sentence to the user. The same object comes by socket as `data` of a `notification` message (S98)."""

    id: int = Field(description="The same for everybody whom one event told.")
    title: str
    message: str
    sentence: str | None = Field(
        description="Which sentence it is, for a program that says it in another language; stable. Null: an old one."
    )
    facts: Facts | None = Field(
        description="What the sentence tells, to fill it with; amounts are minor units and a currency."
    )
    type: str = Field(description="What happened, for a program: `transfer.received`, `kyc.approved`, …")
    related_id: int = Field(description="The transaction, account or user that it speaks of.")
    created_at: datetime
    read: bool

    @classmethod
    def of(cls, row: Notification) -> NotificationOut:
        """Return the row as its owner sees it."""
        facts = None if row.facts is None else _decode(row.facts)
        title, message = _words(row, facts)
        return cls(
            id=row.id,
            title=title,
            message=message,
            sentence=row.sentence,
            facts=facts,
            type=row.type,
            related_id=row.related_id,
            created_at=row.created_at,
            read=row.read_at is not None,
        )


def _words(row: Notification, facts: Facts | None) -> tuple[str, str]:
    """Return the title and the message in English."""
    if row.sentence is None or facts is None:
        return row.title, row.message
    try:
        return say(row.sentence, facts)
    except KeyError:
        return _NEWER


class StatsOut(BaseModel):
    """For the badge on the bell."""

    unread: int
    total: int


class MarkedOut(BaseModel):
    """How many notifications were unread before and are read now."""

    marked: int
