"""What operators need: dead letters, queues, health."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.edge.exact import ExactRoute
from app.edge.pages import Page, PageQuery
from app.edge.query import KnownQuery
from app.edge.session import Read, Write
from app.edge.wire import RowId
from app.identity.permissions import AdminUser
from app.operations import dead_letters, dependencies, queues
from app.operations import metrics as figures
from app.operations.access import scraper
from app.operations.schemas import (
    DeadLetterOut,
    GiveUpRequest,
    HealthOut,
    LetterStatus,
    QueueOut,
    QueuesOut,
    ReadinessOut,
)
from app.realtime.hub import Hub
from app.telemetry.exposition import CONTENT_TYPE
from app.transactions.accept import Acceptor

router = APIRouter(prefix="/health", tags=["health"], route_class=KnownQuery)
metrics_router = APIRouter(tags=["health"], route_class=KnownQuery)
admin_router = APIRouter(prefix="/admin", tags=["admin: operations"], route_class=ExactRoute)


@router.get("/live")
async def is_alive() -> HealthOut:
    """This process runs. Restart it if it doesn't answer."""
    return HealthOut()


@router.get("/ready")
def is_ready() -> ReadinessOut:
    """This process can serve. Send it no requests while it answers 503."""
    return ReadinessOut.of(dependencies.readiness())


@metrics_router.get(
    "/metrics",
    dependencies=[Depends(scraper)],
    response_class=Response,  # the figures are text; refusals are JSON like any other
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """The bank's figures and this gateway's, for Prometheus."""
    hub: Hub = request.app.state.hub
    acceptor: Acceptor = request.app.state.acceptor
    told = figures.text_of_all(sockets=hub.sockets, accept_oldest_seconds=acceptor.oldest_seconds)
    return Response(told, media_type=CONTENT_TYPE)


@admin_router.get("/dead-letters")
def list_dead_letters(
    admin: AdminUser, session: Read, page: PageQuery, status: LetterStatus | None = None
) -> Page[DeadLetterOut]:
    """Events that could not be handled after every retry, newest first."""
    letters = dead_letters.page(session, status=status, before_id=page.after_id, limit=page.fetch)
    return Page.of(letters, page, out=DeadLetterOut.of, row_id=lambda letter: letter.row.id)


@admin_router.post("/dead-letters/{letter_id}/replay")
def replay_dead_letter(letter_id: RowId, admin: AdminUser, session: Write) -> DeadLetterOut:
    """Put the event back into its queue. Safe to repeat."""
    return DeadLetterOut.of(dead_letters.replay(session, letter_id=letter_id, actor_id=admin.id))


@admin_router.post("/dead-letters/{letter_id}/give-up")
def give_up_dead_letter(letter_id: RowId, body: GiveUpRequest, admin: AdminUser, session: Write) -> DeadLetterOut:
    """Close a dead letter for good, with the reason. A payment that it was to settle has failed then, and its customer knows."""
    letter = dead_letters.give_up(session, letter_id=letter_id, reason=body.reason, actor_id=admin.id)
    return DeadLetterOut.of(letter)


@admin_router.get("/queues")
def list_queues(admin: AdminUser, session: Read) -> QueuesOut:
    """How long each queue is, and how long its first event has been waiting."""
    messages = queues.on_broker()
    return QueuesOut(
        queues=[QueueOut.of(queue) for queue in queues.health(session, messages)],
        unsent_bundles=queues.unsent(session),
        broker_answers=messages is not None,
    )
