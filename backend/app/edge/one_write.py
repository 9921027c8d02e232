"""Uvicorn's HTTP, with an answer's head and body in one write.

Uvicorn writes the head when an answer starts and the body when it comes, and uvloop sends each at once: two system calls, two
packets, and a client that is woken twice. What is written here leaves together, before the loop looks for anything new.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast

from app.edge.incoming import Incoming

# More than this isn't held back: the transport must be able to say that the client doesn't keep up.
HELD_BYTES_MAX: Final = 65_536


class OneWrite:
    """A transport that gathers what is written in one turn of the loop; everything else is the transport's own."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._held_bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def write(self, data: bytes) -> None:
        """Send this with what else is written before the loop turns."""
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > HELD_BYTES_MAX:
            self.flush()

    def flush(self) -> None:
        """Send now what was gathered."""
        if self._held:
            data = b"".join(self._held)
            self._held.clear()
            self._held_bytes = 0
            if not self.transport.is_closing():
                self.transport.write(data)

    def close(self) -> None:
        """Close once everything that was written has been sent."""
        self.flush()
        self.transport.close()


class Protocol(Incoming):
    """What `uvicorn --http app.edge.one_write:Protocol` serves with."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        self._one_write = OneWrite(transport, self.loop)
        super().connection_made(cast(asyncio.Transport, self._one_write))

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over as it came: a frame is one write already."""
        self._one_write.flush()
        self.transport = self._one_write.transport
        super().handle_websocket_upgrade()
