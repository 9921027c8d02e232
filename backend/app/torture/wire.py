"""A TCP wire in front of an engine that can be cut, slowed, made half-open, or broken right after something was sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

_CHUNK_BYTES: Final = 65_536
_MID_FRAME_PROBABILITY: Final = 0.05
_AFTER_SENT_PROBABILITY: Final = 0.3
_DELAY_SECONDS_MAX: Final = 0.2

# What must not be asked twice by mistake: the COMMIT of a transaction, a publish (class 60, method 40) and an
# acknowledgement (60, 80). The acceptor's commits are statements of their own, so everything on its connection counts.
_SENT: Final = {"postgres": (b"COMMIT",), "rabbitmq": (b"\x00\x3c\x00\x28", b"\x00\x3c\x00\x50")}
_ALWAYS: Final = b"nyord-accept"


class _Link:
    """One connection through the wire: our two ends of it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.is_accepting = False
        self.is_silenced = False

    def cut(self) -> None:
        self.client.transport.abort()
        self.server.transport.abort()


class Wire:
    """Carries bytes between a free local port and the engine at `url`; `mode` says what goes wrong with them."""

    def __init__(self, name: str, url: str) -> None:
        parts = urlsplit(url)
        self._name = name
        self._target = (str(parts.hostname), int(parts.port or 0))
        self._direct = url
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._mode = ""
        self._chance = random.Random()
        self.broken = 0

    @property
    def url(self) -> str:
        """The address to give to the bank. The wire must be open."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return self._direct.replace(f"{self._target[0]}:{self._target[1]}", f"127.0.0.1:{port}")

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def close(self) -> None:
        """Listen no more and cut what is open."""
        if self._server is not None:
            self._server.close()
            self._cut_all()

    async def misbehave(self, mode: str, seconds: float) -> None:
        """Break for so long, then carry again. Connections that were silenced are cut at the end."""
        self._mode = mode
        if mode == "cut":
            self._cut_all()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._mode = ""
            for link in [link for link in self._links if link.is_silenced]:
                self._cut(link)

    def client_port(self, engine_side_port: int) -> int | None:
        """Return the port of the process whose connection the engine sees as coming from `engine_side_port`."""
        for link in self._links:
            if link.server.get_extra_info("sockname")[1] == engine_side_port:
                return int(link.client.get_extra_info("peername")[1])
        return None

    def _cut_all(self) -> None:
        for link in list(self._links):
            self._cut(link)

    def _cut(self, link: _Link) -> None:
        self.broken += 1
        link.cut()

    async def _accept(self, client_reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            if self._mode == "cut":
                raise ConnectionResetError
            server_reader, server = await asyncio.open_connection(*self._target)
        except OSError:
            client.transport.abort()
            return
        link = _Link(client, server)
        self._links.add(link)
        pumps: list[Coroutine[Any, Any, None]] = [
            self._carry(link, client_reader, server, to_engine=True),
            self._carry(link, server_reader, client, to_engine=False),
        ]
        try:
            await asyncio.gather(*pumps)
        except asyncio.CancelledError:
            pass  # we are being closed; asyncio's own streams make a traceback of a handler that says so
        finally:
            self._links.discard(link)
            link.cut()

    async def _carry(
        self, link: _Link, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, to_engine: bool
    ) -> None:
        try:
            while data := await source.read(_CHUNK_BYTES):
                if self._mode:
                    await self._carry_badly(link, data, sink, to_engine=to_engine)
                elif not link.is_silenced:
                    sink.write(data)
                    link.is_accepting = link.is_accepting or (to_engine and _ALWAYS in data)
                await sink.drain()
            if not link.is_silenced:  # half-open is just this: one side ends, and the other doesn't hear of it
                sink.close()
        except OSError:
            if not link.is_silenced:
                link.cut()

    async def _carry_badly(self, link: _Link, data: bytes, sink: asyncio.StreamWriter, *, to_engine: bool) -> None:
        link.is_accepting = link.is_accepting or (to_engine and _ALWAYS in data)
        if self._mode == "half-open":
            link.is_silenced = True
        if link.is_silenced:
            return
        if self._mode == "delay":
            await asyncio.sleep(self._chance.uniform(0, _DELAY_SECONDS_MAX))
        if self._mode == "mid-frame" and len(data) > 1 and self._chance.random() < _MID_FRAME_PROBABILITY:
            sink.write(data[: len(data) // 2])
            self._cut(link)
            return
        sink.write(data)
        if self._mode == "reset after sent" and to_engine and self._is_wanted(link, data):
            self.broken += 1
            link.client.transport.abort()  # the answer has nobody to go to any more
            link.server.close()  # after what was written: the engine has all of it

    def _is_wanted(self, link: _Link, data: bytes) -> bool:
        marked = link.is_accepting or any(mark in data for mark in _SENT[self._name])
        return marked and self._chance.random() < _AFTER_SENT_PROBABILITY
