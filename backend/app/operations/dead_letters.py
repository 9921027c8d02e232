"""Dead letters: events that a consumer could not handle after every retry. Staff replay them, or give them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.masking import masked
from app.events.catalogue import DeadLetterDecided
from app.events.models import DeadLetter, Delivery, OutboxBundle
from app.events.outbox import record
from app.operations.errors import AlreadyDecided, DeadLetterNotFound, NotOurs
from app.transactions import reviews
from app.transactions.consumers import is_settled_from


class Letter(NamedTuple):
    """A dead letter and the event (or the foreign message) in it; None: its text can't even be read as JSON."""

    row: DeadLetter
    event: dict[str, Any] | None


def page(session: Session, *, status: str | None = None, before_id: int | None = None, limit: int) -> Sequence[Letter]:
    """Return dead letters, newest first, older than `before_id`; of one status or of all."""
    query = (
        select(DeadLetter, OutboxBundle.payload)
        .join(OutboxBundle, OutboxBundle.id == DeadLetter.outbox_id, isouter=True)
        .order_by(DeadLetter.id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(DeadLetter.status == status)
    if before_id is not None:
        query = query.where(DeadLetter.id < before_id)
    return [_opened(row) for row in session.execute(query)]


def replay(session: Session, *, letter_id: int, actor_id: int | None = None) -> Letter:
    """Put the event back into its queue. A second time changes nothing; the inbox makes even two deliveries one.

    If it fails again it becomes a new dead letter.

    Raises:
        DeadLetterNotFound: there is no such letter.
        AlreadyDecided: it was given up.
        NotOurs: it holds a foreign message, which the bank would refuse again.
    """
    letter = _locked(session, letter_id)
    if letter.outbox_id is None or letter.position is None:
        raise NotOurs(letter_id)
    if letter.status == "given_up":
        raise AlreadyDecided(letter_id, letter.status)
    if letter.status == "waiting":
        session.execute(
            insert(Delivery).values(
                queue=letter.queue, outbox_id=letter.outbox_id, lo=letter.position, hi=letter.position + 1
            )
        )
        _decide(session, letter, "replayed", actor_id=actor_id, reason="")
    return _with_event(session, letter)


def give_up(session: Session, *, letter_id: int, reason: str, actor_id: int | None = None) -> Letter:
    """Close a dead letter for good, with the reason. A second time changes nothing.

    What a customer asked for and nobody will settle any more has failed, in the same commit.

    Raises:
        DeadLetterNotFound: there is no such letter.
        AlreadyDecided: it was replayed.
    """
    letter = _locked(session, letter_id)
    if letter.status == "replayed":
        raise AlreadyDecided(letter_id, letter.status)
    opened = _with_event(session, letter)
    if letter.status == "waiting":
        _decide(session, letter, "given_up", actor_id=actor_id, reason=reason)
        request = _request_in(opened)
        if request is not None:
            reviews.give_up(session, transaction_id=request, admin_id=actor_id, reason=reason)
    return opened


def _locked(session: Session, letter_id: int) -> DeadLetter:
    letter = session.get(DeadLetter, letter_id, with_for_update=True)
    if letter is None:
        raise DeadLetterNotFound(letter_id)
    return letter


def _decide(session: Session, letter: DeadLetter, decision: str, *, actor_id: int | None, reason: str) -> None:
    now = clock.now()
    letter.status = decision
    letter.decided_at = now
    letter.decided_by = actor_id
    letter.decision_reason = reason or None
    record(
        session,
        DeadLetterDecided(
            occurred_at=now,
            actor_id=actor_id,
            queue=letter.queue,
            dead_letter_id=letter.id,
            decision=decision,
            reason=reason,
        ),
    )


def _request_in(letter: Letter) -> int | None:
    """Return which transaction was to be settled by this event; none if it is another's queue, or a foreign message's claim."""
    if letter.row.outbox_id is None or letter.event is None or not is_settled_from(letter.row.queue):
        return None
    transaction_id = letter.event.get("transaction_id")
    return transaction_id if isinstance(transaction_id, int) else None


def _with_event(session: Session, letter: DeadLetter) -> Letter:
    query = select(DeadLetter, OutboxBundle.payload).join(
        OutboxBundle, OutboxBundle.id == DeadLetter.outbox_id, isouter=True
    )
    return _opened(session.execute(query.where(DeadLetter.id == letter.id)).one())


def _opened(row: Row[DeadLetter, str]) -> Letter:
    letter, payload = row
    try:
        if letter.position is None:
            event = masked(msgspec.json.decode(letter.message or ""))
        else:
            event = masked(msgspec.json.decode(payload, type=list[Any])[letter.position])
    except (msgspec.DecodeError, IndexError, RecursionError):
        return Letter(letter, None)
    return Letter(letter, event if isinstance(event, dict) else None)
