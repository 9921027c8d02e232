"""`/ws`: live push (S72, S101), by access token or by a one-use ticket."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import BankError, TooMany, Unauthenticated
from app.database import unit_of_work
from app.edge import limits
from app.edge.origins import is_own_page
from app.edge.query import KnownQuery
from app.edge.session import Write
from app.identity.permissions import CurrentUser
from app.realtime import admission
from app.realtime.admission import TICKET_SECONDS, Admission
from app.realtime.errors import CLOSE_OVERLOADED, CLOSE_TOO_MANY, CLOSE_UNAUTHENTICATED
from app.realtime.hub import Hub, refuse

router = APIRouter(tags=["realtime"], route_class=KnownQuery)


class TicketOut(BaseModel):
    """A one-use right to open a socket."""

    ticket: str = Field(description="Open `/ws?ticket=` with it, once.")
    expires_in: int = Field(description="Seconds until it is worthless.")


@router.post("/ws/ticket")
def socket_ticket(user: CurrentUser, session: Write) -> TicketOut:
    """Get a ticket for one socket, so that no token has to stand in an address."""
    made = admission.issue_ticket(session, user_id=user.id, session_id=user.session_id)
    return TicketOut(ticket=made, expires_in=TICKET_SECONDS)


@router.websocket("/ws")
async def live(
    websocket: WebSocket,
    token: Annotated[str | None, Query(description="An access token.")] = None,
    ticket: Annotated[str | None, Query(description="A ticket from `POST /ws/ticket`.")] = None,
) -> None:
    """Receive notifications and new balances as they happen. `{"type":"ping"}` is answered with `{"type":"pong"}`.

    Whoever isn't admitted is accepted and closed at once with 4401 (sign in again) or 4429 (too many): a browser's
    script can read a close code, but not the status of a refused upgrade. Only a page of another origin is refused
    outright.
    """
    if not is_own_page(websocket):
        await websocket.close()
        return
    try:
        admitted = await run_in_threadpool(_admit, token, ticket)
        limits.hit("rate_limit_per_user", str(admitted.user_id))
    except SQLAlchemyError:
        await refuse(websocket, CLOSE_OVERLOADED, "The bank can't be reached right now. Try again in a moment.")
    except BankError as error:
        await _refuse(websocket, error)
    else:
        hub: Hub = websocket.app.state.hub
        await hub.serve(websocket, admitted)


def _admit(token: str | None, ticket: str | None) -> Admission:
    with unit_of_work() as session:
        if ticket is not None:
            return admission.by_ticket(session, ticket)
        return admission.by_token(session, token or "")


async def _refuse(websocket: WebSocket, error: BankError) -> None:
    """Say why; whoever keeps trying bad tokens is slowed down like any other anonymous caller."""
    if isinstance(error, Unauthenticated):
        try:
            limits.hit("rate_limit_anonymous", limits.visitor_of(websocket))
        except TooMany as too_many:
            error = too_many
    code = CLOSE_TOO_MANY if isinstance(error, TooMany) else CLOSE_UNAUTHENTICATED
    await refuse(websocket, code, error.detail)


class _WithoutQuery(logging.Filter):
    """Takes the query string off the addresses that uvicorn logs for sockets: it may hold a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                value.partition("?")[0] if isinstance(value, str) and "/ws?" in value else value
                for value in record.args
            )
        return True


logging.getLogger("uvicorn.error").addFilter(_WithoutQuery())
logging.getLogger("uvicorn.access").addFilter(_WithoutQuery())
