"""A session that ended may not keep its socket: the gateways look again at once instead of within a minute."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.events.catalogue import SessionRevoked, UserChanged
from app.events.consumer import consumer
from app.realtime import service


@consumer(queue="banking.realtime", on=[SessionRevoked, UserChanged])
def recheck_sockets(session: Session, events: Sequence[SessionRevoked | UserChanged]) -> None:
    """Have the sockets of these users checked again. Twice is the same as once."""
    service.recheck(session, {event.user_id for event in events})
