"""What can go wrong when a socket is opened, and the codes that sockets are closed with."""

from __future__ import annotations

from app.core.errors import Unauthenticated

# 4000-4999 are an application's own (RFC 6455). Ours repeat the HTTP status that the same refusal would have.
CLOSE_UNAUTHENTICATED = 4401
CLOSE_TOO_MANY = 4429
CLOSE_POLICY = 1008  # the client misbehaves
CLOSE_TOO_BIG = 1009
CLOSE_RESTART = 1012  # come back at once: we may have missed something while the database was away
CLOSE_OVERLOADED = 1013  # come back later: this socket reads too slowly, or the bank can't be reached


class TicketInvalid(Unauthenticated):
    """The ticket was never issued, was used already, ran out, or its session ended."""

    code = "ticket_invalid"

    def __init__(self) -> None:
        super().__init__("This ticket was used or has run out. Ask for a new one.")
