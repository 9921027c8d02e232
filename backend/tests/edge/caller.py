"""Somebody who calls a gateway, without a network and with a clock that a test turns."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from app.edge.one_write import Protocol


class Timer:
    """Something that happens later, unless it is cancelled."""

    def __init__(self, at: float, callback: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.at = at
        self.callback = callback
        self.arguments = arguments
        self.is_over = False

    def cancel(self) -> None:
        self.is_over = True


class Clock:
    """The loop, but for its time, which passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio.get_running_loop(), name)

    def call_later(self, seconds: float, callback: Callable[..., None], *arguments: Any) -> Timer:
        self.timers.append(Timer(self.now + seconds, callback, arguments))
        return self.timers[-1]

    def later(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if not timer.is_over and timer.at <= end]:
            timer = min(due, key=lambda one: one.at)
            timer.is_over, self.now = True, timer.at
            timer.callback(*timer.arguments)
        self.now = end


class Line:
    """A transport that remembers what it was given."""

    def __init__(self) -> None:
        self.sent = b""
        self.is_closed = False
        self.is_paused = False

    def get_extra_info(self, name: str) -> None:
        return None

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def set_protocol(self, protocol: object) -> None:
        self.protocol = protocol

    def get_protocol(self) -> object:
        return self.protocol

    @property
    def statuses(self) -> list[int]:
        return [int(part[:3]) for part in self.sent.split(b"HTTP/1.1 ")[1:]]

    @property
    def error(self) -> dict[str, Any]:
        head, _, body = self.sent.partition(b"\r\n\r\n")
        assert b"content-type: application/json\r\n" in head
        assert head.endswith(b"\r\nconnection: close") or b"\r\nconnection: close\r\n" in head
        found: dict[str, Any] = json.loads(body)
        return found


class Caller:
    """A connection of somebody's to a gateway of one small app."""

    def __init__(self, app: ASGIApp) -> None:
        config = Config(app, log_config=None, ws="none", access_log=False)
        config.load()
        self.line = Line()
        self.clock = Clock()
        self.protocol = Protocol(config, ServerState(), {}, self.clock)  # type: ignore[arg-type]
        self.protocol.connection_made(self.line)  # type: ignore[arg-type]

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self.protocol.data_received(part)

    async def answered(self, times: int = 1) -> None:
        while len(self.line.statuses) < times:
            await asyncio.sleep(0)

    def closes_after(self, seconds: float) -> bool:
        """Return whether the connection is closed at that time, and not a second sooner."""
        self.clock.later(seconds - 1)
        was_open = not self.line.is_closed
        self.clock.later(1)
        return was_open and self.line.is_closed


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, once it is whole."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    await answer(send, body)


async def answer(send: Send, body: bytes = b"") -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def served(story: Callable[[Caller], Awaitable[None]], app: ASGIApp = echo) -> Line:
    """Tell a story in a running loop; return what the line saw."""

    async def run() -> Line:
        caller = Caller(app)
        await story(caller)
        await asyncio.sleep(0)
        caller.protocol.connection_lost(None)
        return caller.line

    return asyncio.run(run())
