"""Everything that happens passes here: people's acts go into the audit trail, money goes to the log."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.audit import lines
from app.audit.entries import BULK, facts_of, subject_of
from app.audit.models import AuditEntry
from app.config import get_settings
from app.events.catalogue import CATALOGUE, Event
from app.events.consumer import Envelope, consumer

AUDIT_BATCH_MAX = 2_000


@consumer(
    queue="banking.audit", on=list(CATALOGUE.values()), batch_max=AUDIT_BATCH_MAX, enveloped=True, linger_seconds=0.2
)
def keep(session: Session, envelopes: Sequence[Envelope]) -> None:
    """Write the audit trail and the log of a batch. The trail is written once; a line may come twice after a crash."""
    entries = [_entry(envelope.event) for envelope in envelopes if type(envelope.event) not in BULK]
    if entries:
        session.execute(insert(AuditEntry), entries)
    _print(lines.json_lines(envelopes) if get_settings().log_format == "json" else lines.text_blocks(envelopes))


def _print(text: str) -> None:
    """Straight to the stream, in one write: a logger's work on every line costs more than settling the transfers."""
    if not text:
        return
    with suppress(OSError, ValueError):  # nobody reads our log any more; the trail is kept all the same
        sys.stdout.write(text)
        sys.stdout.flush()


def _entry(event: Event) -> dict[str, object]:
    subject_type, subject_id = subject_of(event)
    return {
        "at": event.occurred_at,
        "action": event.routing_key,
        "actor_id": event.actor_id,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "data": facts_of(event),
    }
