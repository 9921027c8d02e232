"""The sockets of one gateway: one connection that listens to PostgreSQL, and everybody it has news for.

What an open socket promises: nothing that was pushed since it opened has been missed, and whoever reads now what was before
sees all of that, because news that was being committed while the socket came is waited for. If the listening connection
breaks, every socket is closed with 1012, and the clients come back and reload. So are the sockets of a user who wasn't seen
here in time (a laptop that slept, a clock that was set): whoever had news for them took them for gone.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager

import msgspec
import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from app.cache import hints
from app.config import Settings
from app.core.errors import reason_of
from app.database import PATIENCE, unit_of_work
from app.realtime import admission, service
from app.realtime.admission import Admission
from app.realtime.errors import CLOSE_OVERLOADED, CLOSE_RESTART, CLOSE_TOO_MANY, CLOSE_UNAUTHENTICATED
from app.realtime.frames import Unpacker
from app.realtime.socket import Socket, close
from app.telemetry import spans

log = structlog.get_logger("realtime")

# Presence counts for 90 seconds and sessions are looked at again within a minute: 25 leaves room for a missed beat.
HEARTBEAT_SECONDS = 25.0
BACK_OFF_SECONDS_MAX = 5.0
READY_SECONDS_MAX = 5.0
# So long a socket waits for what began before it; whatever takes longer is no news for people.
EARLIER_SECONDS_MAX = 1.0
_LOOK_AGAIN_SECONDS = 0.01  # at first; each time twice as long, for a crowd may be coming back
_MISSED = "We may have missed something for you. Connect again and reload."


class Hub:
    """Everybody who is connected to this gateway."""

    def __init__(self, settings: Settings) -> None:
        self.gateway = secrets.token_hex(8)
        self._settings = settings
        self._sockets: dict[int, list[Socket]] = {}
        self._listening = asyncio.Event()
        # Presence is written by one at a time, so that a last goodbye can't overtake the next hello.
        self._presence = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Hub]:
        """Listen and keep the heart beating while the gateway serves; say goodbye at the end."""
        loops = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]
        if self._settings.redis_url:
            loops.append(asyncio.create_task(hints.listen(self._settings.redis_url, self._look_again)))
        try:
            yield self
        finally:
            for task in [*loops, *self._errands]:
                task.cancel()
            await asyncio.gather(*loops, *self._errands, return_exceptions=True)
            self._close_all("The bank restarts. Connect again.")
            await self._tell(lambda session: service.closed(session, gateway=self.gateway))

    @property
    def sockets(self) -> int:
        """How many sockets are open here."""
        return sum(map(len, list(self._sockets.values())))

    async def serve(self, websocket: WebSocket, admitted: Admission) -> None:
        """Accept an admitted socket and keep it until it ends. Once it is open, every push reaches it."""
        mine = self._sockets.setdefault(admitted.user_id, [])
        if len(mine) >= self._settings.sockets_per_user_max:
            await refuse(websocket, CLOSE_TOO_MANY, "You are connected in too many places. Close another tab first.")
            return
        socket = Socket(websocket, admitted, queue_max=self._settings.socket_queue_max)
        mine.append(socket)
        try:
            if await self._arrive(admitted.user_id):
                socket.is_open = True
                await websocket.accept()
                await socket.run()
            else:
                await refuse(websocket, CLOSE_OVERLOADED, "The bank can't be reached right now. Try again in a moment.")
        finally:
            mine.remove(socket)
            self._errand(self._leave(admitted.user_id))

    async def _arrive(self, user_id: int) -> bool:
        """Make sure that pushes to the user come here."""
        try:
            async with asyncio.timeout(READY_SECONDS_MAX):
                await self._listening.wait()
            async with self._presence:
                if not await self._see([user_id]):
                    return False
            return await self._outlast_earlier()
        except TimeoutError:
            return False

    async def _outlast_earlier(self) -> bool:
        """Wait for those who had news while nobody could know that the user is here: they commit without a push."""
        mark = ""
        is_over = False

        def look(session: Session) -> None:
            nonlocal mark, is_over
            mark = mark or service.mark(session)
            is_over = service.are_over(session, before=mark)

        until, pause_seconds = time.monotonic() + EARLIER_SECONDS_MAX, _LOOK_AGAIN_SECONDS
        while await self._tell(look):
            if is_over or time.monotonic() > until:
                return True
            await asyncio.sleep(pause_seconds)
            pause_seconds *= 2
        return False

    async def _leave(self, user_id: int) -> None:
        async with self._presence:
            if not self._sockets.get(user_id):
                self._sockets.pop(user_id, None)
                await self._tell(lambda session: service.gone(session, gateway=self.gateway, user_ids=[user_id]))

    async def _listen(self) -> None:
        """Hear what the workers push, and connect again, less and less eagerly, when PostgreSQL is away."""
        delay = 0.1
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {service.CHANNEL}".encode())
                    self._listening.set()
                    delay = 0.1
                    unpacker = Unpacker()
                    async for notification in connection.notifies():
                        self._dispatch(unpacker, notification.payload)
            except (OSError, psycopg.Error) as error:
                log.warning("not listening", retry_seconds=delay, error=type(error).__name__, reason=reason_of(error))
            self._listening.clear()
            self._close_all(_MISSED)
            await asyncio.sleep(delay)
            delay = min(delay * 2, BACK_OFF_SECONDS_MAX)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(
            self._settings.libpq_url, autocommit=True, application_name="nyord-realtime", **PATIENCE
        )

    def _dispatch(self, unpacker: Unpacker, payload: str) -> None:
        try:
            frames = unpacker.feed(payload)
        except msgspec.DecodeError as error:
            log.error("unreadable push", error=str(error))
            return
        for user_id, message in frames.messages:
            for socket in self._sockets.get(user_id, ()):
                socket.offer(message)
        for user_id, request_id in frames.traces:
            if sockets := len(self._sockets.get(user_id, ())):
                spans.record("push", request_id, seconds=0, kind="PRODUCER", attributes={"nyord.sockets": sockets})
        self._look_again(frames.recheck)

    def _look_again(self, user_ids: Collection[int]) -> None:
        concerned = [user_id for user_id in user_ids if user_id in self._sockets]
        if concerned:
            self._errand(self._recheck(concerned))

    async def _beat(self) -> None:
        """Refresh everybody's presence and look again at every session, in one query each."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            async with self._presence:
                await self._see([user_id for user_id, sockets in self._sockets.items() if sockets])
            await self._tell(service.sweep)
            await self._recheck(list(self._sockets))

    async def _see(self, user_ids: Collection[int]) -> bool:
        """Note that these users are here, and close the sockets of those whose presence had lapsed meanwhile."""
        lapsed: set[int] = set()

        def note(session: Session) -> None:
            lapsed.update(service.seen(session, gateway=self.gateway, user_ids=user_ids))

        if not await self._tell(note):
            return False
        for socket in [socket for user_id in lapsed for socket in self._sockets.get(user_id, ()) if socket.is_open]:
            socket.close(CLOSE_RESTART, _MISSED)
        return True

    async def _recheck(self, user_ids: Collection[int]) -> None:
        """Close the sockets whose session has ended or whose user was switched off."""
        sockets = [socket for user_id in user_ids for socket in self._sockets.get(user_id, ())]
        living: set[int] = set()
        asked = {socket.admission.session_id for socket in sockets}
        if not asked or not await self._tell(lambda session: living.update(admission.living(session, asked))):
            return  # nobody to ask about, or nobody who could answer: the next beat asks again
        for socket in sockets:
            if socket.admission.session_id not in living:
                socket.close(CLOSE_UNAUTHENTICATED, "Your session has ended. Sign in again.")

    def _close_all(self, reason: str) -> None:
        for sockets in self._sockets.values():
            for socket in sockets:
                socket.close(CLOSE_RESTART, reason)

    async def _tell(self, work: Callable[[Session], None]) -> bool:
        """Do a piece of database work in a thread; False: the database is away, and the next beat will do."""

        def in_one_commit() -> None:
            with unit_of_work() as session:
                work(session)

        try:
            await run_in_threadpool(in_one_commit)
        except SQLAlchemyError as error:
            log.warning("database away", error=type(error).__name__, reason=reason_of(error))
            return False
        return True

    def _errand(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._errands.add(task)  # the loop itself would let go of it
        task.add_done_callback(self._errands.discard)


async def refuse(websocket: WebSocket, code: int, reason: str) -> None:
    """Say no so that a browser can read why: the HTTP status of a refused upgrade is hidden from its scripts."""
    await websocket.accept()
    await close(websocket, code, reason)
