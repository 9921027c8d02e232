"""Uvicorn's HTTP, with limits for what comes in: how large a request's head may be, how long head and body may take.

Uvicorn keeps all of a head and waits for its end for ever: one anonymous connection could fill a gateway's memory and keep
everybody else waiting. A request that comes whole, as nearly every one does, costs a few comparisons here and no timer.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.edge.errors import body_of
from app.edge.middleware import DATA_HEADERS, SECURITY_HEADERS

log = structlog.get_logger(__name__)

HEAD_BYTES_MAX: Final = 65_536  # a browser's head is 2 KB, and most proxies pass no more than 32 KB on
HEAD_SECONDS: Final = 10.0  # a head is a packet or two: enough for three that get lost on the way, one after the other
BODY_SECONDS: Final = 30.0  # the largest body that we take (`body_bytes_max`), at 20 kbit/s
# What is read at once, so that a limit is noticed soon: uvloop hands over up to 256 KB.
_PIECE_BYTES: Final = 4_096


class Incoming(HttpToolsProtocol):
    """A connection that closes when its caller takes too much room or time.

    What isn't finished (a head, the lines between a body's chunks and after the last) is counted in pieces, without the one
    that it begins in: up to two pieces more than the limit may pass.
    """

    # Beside uvicorn's own thirty or so attributes: with a few more, Python would find each of them more slowly.
    __slots__ = ("_bytes", "_deadline", "_unfinished")

    _deadline: asyncio.TimerHandle | None
    _unfinished: object  # what the deadline is for: the scope of a head, the cycle of a body; None: a first byte
    _bytes: int  # of it, after the piece that it began in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection; it must ask something."""
        super().connection_made(transport)
        self._unfinished, self._bytes = None, 0
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. In place of uvicorn's, for our limits and our answers."""
        self._unset_keepalive_if_required()
        if len(data) <= _PIECE_BYTES:
            self._read(data)
            return
        for start in range(0, len(data), _PIECE_BYTES):
            if not self._read(data[start : start + _PIECE_BYTES]):
                return

    def on_body(self, body: bytes) -> None:
        """Take a part of a body, whose length is for the application to judge."""
        self._bytes = 0
        super().on_body(body)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over. A head that the socket's own reader can't take would be dropped there without a word."""
        super().handle_websocket_upgrade()
        if not getattr(self.transport.get_protocol(), "handshake_initiated", True):
            self._refuse(400, "invalid_request", "The request couldn't be read: no socket begins like this.")

    def _read(self, piece: bytes) -> bool:
        """Return whether there may be more to read: not if the connection ends, nor if it is a socket from here on."""
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserError:
            self._refuse(400, "invalid_request", "The request couldn't be read: it isn't HTTP.")
            return False
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._wait_no_more()
                self.handle_websocket_upgrade()
                return False
        cycle = self.cycle
        if cycle is None or cycle.scope is not self.scope or cycle.more_body or cycle.response_complete:
            return self._is_bearable(piece)
        if self._deadline is not None:  # the request is whole
            self._wait_no_more()
        return True

    def _is_bearable(self, piece: bytes) -> bool:
        """Count what isn't finished yet, and give it its time when it begins; return False if it has become too large."""
        is_in_head = self._is_in_head()
        unfinished = self.scope if is_in_head else self.cycle
        if unfinished is self._unfinished and self._deadline is not None:
            self._bytes += len(piece)
            if self._bytes > HEAD_BYTES_MAX:
                sentence = "The request's head is larger than we accept."
                self._refuse(431, "head_too_large", sentence, bytes_max=HEAD_BYTES_MAX)
                return False
            return True
        if not is_in_head or self._deadline is None or self._unfinished is not None:
            self._wait_no_more()  # but a first head has the time that began with the connection
            self._wait(HEAD_SECONDS if is_in_head else BODY_SECONDS)
        self._unfinished, self._bytes = unfinished, 0
        return True

    def _refuse(self, status: int, code: str, detail: str, **data: Any) -> None:
        """Answer what can't go on, unless half an answer has left or is due before it, and close."""
        log.debug("request_refused", status=status, code=code)  # no louder: strangers could write as many as they like
        if not self.pipeline and not (self._is_answering() and self.cycle.response_started):
            body = body_of(detail, code, data)
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
                *SECURITY_HEADERS,
                *DATA_HEADERS,
            ]
            lines = (b"%b: %b\r\n" % header for header in headers)
            self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        if self._is_answering():
            self.cycle.disconnected = True  # this answer was the last
        self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._too_late, seconds)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._unfinished = None

    def _too_late(self, seconds: float) -> None:
        if self.transport.is_closing():
            return
        if self._is_answering() and (self._is_in_head() or self._is_held_up()):
            self._wait(seconds)  # whoever waits for the bank isn't late
        elif self.scope is None or not (self._is_in_head() or self._is_answering()):
            self.transport.close()  # nothing was asked, or all that was has its answer
        else:
            self._refuse(408, "request_timeout", "The request took too long to arrive. Send it again.")

    def _is_in_head(self) -> bool:
        """Return whether a head has begun (or nothing yet): uvicorn writes the method into its scope once it is complete."""
        return self.scope is None or "method" not in self.scope

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_held_up(self) -> bool:
        """Return whether it is the bank that lets a body wait: others come first, or what has come isn't taken yet."""
        return bool(self.pipeline) or self.flow.read_paused or self.cycle.response_started
