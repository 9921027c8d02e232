"""The event log and its bookkeeping: outbox (kept, append-only), what is unsent, deliveries, inbox, dead letters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class OutboxBundle(Base):
    """The events of one topic of one commit. Never updated or deleted (a trigger refuses): this is the event log."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(SmallInteger)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    # The request or task that caused it, so that a trace can be followed across the queue.
    trace: Mapped[str | None] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(Integer)
    # A JSON array of `count` events. Text, not jsonb: it is written once per commit and parsed by its readers.
    payload: Mapped[str] = mapped_column(Text)

    # The bank's own troubles are looked up by topic; they are few, so this index costs the other events nothing.
    __table_args__ = (Index("ix_outbox_system", "topic", "id", postgresql_where=text("topic LIKE 'system.%'")),)


class Unsent(Base):
    """A bundle that the relay hasn't handed to the bus yet. Filled by a trigger on the outbox, emptied by the relay.

    A table of its own, so that the log itself is never updated. Ids become visible out of commit order; a relay that
    deletes what it takes can't skip a late one, as one that reads "id > last seen" would.
    """

    __tablename__ = "outbox_unsent"

    outbox_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Delivery(Base):
    """Events `lo` up to `hi` of one bundle, waiting in one queue. The embedded bus is this table."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    queue: Mapped[str] = mapped_column(String(60))
    outbox_id: Mapped[int] = mapped_column(BigInteger)
    lo: Mapped[int] = mapped_column(Integer)
    hi: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    # When it may be tried (again): now, or later after a failure.
    available_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())

    # In the order of recording, which a split or a replay doesn't change.
    __table_args__ = (Index("ix_deliveries_queue_place", "queue", "outbox_id", "lo"),)


class InboxEntry(Base):
    """This queue's consumer has handled these events: written in the same commit as its effects, so twice is once."""

    __tablename__ = "inbox"

    queue: Mapped[str] = mapped_column(String(60), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    lo: Mapped[int] = mapped_column(Integer, primary_key=True)
    hi: Mapped[int] = mapped_column(Integer)
    handled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())


class ShardPlan(Base):
    """From this bundle on, the events of sharded queues are split so many ways (see `shards`). No row: one."""

    __tablename__ = "shard_plans"

    first_bundle: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    shards: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (CheckConstraint("shards > 0", name="at_least_one"),)


class DeadLetter(Base):
    """One event that its consumer could not handle after every retry. Staff replay it or give it up with a reason.

    Or a message that a foreign program published and the bank didn't believe: then there is no bundle, but its text.
    """

    __tablename__ = "dead_letters"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    queue: Mapped[str] = mapped_column(String(60))
    outbox_id: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int | None] = mapped_column(Integer)
    message: Mapped[str | None] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(80))
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer)
    # waiting: nobody has decided; replayed: it is back in its queue; given_up: somebody said why it never will be.
    status: Mapped[str] = mapped_column(String(10), server_default="waiting")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decision_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_dead_letters_status_id", "status", "id"),
        CheckConstraint("(outbox_id IS NULL) = (position IS NULL)", name="bundle_and_position"),
        CheckConstraint("(outbox_id IS NULL) <> (message IS NULL)", name="bundle_or_message"),
    )
