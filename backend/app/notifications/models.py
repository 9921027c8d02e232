"""A notification: one sentence to one person about one thing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Notification(Base):
    """S39. Type, related thing and time make it unique for a person: an event delivered twice writes it once (S167)."""

    __tablename__ = "notifications"

    # Person first: one index finds a notification and pages through a person's list. Twelve thousand rows a second
    # come in here, and each index that they don't need is felt.
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    # The transaction, account or user that it speaks of, by the id of its kind.
    related_id: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(120))
    message: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (UniqueConstraint("user_id", "type", "related_id", "created_at"),)
