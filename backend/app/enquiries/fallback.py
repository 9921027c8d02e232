"""The same answers from PostgreSQL, within its limits, for when search is away: fewer rows are looked at, never other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.enquiries.wanted import Place, Wanted
from app.identity.models import User
from app.search.words import words
from app.transactions import queries
from app.transactions.models import Transaction

# PostgreSQL has no index on words; so many rows are read and looked through, and no more.
ROWS_MAX = 2_000


def transactions(session: Session, wanted: Wanted) -> list[Row[Any]]:
    """Return rows of `queries.listing`, in the order asked for, one more than the page if there is a next one.

    With words to look for it stops after `ROWS_MAX` rows that meet everything else.
    """
    number = Transaction.id if wanted.order.field == "id" else Transaction.amount_minor
    by = (number.desc(), Transaction.id.desc()) if wanted.order.descending else (number, Transaction.id)
    asks_for_words = bool(wanted.words or wanted.party_words)
    candidates = (
        select(Transaction.id)
        .where(*_conditions(wanted), *_beyond(number, wanted.after, descending=wanted.order.descending))
        .order_by(*by)
        .limit(ROWS_MAX if asks_for_words else wanted.limit + 1)
        .subquery()
    )
    rows = session.execute(queries.listing().where(Transaction.id.in_(select(candidates.c.id))).order_by(*by))
    found = []
    for row in rows:
        if not asks_for_words or _says(row, wanted):
            found.append(row)
            if len(found) > wanted.limit:
                break
    return found


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.seen_by is not None:
        yield or_(Transaction.src_user_id == wanted.seen_by, Transaction.dest_user_id == wanted.seen_by)
    if wanted.kinds:
        yield Transaction.kind.in_(wanted.kinds)
    if wanted.statuses:
        yield Transaction.status.in_(wanted.statuses)
    if wanted.account_id is not None:
        yield or_(Transaction.src_account == wanted.account_id, Transaction.dest_account == wanted.account_id)
    if wanted.amount_minor_min is not None:
        yield Transaction.amount_minor >= wanted.amount_minor_min
    if wanted.amount_minor_max is not None:
        yield Transaction.amount_minor <= wanted.amount_minor_max
    if wanted.since is not None:
        yield Transaction.created_at >= wanted.since
    if wanted.until is not None:
        yield Transaction.created_at < wanted.until


def _beyond(number: Any, after: Place | None, *, descending: bool) -> Iterator[ColumnElement[bool]]:
    if after is not None:
        is_beyond, is_later = (number < after[0], Transaction.id < after[1])
        if not descending:
            is_beyond, is_later = (number > after[0], Transaction.id > after[1])
        yield or_(is_beyond, and_(number == after[0], is_later))


def _says(row: Row[Any], wanted: Wanted) -> bool:
    found: Transaction = row.Transaction
    names = f"{row.src_user_name or ''} {row.dest_user_name or ''}"
    return _begin(words(names), wanted.party_words) and _begin(
        words(f"{names} {found.note} {found.kind} {found.id}"), wanted.words
    )


def _begin(said: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether each word asked for begins one of those that are said: as the index means it."""
    return all(any(word.startswith(beginning) for word in said) for beginning in asked)


def customers(session: Session, asked: Sequence[str], *, limit: int) -> Sequence[User]:
    """Return users whose name, username, e-mail address or telephone number begins with all these words, newest first."""
    query = select(User).order_by(User.id.desc()).limit(ROWS_MAX if asked else limit)
    found = []
    for user in session.scalars(query):
        if _begin(words(f"{user.username} {user.full_name} {user.email} {user.phone} {user.id}"), asked):
            found.append(user)
            if len(found) == limit:
                break
    return found


def acts(session: Session, asked: Sequence[str], *, limit: int) -> list[AuditEntry]:
    """Return entries of the audit trail that say all these words, newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(ROWS_MAX if asked else limit)
    rows = session.execute(query.add_columns(cast(AuditEntry.data, Text).label("said")))
    found = []
    for row in rows:
        entry: AuditEntry = row.AuditEntry
        if _begin(words(f"{entry.action} {entry.subject_type} {entry.subject_id} {row.said}"), asked):
            found.append(entry)
            if len(found) == limit:
                break
    return found
