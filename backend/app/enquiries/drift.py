"""Does search say what PostgreSQL says? Compared by figures per range of ids, and repaired document by document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core import clock
from app.enquiries.documents import milliseconds
from app.enquiries.rebuild import hold_generations
from app.enquiries.sources import SOURCES, Figures, Source
from app.events.models import Delivery
from app.search.documents import ID, VERSION, Document
from app.search.engine import search_engine
from app.search.port import IndexMissing, SearchAway, SearchIndex
from app.search.query import PAGE_MAX, Between, Query

log = structlog.get_logger("search")

# What happened just now may be on its way.
ON_ITS_WAY = timedelta(seconds=30)
QUEUE = "banking.search"
# What waits with a broker can't be seen here; but whether the newest event that should have arrived was handled can. (One that
# was recorded long ago may have been handled and that forgotten.)
_NEWEST_WAITS = text(
    f"""
    SELECT NOT EXISTS (SELECT FROM inbox i WHERE i.queue = '{QUEUE}' AND i.outbox_id = newest.id)
        AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.queue = '{QUEUE}' AND d.outbox_id = newest.id)
    FROM (SELECT id, recorded_at FROM outbox WHERE recorded_at < :since ORDER BY id DESC LIMIT 1) AS newest
    WHERE newest.recorded_at > :since - interval '1 day'
    """
)


Range = tuple[int, int]  # the first id, and the one beyond the last
_turns: dict[str, int] = {}  # of each index: which range is next, where not all are compared at once


class Drift(NamedTuple):
    """How an index compares. `state`: ok, drifted, repaired, behind (events wait to be indexed), missing, away."""

    name: str
    state: str
    rows: int = 0
    documents: int = 0
    missing: int = 0
    different: int = 0
    surplus: int = 0


def drift(
    session: Session, *, repair: bool = False, thorough: bool = False, ranges_max: int | None = None
) -> list[Drift]:
    """Compare every index with PostgreSQL and, if asked, repair it; `thorough` looks at every document.

    With `ranges_max` only so many ranges of ids of each index are compared: the newest, and those that come next after the last
    time, so that all of them are in the end. Never raises for a search engine that is away: that is a result.
    """
    if _is_behind(session):
        return [Drift(name, "behind") for name in SOURCES]
    return [
        _compared(session, source, repair=repair, thorough=thorough, ranges_max=ranges_max)
        for source in SOURCES.values()
    ]


def _is_behind(session: Session) -> bool:
    """Whether events have been waiting for the index, here or with a broker: then it differs, and nothing is wrong."""
    since = clock.now() - ON_ITS_WAY / 2
    oldest = select(Delivery.available_at).where(Delivery.queue == QUEUE).order_by(Delivery.outbox_id).limit(1)
    waiting_since = session.scalar(oldest)
    return (waiting_since is not None and waiting_since < since) or bool(
        session.scalar(_NEWEST_WAITS, {"since": since})
    )


def _compared(session: Session, source: Source, *, repair: bool, thorough: bool, ranges_max: int | None) -> Drift:
    name = source.spec.name
    try:
        ranges = _in_turn(source, list(_ranges(source, source.last_id(session))), ranges_max)
        return _compare(session, source, search_engine(), ranges, repair=repair, thorough=thorough)
    except IndexMissing:
        return Drift(name, "missing")
    except SearchAway as error:
        log.warning("search not compared", index=name, reason=error.reason)
        return Drift(name, "away")


def _compare(
    session: Session, source: Source, engine: SearchIndex, ranges: Sequence[Range], *, repair: bool, thorough: bool
) -> Drift:
    rows = documents = missing = different = surplus = 0
    for first, beyond in ranges:
        truth, found = source.figures(session, first, beyond), _index_figures(engine, source, first, beyond)
        rows, documents = rows + truth.count, documents + found.count
        if thorough or truth.count != found.count or truth.versions not in (None, found.versions):
            lost, stale, extra = _differences(session, source, engine, first, beyond)
            missing, different, surplus = missing + len(lost), different + len(stale), surplus + len(extra)
            if repair and (lost or stale or extra):
                _repair(session, source, engine, [*lost, *stale], extra)
    if not (missing or different or surplus):
        return Drift(source.spec.name, "ok", rows, documents)
    state = "repaired" if repair else "drifted"
    log.warning(
        "search drifted", index=source.spec.name, state=state, missing=missing, different=different, surplus=surplus
    )
    return Drift(source.spec.name, state, rows, documents, missing, different, surplus)


def _in_turn(source: Source, ranges: Sequence[Range], ranges_max: int | None) -> Sequence[Range]:
    """Return the newest range and, up to `ranges_max`, those whose turn it is in this process."""
    if ranges_max is None or len(ranges) <= ranges_max:
        return ranges
    older, newest = ranges[:-1], ranges[-1]
    begin = _turns.get(source.spec.name, 0) % len(older)
    _turns[source.spec.name] = begin + ranges_max - 1
    return [*(older[(begin + step) % len(older)] for step in range(ranges_max - 1)), newest]


def _ranges(source: Source, last_id: int) -> Iterator[Range]:
    """Give ranges that hold every id, the last one also those that PostgreSQL doesn't know."""
    first = 0
    while first + source.range_ids <= last_id:
        yield first, first + source.range_ids
        first += source.range_ids
    yield first, 2**53


