"""Building an index anew from PostgreSQL, beside the live one, while events go on flowing.

1. Everything that PostgreSQL has is written into a new generation, page by page.
2. What was recorded meanwhile is written after it, from the event log: versions make twice the same as once.
3. For a moment no consumer writes (an advisory lock): the last events are written, and the new generation goes live.

Nobody who searches notices, and no event falls between the two generations.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.enquiries import sources
from app.enquiries.documents import milliseconds
from app.enquiries.indexes import INDEXES, LOGS
from app.enquiries.sources import SOURCES
from app.events.models import OutboxBundle
from app.search.documents import IndexSpec
from app.search.engine import search_engine
from app.search.port import IndexMissing, SearchAway, SearchIndex
from app.search.query import PAGE_MAX, Between, Query
from app.transactions.models import Transaction

log = structlog.get_logger("search")

PAGE = 2_000
FORGET_PAGES_MAX = 20
BUNDLES_AT_ONCE = 500
# A bundle's id is drawn before its transaction commits; none that commits takes longer than this.
COMMIT_SECONDS_MAX = 120
# A bank this small is indexed while its first event waits; a larger one in the background.
SMALL_TRANSACTIONS_MAX = 2_000

_GENERATIONS = 7811887807  # advisory lock: held shared while writing, alone while the live generation changes
_REBUILDING = 7811887900  # and the indexes' numbers: one rebuild of each at a time

Progress = Callable[[str, int, int], None]  # index, documents written, about how many there are


class Rebuilt(NamedTuple):
    """What a rebuild wrote, and how long it took. `documents` is None if another process was rebuilding already."""

    name: str
    documents: int | None
    seconds: float


def hold_generations(session: Session) -> None:
    """Keep the live generations what they are until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _GENERATIONS})


def reindex(spec: IndexSpec, *, progress: Progress | None = None) -> Rebuilt:
    """Build an index anew and make it the live one. Safe at any time, and harmless when it is interrupted.

    Raises:
        SearchAway: the engine can't; the live index stays as it is.
    """
    started = time.monotonic()
    engine = search_engine()
    number = list(INDEXES).index(spec.name)
    with unit_of_work() as session:
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _REBUILDING + number}):
            return Rebuilt(spec.name, None, 0.0)
        generation = engine.create(spec)
        try:
            documents = _fill(session, engine, spec, generation, progress) if spec.name in SOURCES else 0
            engine.promote(spec, generation)
        except BaseException:
            engine.drop(spec, generation)
            raise
    seconds = round(time.monotonic() - started, 2)
    log.info("index rebuilt", index=spec.name, documents=documents, seconds=seconds)
    return Rebuilt(spec.name, documents, seconds)


def _fill(session: Session, engine: SearchIndex, spec: IndexSpec, generation: str, progress: Progress | None) -> int:
    source = SOURCES[spec.name]
    begun_at = _newest_settled_bundle(session)
    # Up to what is there now: whatever comes later is in the event log, however fast it comes.
    last_id = source.last_id(session)
    about = source.figures(session, 1, last_id + 1).count
    written = after = 0
    while after < last_id and (documents := source.page(session, after, PAGE)):
        engine.write(spec, documents, generation=generation)
        written += len(documents)
        after = documents[-1].id
        if progress is not None:
            progress(spec.name, written, max(about, written))
    reached = _follow(session, engine, spec, generation, begun_at)
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _GENERATIONS})
    # Again from a little before: what was drawn but not committed when we passed is committed now, or never was.
    _follow(session, engine, spec, generation, min(reached, _newest_settled_bundle(session)))
    return written


def forget_old_logs(*, before: datetime) -> int:
    """Remove log lines older than this, some thousands at most; return how many."""
    engine = search_engine()
    old = Query(
        (Between("at", below=milliseconds(before)),),
        sort="at",
        descending=False,
        limit=PAGE_MAX,
        counted=False,
        contents=False,
    )
    forgotten = 0
    for _ in range(FORGET_PAGES_MAX):
        ids = [hit.id for hit in engine.find(LOGS, old).hits]
        if not ids:
            break
        engine.delete(LOGS, ids)
        engine.refresh(LOGS)
        forgotten += len(ids)
    return forgotten


def _follow(session: Session, engine: SearchIndex, spec: IndexSpec, generation: str, outbox_id: int) -> int:
    """Write what the event log has after a bundle; return the last bundle."""
    while True:
        envelopes, last = sources.events_after(session, outbox_id, BUNDLES_AT_ONCE)
        if last is None:
            return outbox_id
        outbox_id = last
        engine.write(spec, sources.of_events(session, envelopes)[spec], generation=generation)


def _newest_settled_bundle(session: Session) -> int:
    """Return the id of a bundle such that everything up to it is committed, or never will be."""
    age = text("recorded_at < clock_timestamp() - make_interval(secs => :seconds)").bindparams(
        seconds=COMMIT_SECONDS_MAX
    )
    asked = select(OutboxBundle.id).where(age).order_by(OutboxBundle.id.desc()).limit(1)
    return session.scalar(asked) or 0


# -- healing by itself -------------------------------------------------------------------------------------------------

_healing = threading.Lock()


def heal(session: Session, missing: IndexMissing) -> None:
    """Build every index that is missing or was made for other fields: now in a small bank, else in the background.

    Raises:
        SearchAway: it is being built; come again.
    """
    few = select(func.count()).select_from(select(Transaction.id).limit(SMALL_TRANSACTIONS_MAX + 1).subquery())
    if (session.scalar(few) or 0) <= SMALL_TRANSACTIONS_MAX:
        build_missing()
        return
    if _healing.acquire(blocking=False):
        threading.Thread(target=_heal_in_background, name="search-rebuild", daemon=True).start()
    raise missing


def prepare() -> None:
    """Build what is missing before the first event comes: at once in a small bank, else in the background."""
    try:
        with unit_of_work() as session:
            for spec in INDEXES.values():
                search_engine().ensure_there(spec)
    except IndexMissing as missing:
        with suppress(SearchAway), unit_of_work() as session:
            heal(session, missing)
    except SearchAway as away:
        log.warning("search away", reason=away.reason)


def build_missing() -> list[str]:
    """Build the indexes that aren't there for this version's fields; return their names."""
    engine, built = search_engine(), []
    for spec in INDEXES.values():
        try:
            engine.ensure_there(spec)
        except IndexMissing:
            reindex(spec)
            built.append(spec.name)
    return built


def _heal_in_background() -> None:
    try:
        build_missing()
    except SearchAway as error:
        log.warning("index not built", reason=error.reason)
    except Exception:
        log.exception("index not built")
    finally:
        _healing.release()
