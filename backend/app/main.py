"""The gateway: `uvicorn app.main:app`. Reading `ROUTERS` is reading the API."""

from __future__ import annotations

import itertools
import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from app import __version__
from app import consumers as _every_queue  # noqa: F401  (staff see them all, also those in which nothing waits)
from app.accounts import router as accounts
from app.audit import router as audit
from app.config import ConfigurationError, get_cors_origins, get_settings
from app.core import garbage
from app.dashboard import router as dashboard
from app.database import forget_engine
from app.edge import errors, limits
from app.edge.middleware import DATA_HEADERS, SECURITY_HEADERS, TRANSPORT_SECURITY, EdgeMiddleware, usable_request_id
from app.embedded import lifeline
from app.engines.check import require_engines
from app.enquiries import router as enquiries
from app.enquiries.shipping import shipping
from app.identity import router as identity
from app.logs import configure_logging
from app.notifications import router as notifications
from app.operations import router as operations
from app.realtime import router as realtime
from app.realtime.hub import Hub
from app.telemetry.context import adopted
from app.telemetry.process import watched
from app.telemetry.requests import answered
from app.transactions import admin_router as transactions_admin
from app.transactions import router as transactions
from app.transactions.accept import Acceptor
from app.transactions.initiate import TransferEndpoint, send_answer
from app.web.build import DIST
from app.web.serve import WebApp

log = structlog.get_logger("app.access")

ROUTERS: tuple[APIRouter, ...] = (
    identity.router,
    transactions.own_accounts_router,  # before /accounts/{account_id}, which would say that it knows GET alone
    accounts.router,
    transactions.initiate_router,
    transactions.bulk_router,
    transactions.router,
    dashboard.router,
    notifications.router,
    realtime.router,
    identity.admin_router,
    accounts.admin_router,
    transactions_admin.admin_router,
    audit.admin_router,
    enquiries.router,
    enquiries.admin_router,
    operations.admin_router,
    operations.router,
    operations.metrics_router,
)

# What the API's document says of each group of operations.
_TAGS = {
    "identity": "Signing up and in, one's profile and sessions; finding people.",
    "accounts": "One's accounts, and moving money between them.",
    "transactions": "Sending money, paying in and taking out, refunds, and what became of it.",
    "notifications": "What the bank told somebody.",
    "dashboard": "The first page in one answer.",
    "search": "Finding one's own transactions.",
    "realtime": "Live push: a ticket for `/ws`, whose messages the AsyncAPI document describes.",
    "admin": "Staff: accounts, transactions, reviews, corrections.",
    "admin: users": "Staff: customers, roles, KYC.",
    "admin: audit": "Staff: who did what, and what happened.",
    "admin: search": "Staff: finding anything, and figures over time.",
    "admin: operations": "Staff: queues, and what couldn't be delivered.",
    "health": "For whoever watches the bank.",
}
_BARE = {
    transactions.INITIATE_PATH: transactions.initiate_endpoint,
    transactions.BULK_PATH: transactions.bulk_endpoint,
}
# Request ids of the bare way: this process's own random name and a number, a tenth of the price of random ones.
_PROCESS = secrets.token_hex(6)
_REQUESTS = itertools.count(1)


class Nyord(FastAPI):
    """FastAPI, with a way past it for the two busiest routes and for the web app.

    A plain transfer needs no CORS, no router and no request object; going straight to its endpoint halves its cost. A
    request from another origin takes the ordinary way and meets the same endpoint there. `web` is asked after the
    transfers have left, and before the API: it knows which requests are a browser's for a page or a file.
    """

    web: WebApp
    bare_headers: tuple[tuple[bytes, bytes], ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" and (refusal := _unusable_engine()):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": refusal})
            return
        endpoint = _BARE.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is not None:
            headers: dict[bytes, bytes] = dict(scope["headers"])
            if b"origin" not in headers:
                await self._serve_bare(endpoint, scope, receive, send, headers)
                return
        if scope["type"] == "http" and (reply := self.web.reply_to(scope)) is not None:
            await reply.send(send, head=scope["method"] == "HEAD")
            return
        await super().__call__(scope, receive, send)

    async def _serve_bare(
        self, endpoint: TransferEndpoint, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]
    ) -> None:
        """Do for a plain transfer what the middleware does for the rest, but for the log: only what isn't good is a line."""
        started, traceparent, path = time.perf_counter(), headers.get(b"traceparent"), scope["path"]
        given = adopted(traceparent) or usable_request_id(headers.get(b"x-request-id"))
        request_id = given or f"{_PROCESS}-{next(_REQUESTS):x}"
        scope["app"] = self
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        own = (*self.bare_headers, (b"x-request-id", request_id.encode()))
        try:
            status = await endpoint(scope, receive, send, own)
        except Exception:
            log.exception("unexpected_error", method="POST", route=path, request_id=request_id)
            status = await send_answer(send, 500, errors.internal_error_body(request_id), (), own)
        seconds = time.perf_counter() - started
        answered("POST", path, status, seconds, request_id=request_id, traceparent=traceparent)
        if status >= 400:
            log.info(
                "request", method="POST", route=path, status=status, duration_ms=round(seconds * 1000, 1),
                user_id=state.get("user_id"), request_id=request_id, code=state.get("code"),
            )  # fmt: skip


def _unusable_engine() -> str:
    """Return what no waiting heals: a wrong password, an engine too old. One that is away only makes answers 503.

    What nobody foresaw is returned as well: uvicorn would take an error for "no lifespan here" and serve without one.
    """
    try:
        require_engines(get_settings())
    except ConfigurationError as error:
        return str(error)
    except Exception:
        return traceback.format_exc()
    return ""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the two async islands, the group commit and the sockets, while the gateway serves."""
    settings = get_settings()
    app.state.settings = settings
    lifeline.watch()
    async with AsyncExitStack() as islands:
        islands.enter_context(shipping("gateway"))
        islands.enter_context(watched("gateway"))
        islands.enter_context(limits.shared_counts())
        app.state.acceptor = await islands.enter_async_context(Acceptor(settings).running())
        app.state.hub = await islands.enter_async_context(Hub(settings).running())
        yield
    forget_engine()


def create_app() -> FastAPI:
    """Make the gateway.

    Raises:
        ConfigurationError: no database, or no usable JWT secret.
    """
    configure_logging("gateway", whole_process=bool(logging.getLogger("uvicorn").handlers))  # if uvicorn runs it
    settings = get_settings().require_usable()
    app = Nyord(
        title="Nyord",
        version=__version__,
        description="A whole retail bank: accounts, transfers, reviews, notifications and live push. A field or a "
        "parameter that an operation doesn't have is refused, never ignored.",
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        lifespan=_lifespan,
        docs_url=None,  # FastAPI's pages load their scripts from a third party; `web` serves /docs itself
        redoc_url=None,
    )
    app.web = WebApp(DIST, secure=settings.cookie_secure)
    app.bare_headers = (*SECURITY_HEADERS, *DATA_HEADERS, *([TRANSPORT_SECURITY] if settings.cookie_secure else []))
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
        app.router.routes.extend(router.routes)  # as they are; `include_router` would make each a second time
    for route in app.routes:
        # What a generated client calls its functions: unlike FastAPI's own, without the path.
        if isinstance(route, APIRoute):
            route.operation_id = route.name
    return app


app = create_app()
garbage.freeze()
