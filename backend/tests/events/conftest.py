"""Queues of the tests' own, and a table of effects, to see what a consumer did and how often."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock
from app.database import unit_of_work
from app.events import consumer as declarations
from app.events.catalogue import UserRegistered
from app.events.consumer import Consumer, consumer, consumers
from app.events.outbox import record
from app.events.relay import relay_once

Handler = Callable[[Session, Sequence[UserRegistered]], None]


def happened(number: int) -> UserRegistered:
    """Return a fact with a number."""
    return UserRegistered(occurred_at=clock.now(), user_id=number, username=f"user{number}", role="customer")


def commit(*numbers: int) -> None:
    """Record facts with these numbers in one commit: one bundle."""
    with unit_of_work() as session:
        record(session, *(happened(number) for number in numbers))


def relay() -> None:
    """Hand everything recorded to the queues."""
    while True:
        with unit_of_work() as session:
            if relay_once(session).bundles == 0:
                return


def count(table: str) -> int:
    """Return how many rows a table has."""
    with unit_of_work() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def make_due() -> None:
    """Let the time pass until everything that was put off may be tried again."""
    with unit_of_work() as session:
        session.execute(text("UPDATE deliveries SET available_at = clock_timestamp()"))


class Effects:
    """What the consumers of a test wrote, in order."""

    @staticmethod
    def add(session: Session, numbers: Sequence[int]) -> None:
        """Write what was handled, in the consumer's transaction."""
        session.execute(
            text("INSERT INTO effects (number) VALUES (:number)"), [{"number": number} for number in numbers]
        )

    @property
    def seen(self) -> list[int]:
        """Everything that was committed."""
        with unit_of_work() as session:
            return list(session.scalars(text("SELECT number FROM effects ORDER BY id")))


@pytest.fixture
def effects(database: str) -> Iterator[Effects]:
    """An empty table of effects."""
    with unit_of_work() as session:
        session.execute(text("CREATE TABLE effects (id bigserial PRIMARY KEY, number int NOT NULL)"))
    yield Effects()
    with unit_of_work() as session:
        session.execute(text("DROP TABLE effects"))


@pytest.fixture
def declare(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Consumer]:
    """Declare the one consumer of this test's bank."""
    monkeypatch.setattr(declarations, "_registry", {})

    def make(handler: Handler, *, queue: str = "test.queue", **more: bool | int) -> Consumer:
        consumer(queue=queue, on=[UserRegistered], **more)(handler)  # type: ignore[arg-type]
        return consumers()[queue]

    return make


@pytest.fixture
def queue(declare: Callable[..., Consumer], effects: Effects) -> Consumer:
    """A queue whose consumer writes every number that it gets."""
    return declare(lambda session, events: effects.add(session, [event.user_id for event in events]))
