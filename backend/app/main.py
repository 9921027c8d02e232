"""The gateway: `uvicorn app.main:app`. Reading `ROUTERS` is reading the API."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import Receive, Scope, Send

from app import __version__
from app import consumers as _every_queue  # noqa: F401  (staff see them all, also those in which nothing waits)
from app.accounts import router as accounts
from app.audit import router as audit
from app.config import get_cors_origins, get_settings
from app.database import forget_engine
from app.edge import errors
from app.edge.middleware import DATA_HEADERS, SECURITY_HEADERS, EdgeMiddleware
from app.embedded import lifeline
from app.identity import router as identity
from app.logs import configure_logging
from app.notifications import router as notifications
from app.operations import router as operations
from app.realtime import router as realtime
from app.realtime.hub import Hub
from app.transactions import admin_router as transactions_admin
from app.transactions import router as transactions
from app.transactions.accept import Acceptor

ROUTERS: tuple[APIRouter, ...] = (
    identity.router,
    accounts.router,
    transactions.own_accounts_router,
    transactions.initiate_router,
    transactions.bulk_router,
    transactions.router,
    notifications.router,
    realtime.router,
    identity.admin_router,
    accounts.admin_router,
    transactions_admin.admin_router,
    audit.admin_router,
    operations.admin_router,
    operations.router,
)

_BARE = {
    transactions.INITIATE_PATH: transactions.initiate_endpoint,
    transactions.BULK_PATH: transactions.bulk_endpoint,
}
# Request ids of the bare way: this process's own random name and a number, a tenth of the price of random ones.
_PROCESS = secrets.token_hex(6).encode()
_REQUESTS = itertools.count(1)
_BARE_HEADERS = (*SECURITY_HEADERS, *DATA_HEADERS)


class Nyord(FastAPI):
    """FastAPI, with a way past it for the two busiest routes.

    A plain transfer needs no CORS, no router and no request object; going straight to its endpoint halves its cost. A
    request from another origin takes the ordinary way and meets the same endpoint there.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = _BARE.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is not None and not any(name == b"origin" for name, _ in scope["headers"]):
            scope["app"] = self
            request_id = b"%s-%x" % (_PROCESS, next(_REQUESTS))
            await endpoint(scope, receive, send, (*_BARE_HEADERS, (b"x-request-id", request_id)))
            return
        await super().__call__(scope, receive, send)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the two async islands, the group commit and the sockets, while the gateway serves."""
    settings = get_settings()
    app.state.settings = settings
    lifeline.watch()
    async with AsyncExitStack() as islands:
        app.state.acceptor = await islands.enter_async_context(Acceptor(settings).running())
        app.state.hub = await islands.enter_async_context(Hub(settings).running())
        yield
    forget_engine()


def create_app() -> FastAPI:
    """Make the gateway.

    Raises:
        ConfigurationError: no database, or no usable JWT secret.
    """
    settings = get_settings().require_usable()
    configure_logging("gateway")
    app = Nyord(
        title="Nyord",
        version=__version__,
        description="A whole retail bank: accounts, transfers, reviews, notifications and live push.",
        lifespan=_lifespan,
        responses=errors.DOCUMENTED,
    )
    errors.install(app)
    app.add_middleware(EdgeMiddleware, body_bytes_max=settings.body_bytes_max, secure=settings.cookie_secure)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=get_cors_origins(),
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID"],
        expose_headers=["Idempotency-Hit", "Idempotency-Key", "Retry-After", "Warning", "X-Request-ID"],
    )
    for router in ROUTERS:
        app.include_router(router)
    return app


app = create_app()
