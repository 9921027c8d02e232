"""One socket: what waits to be sent, what the client may say, and how it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.realtime.admission import Admission
from app.realtime.errors import CLOSE_OVERLOADED, CLOSE_POLICY, CLOSE_TOO_BIG

# A client has nothing to say but `ping`, so little is enough.
CLIENT_CHARACTERS_MAX = 1_024
CLIENT_MESSAGES_PER_MINUTE_MAX = 120
CLOSE_SECONDS_MAX = 5.0
REASON_BYTES_MAX = 123  # RFC 6455: a close frame's reason


class _Said(msgspec.Struct):
    type: str = ""


_read_said = msgspec.json.Decoder(_Said).decode


class Socket:
    """An admitted socket. Messages queue up to a limit; a client that reads too slowly is closed, not waited for."""

    def __init__(self, websocket: WebSocket, admission: Admission, *, queue_max: int) -> None:
        self.admission = admission
        self.is_open = False  # from then on, nothing that is pushed may be missed
        self._websocket = websocket
        self._queue: asyncio.Queue[str] = asyncio.Queue(queue_max)
        self._closing: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._heard = 0
        self._heard_since = 0.0

    def offer(self, message: str) -> None:
        """Queue a message, without waiting. If there is no room the socket is closed with 1013."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.close(CLOSE_OVERLOADED, "This connection reads too slowly. Connect again and reload.")

    def close(self, code: int, reason: str) -> None:
        """End the socket soon. The first reason counts."""
        if not self._closing.done():
            self._closing.set_result((code, reason))

    async def run(self) -> None:
        """Send and listen until the client leaves or somebody closes the socket."""
        work: list[asyncio.Future[Any]] = [asyncio.create_task(self._send()), asyncio.create_task(self._listen())]
        try:
            await asyncio.wait([*work, self._closing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)  # not gather: it would swallow who cancelled us
        if self._closing.done():
            await close(self._websocket, *self._closing.result())

    async def _send(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the client has left; the listener notices too
            while True:
                await self._websocket.send_text(await self._queue.get())

    async def _listen(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                self._hear(message.get("text") or message.get("bytes") or "")

    def _hear(self, said: str | bytes) -> None:
        """Answer a ping; ignore the rest, within limits."""
        now = asyncio.get_running_loop().time()
        if now - self._heard_since > 60:
            self._heard, self._heard_since = 0, now
        self._heard += 1
        if len(said) > CLIENT_CHARACTERS_MAX:
            self.close(CLOSE_TOO_BIG, "This message is too large.")
        elif self._heard > CLIENT_MESSAGES_PER_MINUTE_MAX:
            self.close(CLOSE_POLICY, "Too many messages.")
        else:
            with suppress(msgspec.DecodeError):
                if _read_said(said).type == "ping":
                    self.offer('{"type":"pong"}')


async def close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close with a code and a reason; a client that is gone, or doesn't read, can't hold us up."""
    fitting = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await websocket.close(code, fitting)