def _index_figures(engine: SearchIndex, source: Source, first: int, beyond: int) -> Figures:
    inside = [Between(ID, first, beyond)]
    count = engine.count(source.spec, inside)
    summed = engine.aggregate(source.spec, inside, {"versions": {"sum": {"field": VERSION}}})
    return Figures(count, int(summed["versions"]["value"] or 0))


def _differences(
    session: Session, source: Source, engine: SearchIndex, first: int, beyond: int
) -> tuple[list[Document], list[Document], list[int]]:
    """Return the documents that are missing, those that say something else, and the ids that PostgreSQL doesn't have."""
    lost: list[Document] = []
    stale: list[Document] = []
    extra: list[int] = []
    # What lies further in the future than clocks differ isn't of just now: there one was set back.
    lately, soon = milliseconds(clock.now() - ON_ITS_WAY), milliseconds(clock.now() + ON_ITS_WAY)
    while first < beyond:
        # The index is read first: what it says was committed before, so PostgreSQL says as much or more, however busy it is.
        query = Query((Between(ID, first, beyond),), descending=False, limit=PAGE_MAX, counted=False)
        hits = engine.find(source.spec, query).hits
        until = hits[-1].id + 1 if len(hits) == PAGE_MAX else beyond
        known = {hit.id: hit for hit in hits}
        newest = source.last_id(session)  # it doesn't run after those that come meanwhile
        for document in _everything(session, source, first, min(until, newest + 1)):
            hit = known.pop(document.id, None)
            is_on_its_way = lately <= document.content["at"] < soon
            if hit is None:
                if not is_on_its_way:
                    lost.append(document)
            elif hit.version > document.version:
                extra.append(document.id)  # nothing true is that new; it is written anew once it is gone
            elif not is_on_its_way and _says_something_else(source, hit.version, hit.content, document):
                stale.append(document)
        extra += known
        first = until
    return lost, stale, extra


def _everything(session: Session, source: Source, first: int, beyond: int) -> Iterator[Document]:
    """Give every document that PostgreSQL has of a range of ids."""
    after = first - 1
    while after + 1 < beyond and (page := source.page(session, after, PAGE_MAX)):
        yield from (document for document in page if document.id < beyond)
        after = page[-1].id


def _says_something_else(source: Source, version: int, content: dict[str, Any], document: Document) -> bool:
    """Whether an index's document differs. Names are those of the moment when it was written, and may be older ones."""
    if source.spec.name != "transactions":
        return content != document.content
    names = {"src_user_name", "dest_user_name", "reason"}
    return version != document.version or any(
        content.get(field) != value for field, value in document.content.items() if field not in names
    )


def _repair(session: Session, source: Source, engine: SearchIndex, documents: list[Document], extra: list[int]) -> None:
    hold_generations(session)
    engine.delete(source.spec, extra)
    engine.write(source.spec, documents)
