"""The same answers from PostgreSQL, within its limits, for when search is away: fewer rows are looked at, never other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.enquiries import documents, sources
from app.enquiries.wanted import Order, Place, Wanted
from app.identity.models import User
from app.search.documents import Document
from app.transactions import queries
from app.transactions.models import Transaction, TransactionKind

# PostgreSQL has no index on words; so many rows are read and looked through, and no more.
ROWS_MAX = 2_000
# Nor on amounts, or on what is rare: search away must not become a bank away.
LOOKED_AT_MAX = 10_000


def transactions(session: Session, wanted: Wanted) -> list[Row[Any]]:
    """Return rows of `queries.listing`, in the order asked for, one more than the page if there is a next one.

    It stops after `LOOKED_AT_MAX` of the newest (or oldest) that PostgreSQL has an index for, and with words to look for after
    `ROWS_MAX` that meet everything else.
    """
    asks_for_words = bool(wanted.words or wanted.party_words)
    ids = _found(session, wanted, limit=ROWS_MAX if asks_for_words else wanted.limit + 1)
    rows = session.execute(queries.listing().where(Transaction.id.in_(ids)).order_by(*_order(wanted, Transaction)))
    shown = []
    for row in rows:
        if not asks_for_words or _says(row, wanted):
            shown.append(row)
            if len(shown) > wanted.limit:
                break
    return shown


def _found(session: Session, wanted: Wanted, *, limit: int) -> Select[int]:
    """Return the query of the ids that meet everything but the words.

    What is looked at is cut off once, for both sides of a customer together: cut off each by itself, the page's end would lie
    beyond what one of them left out.
    """
    columns = (Transaction.id, Transaction.kind, Transaction.status, Transaction.amount_minor)
    is_oldest_first = wanted.order is Order.OLDEST
    sides = queries.sides(session, user_id=wanted.seen_by, account_id=wanted.account_id)
    both = queries.newest(
        *_indexed(wanted), sides=sides, limit=LOOKED_AT_MAX, columns=columns, oldest=is_oldest_first
    ).subquery()
    by_age = both.c.id.asc() if is_oldest_first else both.c.id.desc()
    one = select(*both.c).order_by(by_age).limit(LOOKED_AT_MAX).subquery().c
    met = select(one.id).where(*_conditions(wanted, one)).order_by(*_order(wanted, one)).limit(limit).subquery()
    return select(met.c.id)


def _order(wanted: Wanted, one: Any) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return what these columns are ordered by."""
    number = _number(wanted, one)
    return (number.desc(), one.id.desc()) if wanted.order.descending else (number.asc(), one.id.asc())


def _number(wanted: Wanted, one: Any) -> ColumnElement[int]:
    number: ColumnElement[int] = one.id if wanted.order.field == "id" else one.amount_minor
    return number


def _indexed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that an index answers, and the period: rows that don't meet them aren't counted as looked at."""
    yield from queries.of_period(wanted.since, wanted.until)
    if len(wanted.statuses) == 1:
        yield from queries.of_status(wanted.statuses[0], only_indexed=True)
    if wanted.kinds and TransactionKind.TRANSFER not in wanted.kinds:
        yield Transaction.kind.in_(wanted.kinds)
    if wanted.after is not None and wanted.order.field == "id":
        yield Transaction.id < wanted.after[1] if wanted.order.descending else Transaction.id > wanted.after[1]


def _conditions(wanted: Wanted, one: Any) -> Iterator[ColumnElement[bool]]:
    if wanted.kinds:
        yield one.kind.in_(wanted.kinds)
    if wanted.statuses:
        yield one.status.in_(wanted.statuses)
    if wanted.amount_minor_min is not None:
        yield one.amount_minor >= wanted.amount_minor_min
    if wanted.amount_minor_max is not None:
        yield one.amount_minor <= wanted.amount_minor_max
    if wanted.after is not None:
        number, place = _number(wanted, one), wanted.after
        if wanted.order.descending:
            yield or_(number < place[0], and_(number == place[0], one.id < place[1]))
        else:
            yield or_(number > place[0], and_(number == place[0], one.id > place[1]))


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
