"""What time causes: sealing, expiry of holds, the invariants, and sweeping up. Each is safe at any time."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import structlog
from celery import signals
from sqlalchemy.exc import OperationalError

from app.celery_app import celery
from app.checks import verify
from app.core import clock
from app.database import unit_of_work
from app.enquiries import upkeep
from app.enquiries.shipping import shipping
from app.events.catalogue import BooksVerified
from app.events.forgetting import FORGOTTEN_MAX, forget_handled
from app.events.outbox import record
from app.identity.sessions import forget_old
from app.ledger.seal import seal
from app.operations.clocks import watch_clock
from app.operations.queues import check_queues, on_broker
from app.transactions.reviews import expire_holds

log = structlog.get_logger("tasks")

# So often at most a sweep goes on, each time in a transaction of its own.
SWEEPS_MAX = 20

# An event that arrives again after this long would be handled again; every retry and replay is long over by then.
INBOX_KEPT = timedelta(days=30)


@celery.task(name="nyord.seal")
def seal_movements() -> None:
    """Chain the movements committed since the last time into a block."""
    with unit_of_work() as session:
        seal(session)


@celery.task(name="nyord.expire_holds")
def expire_overdue_holds() -> None:
    """Give back the money of reviews that nobody decided in time."""
    with unit_of_work() as session:
        expired = expire_holds(session)
    if expired:
        log.info("holds expired", count=expired)


@celery.task(name="nyord.verify")
def verify_books() -> None:
    """Prove the books, and say loudly if they don't hold."""
    with unit_of_work() as session:
        report = verify(session)
    findings = [finding.text for finding in report.findings]
    with unit_of_work() as session:  # another one: the proof's own can only read
        watch_clock(session)
        proof = BooksVerified(
            occurred_at=clock.now(),
            findings=len(findings),
            movements=report.movements,
            head=report.head,
            first_finding=findings[0] if findings else "",
        )
        record(session, proof)
    if findings:
        log.critical("the books do not hold", findings=findings[:20])
    else:
        log.info("the books hold", movements=report.movements, seconds=round(report.seconds, 2))


@celery.task(name="nyord.sweep")
def sweep() -> None:
    """Forget what nobody needs any more: old inbox rows, and the refresh tokens of sessions that ended long ago."""
    before = clock.now() - INBOX_KEPT
    for _ in range(SWEEPS_MAX):
        with unit_of_work() as session:
            if forget_handled(session, before=before) < FORGOTTEN_MAX:
                break
    with unit_of_work() as session:
        forget_old(session)


@celery.task(name="nyord.check_queues")
def watch_queues() -> None:
    """Say so when a queue is longer or older than its limit."""
    messages = on_broker()
    with unit_of_work() as session:
        check_queues(session, messages)


@celery.task(name="nyord.check_search")
def keep_search() -> None:
    """Build the indexes that are missing, and repair what differs from PostgreSQL."""
    upkeep.keep_search()


_shipping = ExitStack()


@signals.worker_ready.connect
def _ship_logs(**_: Any) -> None:
    _shipping.enter_context(shipping("worker"))


@signals.worker_ready.connect
def look_at_the_clock(**_: Any) -> None:
    """Say so when this machine's clock is wrong. Not by the schedule: a worker that is far ahead finds every tick expired."""
    with suppress(OperationalError), unit_of_work() as session:
        watch_clock(session)


@signals.worker_shutdown.connect
def _stop_shipping_logs(**_: Any) -> None:
    _shipping.close()
