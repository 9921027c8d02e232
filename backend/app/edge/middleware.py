"""What happens to every request: it gets an id, a size limit, safe headers, one line in the log, never a bare 500."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooLarge
from app.edge.errors import body_of, code_in, error_body, internal_error_body
from app.telemetry.context import adopted
from app.telemetry.requests import answered

log = structlog.get_logger("app.access")

# An id made by a proxy or a client is kept if it can't do harm in a log or in the outbox's `trace` column.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

SECURITY_HEADERS: list[tuple[bytes, bytes]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    # One address serves a page to a browser's navigation and JSON to a program: caches must tell them apart.
    (b"vary", b"Accept"),
]
DATA_HEADERS: list[tuple[bytes, bytes]] = [
    # What says money is never cached, and JSON opened as a page may do nothing.
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
TRANSPORT_SECURITY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class EdgeMiddleware:
    """The outermost layer of our own (CORS alone stands outside it, so that errors carry its headers too).

    `secure` says that the bank is served over TLS only.
    """

    def __init__(self, app: ASGIApp, *, body_bytes_max: int, secure: bool = False) -> None:
        self._app = app
        self._body_bytes_max = body_bytes_max
        self._headers = [*SECURITY_HEADERS, TRANSPORT_SECURITY] if secure else SECURITY_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        given = adopted(headers.get(b"traceparent")) or usable_request_id(headers.get(b"x-request-id"))
        request_id = given or secrets.token_hex(8)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._serve(scope, receive, _Answer(send, request_id, self._headers), headers)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer, headers: dict[bytes, bytes]) -> None:
        started = time.perf_counter()
        scope.setdefault("state", {})["request_id"] = answer.request_id
        try:
            limit = self._body_bytes_max
            if _content_length(headers) > limit:
                await answer.error(413, error_body(TooLarge(limit)))
            elif b"%00" in scope["query_string"] or "\x00" in scope["path"]:
                # PostgreSQL keeps no NUL character, so nothing with one can be looked up.
                await answer.error(
                    422, body_of("The address has a character that we can't accept.", "invalid_request", {})
                )
            else:
                counted = _Counted(receive, limit).receive if b"content-length" not in headers else receive
                await self._app(scope, counted, answer.send)
        except Exception:
            log.exception("unexpected_error", method=scope["method"], route=_route(scope))
            if answer.status is not None:  # half an answer has left: only closing the connection says that it's wrong
                raise
            await answer.error(500, internal_error_body(answer.request_id))
        finally:
            method, route, seconds = scope["method"], _route(scope), time.perf_counter() - started
            traceparent = headers.get(b"traceparent")
            answered(method, route, answer.status, seconds, request_id=answer.request_id, traceparent=traceparent)
            log.info(
                "request",
                method=method,
                route=route,
                status=answer.status,
                duration_ms=round(seconds * 1000, 1),
                user_id=scope["state"].get("user_id"),
                **({"code": answer.code} if answer.code else {}),
            )


class _Answer:
    """Sends the answer on with our headers, and remembers its status."""

    def __init__(self, send: Send, request_id: str, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.request_id = request_id
        self.status: int | None = None
        self.code: str | None = None  # of the refusal, by which it is found again in the log

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = list(message.get("headers", []))
            names = {name.lower() for name, _ in own}
            is_data = (b"content-type", b"application/json") in own
            extra = self._headers + DATA_HEADERS if is_data else self._headers
            own += [header for header in extra if header[0] not in names or header[0] == b"vary"]
            own.append((b"x-request-id", self.request_id.encode()))
            message = {**message, "headers": own}
        elif self.status is not None and self.status >= 400:
            self.code = code_in(message.get("body", b""))
        await self._send(message)

    async def error(self, status: int, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


class _Counted:
    """Counts a body that doesn't say its length, and stops reading where the limit is."""

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self._receive = receive
        self._bytes_left = bytes_max

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_left -= len(message.get("body", b""))
        if self._bytes_left < 0:
            raise HTTPException(413)  # the one exception that FastAPI lets through while it reads a body
        return message


def usable_request_id(given: bytes | None) -> str | None:
    """Return the id that a request came with, unless it came without or it could do harm where it is written."""
    if given is None:
        return None
    text = given.decode("latin-1")
    return text if _REQUEST_ID.fullmatch(text) else None


def _content_length(headers: Mapping[bytes, bytes]) -> int:
    text = headers.get(b"content-length", b"0")
    return int(text) if text.isdigit() and len(text) < 16 else 0 if text == b"" else 2**63


def _route(scope: Scope) -> str | None:
    """Return the route's template: a path as asked may hold a name or a number that isn't for the log."""
    return getattr(scope.get("route"), "path", None)
