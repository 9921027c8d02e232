"""Looking things up: search finds, PostgreSQL tells. What a page shows is read from the truth, row by row."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.core import clock
from app.enquiries import fallback
from app.enquiries.documents import milliseconds
from app.enquiries.indexes import AUDIT, CUSTOMERS, LOGS, TRANSACTIONS
from app.enquiries.wanted import Place, Wanted
from app.identity.models import User
from app.search.documents import Document, IndexSpec
from app.search.engine import search_engine
from app.search.port import SearchAway
from app.search.query import Begins, Between, Condition, Found, Is, Query
from app.search.words import query_words
from app.transactions import queries
from app.transactions.models import Transaction

log = structlog.get_logger("search")

# An index that lacks what was asked for this long ago is behind, and isn't asked.
BEHIND = timedelta(seconds=10)
LOOK_SECONDS = 1.0
AWAY_SECONDS = 5.0  # after a failure the engine is left alone for a moment: nobody waits for it twice

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """A page: what was found, how many there are (at most ten thousand are counted), where it goes on, and from where it is.

    `degraded`: search was away or behind, so this is PostgreSQL's answer and looked at fewer rows.
    """

    items: Sequence[T]
    total: int
    next_place: Place | None
    degraded: bool


class LogFilter(NamedTuple):
    """Which lines of the log; None or nothing: any."""

    text: str = ""
    level: str | None = None
    logger: str | None = None
    request_id: str | None = None
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def transactions(session: Session, wanted: Wanted) -> Answer[Row[Any]]:
    """Return transactions (rows of `queries.listing`) that somebody may see and asked for."""
    found = _asked(session, TRANSACTIONS, wanted.query())
    if found is None:
        rows = fallback.transactions(session, wanted)
        shown = rows[: wanted.limit]
        place = _row_place(shown[-1], wanted) if len(rows) > wanted.limit else None
        return Answer(shown, len(rows), place, degraded=True)
    hits = found.hits[: wanted.limit]
    place = hits[-1].place if len(found.hits) > wanted.limit else None
    return Answer(_rows(session, [hit.id for hit in hits], wanted.seen_by), found.total, place, degraded=False)


def _rows(session: Session, ids: Sequence[int], seen_by: int | None) -> list[Row[Any]]:
    """Return the rows of these transactions, in this order; whatever an index says, only what the asker may see."""
    query = queries.listing().where(Transaction.id.in_(ids))
    rows = {row.Transaction.id: row for row in session.execute(query)} if ids else {}
    return [
        rows[one]
        for one in ids
        if one in rows
        and (seen_by is None or seen_by in (rows[one].Transaction.src_user_id, rows[one].Transaction.dest_user_id))
    ]


def _row_place(row: Row[Any], wanted: Wanted) -> Place:
    found: Transaction = row.Transaction
    return (found.id if wanted.order.field == "id" else found.amount_minor), found.id


def customers(session: Session, *, text: str, after: Place | None, limit: int) -> Answer[User]:
    """Return users by the beginnings of their names, addresses and numbers, newest first."""
    asked = query_words(text)
    found = _asked(session, CUSTOMERS, _plain(asked, after, limit, contents=False))
    if found is None:
        users = fallback.customers(session, asked, after=after, limit=limit)
        return Answer(users[:limit], len(users), _id_place(users, limit), degraded=True)
    ids, place = _shown(found, limit)
    users_by_id = {user.id: user for user in session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}
    return Answer([users_by_id[one] for one in ids if one in users_by_id], found.total, place, degraded=False)


def acts(session: Session, *, text: str, after: Place | None, limit: int) -> Answer[dict[str, Any]]:
    """Return entries of the audit trail by what they say, newest first."""
    asked = query_words(text)
    found = _asked(session, AUDIT, _plain(asked, after, limit))
    if found is None:
        entries = fallback.acts(session, asked, after=after, limit=limit)
        contents = [entry.content for entry in entries[:limit]]
        return Answer(contents, len(entries), _id_place(entries, limit), degraded=True)
    _, place = _shown(found, limit)
    return Answer([hit.content for hit in found.hits[:limit]], found.total, place, degraded=False)


def log_lines(session: Session, wanted: LogFilter, *, after: Place | None, limit: int) -> Answer[dict[str, Any]]:
    """Return lines of the bank's logs, newest first. PostgreSQL has none: with search away there is nothing to show."""
    conditions: list[Condition] = []
    if words := query_words(wanted.text):
        conditions.append(Begins("text", words))
    exact = (
        ("level", wanted.level),
        ("logger", wanted.logger),
        ("request_id", wanted.request_id),
        ("user_id", wanted.user_id),
    )
    conditions += [Is(field, (value,)) for field, value in exact if value is not None]
    if wanted.since is not None or wanted.until is not None:
        conditions.append(Between("at", milliseconds(wanted.since), milliseconds(wanted.until)))
    query = Query(tuple(conditions), sort="at", after=after, limit=limit + 1)
    found = _asked(session, LOGS, query, must_be_current=False)
    if found is None:
        return Answer([], 0, None, degraded=True)
    _, place = _shown(found, limit)
    return Answer([hit.content for hit in found.hits[:limit]], found.total, place, degraded=False)


