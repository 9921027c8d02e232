"""Hints from gateway to gateway over Redis: "look again at these users". Who hears one asks PostgreSQL what is true.

The same news travels as an event, too, and arrives a moment later if Redis loses the hint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.cache.circuit import ASK_AGAIN_SECONDS, CacheAway, ask, shared
from app.core.errors import reason_of

log = structlog.get_logger("cache")

CHANNEL = "nyord:look-again"
# Nobody waits for the listener, and reading the machine's authorities for TLS alone takes 40 ms, or half a second of a busy one.
CONNECT_SECONDS_MAX = 3.0


def look_again(session: Session, user_ids: Collection[int]) -> None:
    """Tell every gateway to look again at these users once the session's transaction has committed; at best."""
    if shared() is None or not user_ids:
        return
    text = ",".join(map(str, user_ids))

    def tell(_: Session) -> None:
        with suppress(CacheAway):
            ask(lambda client: client.publish(CHANNEL, text))

    event.listen(session, "after_commit", tell, once=True)


async def listen(url: str, heard: Callable[[list[int]], None]) -> None:
    """Call `heard` with the users of every hint, for ever; whenever Redis is away, try again every few seconds."""
    # Here: see `circuit`.
    import redis.asyncio  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    is_away = False
    while True:
        client = redis.asyncio.Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS_MAX,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        try:
            async with client, client.pubsub() as hints:
                await hints.subscribe(CHANNEL)
                is_away = False
                async for message in hints.listen():
                    if message["type"] == "message":
                        heard(_users(message["data"]))
        except (redis.RedisError, OSError) as error:
            if not is_away:
                log.warning("no hints while redis is away", error=type(error).__name__, reason=reason_of(error))
            is_away = True
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _users(text: str) -> list[int]:
    """Read a hint; what isn't one names nobody."""
    return [int(number) for number in text.split(",") if number.isdigit() and len(number) < 19]
