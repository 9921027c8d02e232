"""Accepting transfers: the group commit behind `POST /transactions/initiate`, one of the two async islands.

Requests that arrive while a batch commits form the next batch; where several come at once, batches begin some milliseconds apart,
and one that comes alone waits for no timer. A batch is two round trips: one
reads what is needed of accounts, sessions and keys, the other writes the PENDING rows, the kept answers and the event in one
statement. In between, `rules` decides in plain Python.
"""

from __future__ import annotations

import asyncio
import select
import time
from collections import deque
from collections.abc import Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import psycopg
import structlog

from app.config import Settings
from app.core.errors import Unavailable, reason_of
from app.database import DRIVER_AWAY, PATIENCE, PINS, first_words
from app.events.waker import Waker
from app.transactions.batch import Answer, Batch, Wanted

log = structlog.get_logger("transactions")

# One: what arrives while it commits is the next batch. A second one was measured: smaller batches, more work, slower.
CONNECTIONS = 1
BACK_OFF_SECONDS_MAX = 5.0
# Where several come at once, batches begin at least so long after one another: each costs the gateway and PostgreSQL a
# millisecond of processor time however small it is, and whoever shares the processors waits longer than this. One that comes
# alone is never kept waiting, nor is a crowd, whose batches take longer than this. On engines more: they and other gateways
# want their share of processors and PostgreSQL, and whoever waits 4 ms longer here waits less for those.
BETWEEN_BATCHES_SECONDS = 0.006
BETWEEN_BATCHES_ON_ENGINES_SECONDS = 0.010


class NotAccepted(Unavailable):
    """The bank can't take the transfer now; nothing was written, or the same key will tell."""

    code = "try_again"


class _Submission(NamedTuple):
    wanted: Sequence[Wanted]
    answers: asyncio.Future[list[Answer]]
    since: float


class Acceptor:
    """Takes transfers from every request of this gateway and commits them in groups."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pause_seconds = (
            BETWEEN_BATCHES_ON_ENGINES_SECONDS if settings.events_broker_url else BETWEEN_BATCHES_SECONDS
        )
        self._waiting: deque[_Submission] = deque()
        self._in_hand: list[_Submission] = []  # the batch that was taken last
        self._size = 0
        self._wake = asyncio.Event()
        self._stopping = False
        self._waker = Waker()

    @asynccontextmanager
    async def running(self) -> Any:
        """Accept inside the block; leaving it answers what is waiting first."""
        flushers = [asyncio.create_task(self._flush_for_ever()) for _ in range(CONNECTIONS)]
        self._waker.start()
        try:
            yield self
        finally:
            self._stopping = True
            self._wake.set()
            await asyncio.gather(*flushers)
            await asyncio.to_thread(self._waker.stop)

    @property
    def oldest_seconds(self) -> float:
        """How long the first of those without an answer has waited; 0 if nobody waits. Any thread may ask."""
        first = next((one for one in self._in_hand if not one.answers.done()), None)
        if first is None:
            with suppress(IndexError):
                first = self._waiting[0]
        return time.monotonic() - first.since if first else 0.0

    async def submit(self, wanted: Sequence[Wanted]) -> list[Answer]:
        """Return the answer to each transfer once it is durable. Business refusals are answers, not errors.

        Raises:
            NotAccepted: too much is waiting already, or PostgreSQL is away.
        """
        if self._stopping or self._size + len(wanted) > self._settings.accept_queue_max:
            raise NotAccepted("The bank is busier than usual. Send it again in a moment.", retry_after_seconds=1)
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Submission(wanted, answers, time.monotonic()))
        self._size += len(wanted)
        self._wake.set()
        return await answers

    async def _flush_for_ever(self) -> None:
        delay = 0.1
        while not (self._stopping and not self._waiting):
            try:
                async with await self._connect() as connection:
                    delay = 0.1
                    await self._flush(connection)
            except DRIVER_AWAY as error:
                log.warning("database away", retry_seconds=delay, error=type(error).__name__, reason=reason_of(error))
                self._refuse_waiting()
                if self._stopping:
                    return
                await asyncio.sleep(delay)
                delay = min(delay * 2, BACK_OFF_SECONDS_MAX)

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(
            self._settings.libpq_url, autocommit=True, application_name="nyord-accept", **PATIENCE
        )
        try:
            await connection.execute(first_words({"nyord.wakes_relay": "on", **PINS}))
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _flush(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Commit what comes, until it is time to stop or PostgreSQL has hung up while nothing came."""
        unasked = select.poll()
        unasked.register(connection.fileno(), select.POLLIN)
        while not (self._stopping and not self._waiting):
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                if unasked.poll(0):  # nothing was asked, so it is a goodbye, and who has come needs a new connection
                    return
                continue
            taken, began = self._take(), time.monotonic()
            try:
                await self._commit(connection, taken)
            except DRIVER_AWAY:
                self._fail(taken, NotAccepted("The bank can't be reached right now. Send it again with the same key."))
                raise
            if len(taken) > 1:
                await asyncio.sleep(began + self._pause_seconds - time.monotonic())

    def _take(self) -> list[_Submission]:
        """Take what waits, up to one batch (a single bulk larger than that still goes as one)."""
        taken: list[_Submission] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0].wanted) <= self._settings.accept_batch_max):
            submission = self._waiting.popleft()
            size += len(submission.wanted)
            taken.append(submission)
        self._size -= size
        self._in_hand = taken
        return taken

    async def _commit(self, connection: psycopg.AsyncConnection[Any], taken: list[_Submission]) -> None:
        """Answer these submissions. A batch that PostgreSQL refuses is tried in halves: one bad transfer spoils only itself.

        Raises:
            DRIVER_AWAY: PostgreSQL is away; some of them may be answered already.
        """
        try:
            answers = await Batch([one for submission in taken for one in submission.wanted], self._settings).commit(
                connection
            )
        except DRIVER_AWAY:
            raise
        except Exception as error:
            if len(taken) == 1:
                log.exception("transfer could not be accepted", request_id=taken[0].wanted[0].trace)
                self._fail(taken, error)
                return
            middle = len(taken) // 2
            await self._commit(connection, taken[:middle])
            await self._commit(connection, taken[middle:])
            return
        position = 0
        for submission in taken:
            end = position + len(submission.wanted)
            if not submission.answers.done():
                submission.answers.set_result(answers[position:end])
            position = end
        self._waker.wake()

    def _refuse_waiting(self) -> None:
        waiting, self._size = list(self._waiting), 0
        self._waiting.clear()
        self._fail(waiting, NotAccepted("The bank can't be reached right now. Send it again in a moment."))

    def _fail(self, submissions: list[_Submission], error: Exception) -> None:
        """Answer those that have no answer yet."""
        for submission in submissions:
            if not submission.answers.done():
                submission.answers.set_exception(error)