def _plain(words: tuple[str, ...], after: Place | None, limit: int, *, contents: bool = True) -> Query:
    return Query((Begins("text", words),) if words else (), after=after, limit=limit + 1, contents=contents)


def _shown(found: Found, limit: int) -> tuple[list[int], Place | None]:
    hits = found.hits[:limit]
    return [hit.id for hit in hits], hits[-1].place if len(found.hits) > limit else None


def _id_place(rows: Sequence[User] | Sequence[Document], limit: int) -> Place | None:
    """Return the place of a page's last row in the order of ids, if there is a row after it."""
    return (rows[limit - 1].id, rows[limit - 1].id) if len(rows) > limit else None


def _asked(session: Session, spec: IndexSpec, query: Query, *, must_be_current: bool = True) -> Found | None:
    """Return the index's answer, or None when PostgreSQL has to answer."""
    return from_index(session, lambda: search_engine().find(spec, query), must_be_current=must_be_current)


# -- is the engine to be asked? ----------------------------------------------------------------------------------------


class _Health:
    """What this process knows of the engine: whether it is left alone for a moment, and whether it is behind."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ask_again_at = 0.0
        self.looked_at = 0.0
        self.is_current = True


_health = _Health()


def forget_health() -> None:
    """Know nothing of the engine (another bank's, in tests)."""
    global _health  # noqa: PLW0603
    _health = _Health()


def from_index(session: Session, ask: Callable[[], T], *, must_be_current: bool = True) -> T | None:
    """Return what `ask` gets from the search engine, or None if it is away or behind."""
    now = time.monotonic()
    if now < _health.ask_again_at:
        return None
    try:
        if must_be_current and not _is_current(session, now):
            return None
        return ask()
    except SearchAway as error:
        _health.ask_again_at = now + AWAY_SECONDS
        log.warning("search away", reason=error.reason, ask_again_seconds=AWAY_SECONDS)
        return None


def _is_current(session: Session, now: float) -> bool:
    """Whether the index knows the newest transaction that it could know. Looked up once a second at most."""
    if now - _health.looked_at >= LOOK_SECONDS and _health.lock.acquire(blocking=False):
        try:
            newest = session.scalar(
                select(Transaction.id)
                .where(Transaction.created_at < clock.now() - BEHIND)
                .order_by(Transaction.id.desc())
                .limit(1)
            )
            _health.is_current = newest is None or bool(
                search_engine()
                .find(TRANSACTIONS, Query((Is("id", (newest,)),), limit=1, counted=False, contents=False))
                .hits
            )
            _health.looked_at = now
        finally:
            _health.lock.release()
    return _health.is_current
