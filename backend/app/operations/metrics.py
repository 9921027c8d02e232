"""The bank's own figures, as Prometheus reads them: asked of PostgreSQL when somebody looks, so that nobody has to count.

They are the same whichever gateway answers. What a process counts of itself is in `telemetry.figures`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
import structlog
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import get_settings
from app.core import clock
from app.database import new_session
from app.events.catalogue import BooksVerified
from app.operations import dependencies, queues
from app.operations.clocks import ahead_seconds
from app.realtime.service import SEEN_WITHIN_SECONDS
from app.telemetry import exposition

log = structlog.get_logger("operations")

# A scrape that takes longer would come too late, and would load a database that is in trouble.
_IN_TIME = text("SET LOCAL statement_timeout = '2s'")
# In the order of recording, so the first is the oldest: one look into an index each.
_UNSENT = text(
    """
    SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - (
        SELECT o.recorded_at FROM outbox_unsent u JOIN outbox o ON o.id = u.outbox_id ORDER BY u.outbox_id LIMIT 1)), 0)::float
    FROM outbox_unsent
    """
)
_DEAD_LETTERS = text("SELECT queue, count(*) FROM dead_letters WHERE status = 'waiting' GROUP BY queue ORDER BY queue")
_CONNECTED = text(
    "SELECT count(DISTINCT user_id) FROM connected_users WHERE seen_at > clock_timestamp() - make_interval(secs => :seconds)"
)
# Not those that waited for a review: people decided how long that took. Nor those of long ago: in a quiet bank, one trouble
# would be among the last thousand for days.
_SETTLED = text(
    """
    SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - created_at)::float)
    FROM (SELECT settled_at, created_at FROM transactions WHERE settled_at IS NOT NULL AND held_at IS NULL
        ORDER BY id DESC LIMIT 1000) latest
    WHERE settled_at > clock_timestamp() - interval '10 minutes'
    """
)
_LAST_PROOF = text("SELECT payload FROM outbox WHERE topic = :topic AND topic LIKE 'system.%' ORDER BY id DESC LIMIT 1")


def text_of_all(*, sockets: int, accept_oldest_seconds: float) -> bytes:
    """Return everything that `/metrics` answers at this gateway: so many sockets are open, so long a transfer waits in it.

    With PostgreSQL away it is what this process knows by itself, and `nyord_dependency_up` says so.
    """
    return exposition.text([*_own(sockets, accept_oldest_seconds), *_of_the_bank()])


def _own(sockets: int, accept_oldest_seconds: float) -> Iterator[Metric]:
    yield _gauge("nyord_sockets", "Sockets that are open at this gateway.", sockets)
    waited = "How long the first transfer that this gateway hasn't answered yet has waited; 0: none waits."
    yield _gauge("nyord_accept_oldest_seconds", waited, accept_oldest_seconds)
    settings = get_settings()
    yield _gauge("nyord_queue_limit_events", "QUEUE_LENGTH_MAX.", settings.queue_length_max)
    yield _gauge("nyord_queue_limit_seconds", "QUEUE_AGE_SECONDS_MAX.", settings.queue_age_seconds_max)
    states = ((name, float(is_up)) for name, is_up in dependencies.states().items())
    yield _labelled("nyord_dependency_up", "1: it answers; 0: it doesn't.", "dependency", states)
    if settings.nyord_data:
        free = shutil.disk_usage(settings.nyord_data).free
        yield _gauge("nyord_disk_free_bytes", "Room left where the bank's data folder is.", free)


def _of_the_bank() -> list[Metric]:
    if not dependencies.states()["database"]:
        return []
    messages = queues.on_broker()
    try:
        with new_session() as session:
            session.execute(_IN_TIME)
            return [
                _clock(session),
                *_queues(session, messages),
                *_outbox(session),
                *_outcomes(session),
                *_books(session),
            ]
    except SQLAlchemyError as error:
        log.warning("figures not read", error=type(error).__name__)
        return []


def _clock(session: Session) -> Metric:
    meaning = "How far this machine's clock is ahead of the database's; below 0: behind."
    return _gauge("nyord_clock_ahead_seconds", meaning, ahead_seconds(session))


def _queues(session: Session, messages: dict[str, int] | None) -> Iterator[Metric]:
    found = queues.health(session, messages)
    waiting = ((one.queue, one.waiting) for one in found)
    yield _labelled("nyord_queue_events", "Events that wait in a queue.", "queue", waiting)
    retrying = ((one.queue, one.retrying) for one in found)
    yield _labelled("nyord_queue_retrying_events", "Those among them that failed before.", "queue", retrying)
    oldest = ((one.queue, one.oldest_seconds) for one in found)
    yield _labelled("nyord_queue_oldest_seconds", "How long the first in line has waited.", "queue", oldest)
    letters = dict.fromkeys((one.queue for one in found), 0)
    letters.update((row[0], row[1]) for row in session.execute(_DEAD_LETTERS))
    yield _labelled("nyord_dead_letters", "Dead letters that nobody has decided about.", "queue", letters.items())


def _outbox(session: Session) -> Iterator[Metric]:
    bundles, oldest_seconds = session.execute(_UNSENT).one()
    yield _gauge("nyord_outbox_unsent_bundles", "Bundles of events that the relay hasn't passed on yet.", bundles)
    yield _gauge("nyord_outbox_oldest_seconds", "How long the first of them has waited.", max(0.0, oldest_seconds))


def _outcomes(session: Session) -> Iterator[Metric]:
    connected = session.scalar(_CONNECTED, {"seconds": SEEN_WITHIN_SECONDS}) or 0
    yield _gauge("nyord_connected_users", "People with a socket open at any gateway.", connected)
    quantiles = zip(("0.5", "0.99"), session.scalar(_SETTLED) or (), strict=False)
    meaning = "From accepted to settled, of the last ten minutes' transactions without a review, a thousand at most."
    yield _labelled("nyord_recent_settlement_seconds", meaning, "quantile", quantiles)


def _books(session: Session) -> Iterator[Metric]:
    """A bank that was never proved has neither figure."""
    payload = session.scalar(_LAST_PROOF, {"topic": BooksVerified.topic})
    if payload is not None:
        proof = msgspec.json.decode(payload, type=list[BooksVerified])[-1]
        yield _gauge("nyord_books_findings", "What the last proof of the books found; 0: they hold.", proof.findings)
        age = _seconds_since(proof.occurred_at)
        yield _gauge("nyord_books_verified_age_seconds", "How long ago the books were last proved.", age)


def _seconds_since(then: datetime) -> float:
    return max(0.0, (clock.now() - then).total_seconds())


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _labelled(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family
