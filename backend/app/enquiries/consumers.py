"""`banking.search`: everything that happens becomes findable, in batches; nobody's money waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.core import failpoints
from app.enquiries import rebuild, sources
from app.enquiries.indexes import INDEXES
from app.events.catalogue import CATALOGUE
from app.events.consumer import Envelope, consumer
from app.search.engine import search_engine
from app.search.port import IndexMissing

# An index is written in commits; the larger they are, the less a document costs, and the longer the others feel it.
SEARCH_BATCH_MAX = 2_000
# Nobody's money waits for search: in a crowd it takes this much of the time and falls behind, to catch up once that is over.
SEARCH_TIME_SHARE_MAX = 0.2
# The first event is written at once, a crowd twice a second: seen within two seconds, for little work.
SEARCH_LINGER_SECONDS = 0.5


@consumer(
    queue="banking.search",
    on=list(CATALOGUE.values()),
    batch_max=SEARCH_BATCH_MAX,
    enveloped=True,
    linger_seconds=SEARCH_LINGER_SECONDS,
    time_share_max=SEARCH_TIME_SHARE_MAX,
)
def index(session: Session, envelopes: Sequence[Envelope]) -> None:
    """Write what a batch changes into the indexes. Twice is the same as once, and late is the same as never.

    Raises:
        SearchAway: the engine can't write now, or an index is being built; the batch waits in its queue.
    """
    engine = search_engine()
    try:
        for spec in INDEXES.values():
            engine.ensure_there(spec)
    except IndexMissing as missing:
        rebuild.heal(session, missing)
    rebuild.hold_generations(session)
    for spec, documents in sources.of_events(session, envelopes).items():
        if documents:
            engine.write(spec, documents)
            failpoints.reach("search.written")
