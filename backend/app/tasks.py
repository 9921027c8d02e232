"""What time causes: sealing, expiry of holds, the invariants, and sweeping up. Each is one transaction, safe at any time."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete

from app.celery_app import celery
from app.checks import verify
from app.core import clock
from app.database import unit_of_work
from app.events.models import InboxEntry
from app.identity.sessions import forget_old
from app.ledger.seal import seal
from app.operations.queues import check_queues
from app.transactions.reviews import expire_holds

log = structlog.get_logger("tasks")

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
    if report.findings:
        log.critical("the books do not hold", findings=[finding.text for finding in report.findings[:20]])
    else:
        log.info("the books hold", movements=report.movements, seconds=round(report.seconds, 2))


@celery.task(name="nyord.sweep")
def sweep() -> None:
    """Forget what nobody needs any more: old inbox rows, and the refresh tokens of sessions that ended long ago."""
    with unit_of_work() as session:
        session.execute(delete(InboxEntry).where(InboxEntry.handled_at < clock.now() - INBOX_KEPT))
        forget_old(session)


@celery.task(name="nyord.check_queues")
def watch_queues() -> None:
    """Say so when a queue is longer or older than its limit."""
    with unit_of_work() as session:
        check_queues(session)
