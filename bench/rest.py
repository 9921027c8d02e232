"""When a bank has come to rest: nothing pending, nothing on its way, every consumer has seen every event."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from app.database import unit_of_work
from app.torture.audit import on_its_way, unsealed
from sqlalchemy import text

_LOOK_EVERY_SECONDS: Final = 0.05
_LOOK_AT_ALL_EVERY_SECONDS: Final = 0.25  # every queue of every bundle is a look that the bank feels
_START_SECONDS_MAX: Final = 90
_SEALED_SECONDS_MAX: Final = 180
_MARK = text("SELECT (SELECT coalesce(max(id), 0) FROM transactions), (SELECT coalesce(max(id), 0) FROM outbox)")
_COUNTS = text(
    "SELECT count(*) FILTER (WHERE status = 'PENDING'), count(*) FILTER (WHERE status = 'SUCCESS')"
    " FROM transactions WHERE id > :after"
)
_RELAYS = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'nyord-relay'")


class Mark(NamedTuple):
    """Where the books stood at some moment: the last transaction and the last bundle of events."""

    transaction: int
    bundle: int


def mark() -> Mark:
    """Return where the books stand now: what a load does is what comes after."""
    with unit_of_work() as session:
        return Mark(*session.execute(_MARK).one())


def pending(since: Mark) -> int:
    """Return how many transfers since then have no outcome yet."""
    with unit_of_work() as session:
        return int(session.execute(_COUNTS, {"after": since.transaction}).one()[0])


def succeeded(since: Mark) -> int:
    """Return how many transfers since then are SUCCESS."""
    with unit_of_work() as session:
        return int(session.execute(_COUNTS, {"after": since.transaction}).one()[1])


def is_at_rest(since: Mark) -> bool:
    """Return whether every consumer has seen every event since then."""
    with unit_of_work() as session:
        return on_its_way(session, since.bundle) == 0


def wait_until_taken(workers_min: int) -> None:
    """Wait until so many workers have come up, which takes seconds, and everything recorded so far is consumed.

    Raises:
        TimeoutError: they don't come up, or it isn't.
    """

    def has_come_up() -> bool:
        with unit_of_work() as session:
            return int(session.execute(_RELAYS).scalar_one()) >= workers_min

    wait_until(has_come_up, _START_SECONDS_MAX)
    wait_until_at_rest(Mark(0, 0), _START_SECONDS_MAX)


def wait_until_sealed() -> None:
    """Wait until every movement is chained: a million that the engine's cells leave behind are half a minute's work.

    Raises:
        TimeoutError: it took longer than three minutes.
    """

    def is_sealed() -> bool:
        with unit_of_work() as session:
            return unsealed(session) == 0

    wait_until(is_sealed, _SEALED_SECONDS_MAX, every_seconds=_LOOK_AT_ALL_EVERY_SECONDS)


def wait_until_at_rest(since: Mark, seconds: float) -> float:
    """Wait until every consumer has seen every event since then, and return how many seconds that took.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    return wait_until(lambda: is_at_rest(since), seconds, every_seconds=_LOOK_AT_ALL_EVERY_SECONDS)


def wait_until(condition: Callable[[], bool], seconds: float, *, every_seconds: float = _LOOK_EVERY_SECONDS) -> float:
    """Wait for a condition, and return how many seconds that took.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > seconds:
            raise TimeoutError(f"The bank didn't come to rest within {seconds:.0f} seconds.")
        time.sleep(every_seconds)
    return time.perf_counter() - started
