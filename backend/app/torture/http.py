"""One line to the bank: a keep-alive HTTP connection that is opened anew whenever it breaks."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final, NamedTuple

ANSWER_SECONDS: Final = 4.0


class Unanswered(Exception):
    """There was no answer: the request may have been done, or not."""


class Answer(NamedTuple):
    """What the bank said."""

    status: int
    headers: dict[str, str]
    body: Any


class Line:
    """A caller's connection to a gateway on this machine. One request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, token: str, body: str = "") -> Answer:
        """Return the answer to a request.

        Raises:
            Unanswered: the connection broke, nothing came in time, or what came isn't HTTP.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._exchange(method, path, token, body.encode())
        except (OSError, EOFError, ValueError, IndexError, TimeoutError) as error:
            self.close()
            raise Unanswered(type(error).__name__) from None

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _exchange(self, method: str, path: str, token: str, body: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        answer = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(first.split()[1]), headers, json.loads(answer) if answer else None)
