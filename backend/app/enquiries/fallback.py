"""The same answers from PostgreSQL, within its limits, for when search is away: fewer rows are looked at, never other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from app.enquiries import documents, sources
from app.enquiries.wanted import Place, Wanted
from app.identity.models import User
from app.search.documents import Document
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
    said = documents.of_transaction_row(row).words
    return _begin(said["parties"], wanted.party_words) and _begin(said["text"], wanted.words)


def _begin(said: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether each word asked for begins one of those that are said: as the index means it."""
    return all(any(word.startswith(beginning) for word in said) for beginning in asked)


def customers(session: Session, asked: Sequence[str], *, after: Place | None, limit: int) -> list[User]:
    """Return users whose names, addresses or numbers begin with all these words, newest first, one more than the page."""
    query = sources.customer_rows().order_by(User.id.desc()).limit(ROWS_MAX if asked else limit + 1)
    if after is not None:
        query = query.where(User.id < after[1])
    found = []
    for row in session.execute(query):
        if _begin(documents.of_customer(row, version=row.read_at).words["text"], asked):
            found.append(row.User)
            if len(found) > limit:
                break
    return found


def acts(session: Session, asked: Sequence[str], *, after: Place | None, limit: int) -> list[Document]:
    """Return entries of the audit trail that say all these words, newest first, one more than the page.

    They are read from the event log, like those of the index: so their places are the same, and what they say.
    """
    before = None if after is None else after[1]
    said = sources.newest_acts(session, before=before, bundles_max=ROWS_MAX)
    return list(islice((act for act in said if _begin(act.words["text"], asked)), limit + 1))
