"""A notification: one sentence to one person about one thing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Notification(Base):
    """S39. Its id is the place of its event in the log, so the same event can't tell the same person twice (S167)."""

    __tablename__ = "notifications"

    # Person first: the one index finds a notification, keeps out its twin and pages through a person's list. Twelve
    # thousand rows a second come in here, and each further index would be felt.
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40))
    # The transaction, account or user that it speaks of, by the id of its kind.
    related_id: Mapped[int] = mapped_column(BigInteger)
    # What is said, in whichever language: the words are found when somebody reads it. JSON, but as text: nobody asks the
    # database what is in it, and a type that reads it again would be paid for with every row.
    sentence: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[str | None] = mapped_column(Text)
    # Rows from before there were sentences have their English words instead; in others they are empty.
    title: Mapped[str] = mapped_column(String(120), server_default="")
    message: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(
            "sentence IS NOT NULL AND facts IS NOT NULL OR title <> '' AND message <> ''",
            name="says_something",
        ),
    )
