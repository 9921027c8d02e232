"""Open loop: requests come at a fixed rate, whatever the bank does, and are timed from the moment they were due."""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

from app.core import garbage

from bench.server import Customer

ANSWER_SECONDS_MAX: Final = 30  # who has no answer after the last request for so long gets none
_AGAIN_SECONDS: Final = 0.1
_OK: Final = (b"200", b"201")

_LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)
_RETRY_AFTER = re.compile(rb"^retry-after: \d+\r?$", re.IGNORECASE | re.MULTILINE)
_BUSY: Final = (b"429", b"503")


class Asked(NamedTuple):
    """A request of the customer with the number `who`, with a key for each of its transfers."""

    request: bytes
    who: int
    keys: tuple[str, ...]


class Kept(NamedTuple):
    """A request that the bank took on, its answer's body, and when that came (`time.perf_counter`)."""

    asked: Asked
    body: bytes
    at: float


@dataclass
class Seen:
    """What the clients saw. `accept_ms` are the milliseconds from when a request was due until it was taken on."""

    accept_ms: list[float] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    without_retry_after: int = 0  # answers 429 and 503 that don't say when to try again
    unanswered: int = 0
    not_sent: int = 0  # requests that were due when every connection was busy

    def note(self, asked: Asked, due: float, head: bytes, body: bytes) -> None:
        """Take an answer down."""
        now = time.perf_counter()
        status = head[9:12]
        self.statuses[status.decode()] += 1
        if status in _OK:
            self.accept_ms.append((now - due) * 1000)
            self.kept.append(Kept(asked, body, now))
        elif status in _BUSY and not _RETRY_AFTER.search(head):
            self.without_retry_after += 1

    def wrong(self, *allowed: int) -> int:
        """Return how many requests got no answer, an answer of another status, or no word of when to try again."""
        expected = {str(status) for status in allowed}
        others = sum(count for status, count in self.statuses.items() if status not in expected)
        return others + self.without_retry_after + self.unanswered


class Transfers:
    """Makes requests for transfers of one rupee between customers, each with a key that nobody else has.

    Those before the number `first_payee` pay and are never paid.
    """

    def __init__(self, customers: Sequence[Customer], first_payee: int = 0) -> None:
        self._customers = customers
        self._first_payee = first_payee
        self._run = secrets.token_hex(6)
        self._made = 0

    def one(self, who: int) -> Asked:
        """Return a single transfer that this customer pays."""
        key, body = self._transfer(who)
        return Asked(self._request("initiate", who, body), who, (key,))

    def many(self, who: int, count: int) -> Asked:
        """Return a bulk of transfers that this customer pays."""
        keys, bodies = zip(*(self._transfer(who) for _ in range(count)), strict=True)
        return Asked(self._request("bulk", who, f'{{"transfers":[{",".join(bodies)}]}}'), who, keys)

    def _transfer(self, who: int) -> tuple[str, str]:
        to = random.randrange(self._first_payee, len(self._customers) - 1)
        to += to >= who  # never to themselves
        self._made += 1
        key = f"{self._run}-{self._made}"
        source, destination = self._customers[who].account_id, self._customers[to].account_id
        return key, f'{{"src_account":{source},"dest_account":{destination},"amount":1,"idempotency_key":"{key}"}}'

    def _request(self, path: str, who: int, body: str) -> bytes:
        return (
            f"POST /transactions/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self._customers[who].token}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


async def offer(
    port: int, ask: Callable[[], Asked], *, rate: float, seconds: float, connections: int, waits: bool = True
) -> Seen:
    """Offer `rate` requests a second for `seconds` over so many connections, and return what the clients saw.

    With `waits`, a request for which no connection is free waits for one; otherwise it isn't sent, and counted.
    """
    garbage.freeze()  # a collector that goes through our own libraries stops this client for 100 ms, and the bank would look slow
    lines = _Lines(port, waits=waits)
    await lines.open(connections)
    started = time.perf_counter()
    for number in range(round(rate * seconds)):
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))  # who is late still hears the answers
        lines.send(ask, due)
    await lines.close()
    return lines.seen


class _Lines:
    """The connections, what waits for one of them, and which of them wait."""

    def __init__(self, port: int, *, waits: bool) -> None:
        self.seen = Seen()
        self.idle: deque[_Line] = deque()
        self.waiting: deque[tuple[Asked, float]] = deque()
        self.busy = 0
        self.is_open = True
        self._port = port
        self._waits = waits
        self._all: set[_Line] = set()
        self._opening: set[asyncio.Task[None]] = set()

    async def open(self, count: int) -> None:
        for _ in range(count):
            await self._connect()

    def send(self, ask: Callable[[], Asked], due: float) -> None:
        if self.idle:
            self.idle.popleft().send(ask(), due)  # the one that rested longest: the gateway closes who rests too long
        elif self._waits:
            self.waiting.append((ask(), due))
        else:
            self.seen.not_sent += 1

    def is_free(self, line: _Line) -> None:
        if self.waiting:
            line.send(*self.waiting.popleft())
        else:
            self.idle.append(line)

    def lost(self, line: _Line) -> None:
        self._all.discard(line)
        if line in self.idle:
            self.idle.remove(line)
        if self.is_open:
            task = asyncio.get_running_loop().create_task(self._reconnect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def close(self) -> None:
        """Wait for the answers that are still to come, and hang up."""
        until = time.perf_counter() + ANSWER_SECONDS_MAX
        while (self.busy or self.waiting) and time.perf_counter() < until:
            await asyncio.sleep(0.01)
        self.is_open = False
        self.seen.unanswered += len(self.waiting)
        for line in list(self._all):
            line.hang_up()  # one that still waits for its answer counts it as missing
        while self._all or self._opening:
            await asyncio.sleep(0.01)

    def opened(self, line: _Line) -> None:
        self._all.add(line)
        if self.is_open:
            self.is_free(line)
        else:  # it was on its way when everybody else hung up
            line.hang_up()

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: _Line(self), "127.0.0.1", self._port)

    async def _reconnect(self) -> None:
        while self.is_open:
            with suppress(OSError):
                await self._connect()
                return
            await asyncio.sleep(_AGAIN_SECONDS)


class _Line(asyncio.Protocol):
    """One HTTP connection with one request at a time, as cheap as Python can do it: it shares the bank's cores."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self._asked: Asked | None = None
        self._due = 0.0
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's isn't one by name
        self._lines.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._asked is not None:
            self._asked = None
            self._lines.busy -= 1
            self._lines.seen.unanswered += 1
        self._lines.lost(self)

    def send(self, asked: Asked, due: float) -> None:
        self._asked, self._due, self._received = asked, due, b""
        self._lines.busy += 1
        self._transport.write(asked.request)

    def hang_up(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if self._asked is None or length is None or len(body) < int(length[1]):
            return
        asked, self._asked = self._asked, None
        self._lines.busy -= 1
        self._lines.seen.note(asked, self._due, head, body)
        self._lines.is_free(self)
