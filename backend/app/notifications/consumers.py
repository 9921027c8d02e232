"""Events become notifications: one statement writes a batch of them, and whoever has a socket open is pushed theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.catalogue import MoneyMoved
from app.events.consumer import Envelope, consumer
from app.identity.models import Role, User
from app.notifications import messages, service
from app.notifications.messages import Draft
from app.notifications.sentences import say
from app.realtime import service as realtime

# The larger the batch, the cheaper a row; what waits is taken at once, so nobody waits for a batch to fill.
NOTIFY_BATCH_MAX = 1_000


@consumer(
    queue="banking.notifications",
    on=messages.SPOKEN_OF,
    batch_max=NOTIFY_BATCH_MAX,
    enveloped=True,
    linger_seconds=0.005,
)
def notify(session: Session, envelopes: Sequence[Envelope]) -> None:
    """Tell everybody concerned (S39, S100). Twice is once: what is written already isn't written or pushed again."""
    admins = _admins(session) if any(isinstance(one.event, messages.FOR_ADMINS) for one in envelopes) else []
    told = [(one, draft) for one in envelopes for draft in messages.drafts(one.event, admins)]
    connected = realtime.connected_among(session, {draft.user_id for _, draft in told})
    written = service.write(session, [(one.place, draft) for one, draft in told], returning_for=connected)
    if written:
        new = [(one, draft) for one, draft in told if (draft.user_id, one.place) in written]
        realtime.send(session, [(draft.user_id, pushed) for one, draft in new for pushed in _pushes(one, draft)])
        realtime.trace(session, ((draft.user_id, one.event.trace) for one, draft in new))


def _admins(session: Session) -> list[int]:
    return list(session.scalars(select(User.id).where(User.role == Role.ADMIN, User.is_active).order_by(User.id)))


def _pushes(envelope: Envelope, draft: Draft) -> list[dict[str, Any]]:
    """What the person's sockets get (S98, S99): the notification, and the new balance when money moved."""
    title, message = say(draft.sentence, draft.facts)
    notification = {
        "id": envelope.place,
        "title": title,
        "message": message,
        "sentence": draft.sentence,
        "facts": draft.facts,
        "type": draft.type,
        "related_id": draft.related_id,
        "created_at": draft.created_at,
        "read": False,
    }
    pushes: list[dict[str, Any]] = [{"type": "notification", "data": notification}]
    if isinstance(envelope.event, MoneyMoved):
        pushes.append(messages.success(envelope.event, draft.user_id))
    return pushes
