"""Asking Redis without ever waiting for it long: a tenth of a second, and then not again for some seconds.

Whoever asks does without if Redis is away. The log says so once, and once more when it is back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import structlog

from app.config import get_settings

log = structlog.get_logger("cache")

# Connecting and answering may take so long each, so nobody waits for more than two tenths of a second.
ANSWER_SECONDS_MAX = 0.1
ASK_AGAIN_SECONDS = 3.0

T = TypeVar("T")


class CacheAway(Exception):
    """Redis didn't answer, or hasn't lately: do without. What was asked of it may have happened all the same."""


class Circuit:
    """One Redis, for any number of threads. After a failure nobody asks for a while, then one thread tries."""

    def __init__(self, url: str) -> None:
        # Here: who has no Redis doesn't pay for its library (which brings all of OpenTelemetry along).
        import redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        self._errors = (redis.RedisError, OSError)
        self._client = redis.Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_SECONDS_MAX,
            socket_timeout=ANSWER_SECONDS_MAX,
            retry=Retry(NoBackoff(), 0),  # the library's own would try for seconds
            decode_responses=True,
        )
        self._lock = threading.Lock()
        self._is_away = False
        self._ask_again_at = 0.0

    def ask(self, question: Callable[[Any], T]) -> T:
        """Return what Redis answers to a question asked of its client.

        Raises:
            CacheAway: it is away, too slow, full, or doesn't let us in.
        """
        self._require_closed()
        try:
            answer = question(self._client)
        except self._errors as error:
            self._failed(error)
            raise CacheAway from None
        if self._is_away:
            self._is_away = False
            log.info("redis is back")
        return answer

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def _require_closed(self) -> None:
        if not self._is_away:
            return
        with self._lock:
            if time.monotonic() < self._ask_again_at:
                raise CacheAway
            self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS  # the others wait for what this one finds

    def _failed(self, error: Exception) -> None:
        with self._lock:
            self._ask_again_at = time.monotonic() + ASK_AGAIN_SECONDS
            was_away, self._is_away = self._is_away, True
        if not was_away:
            log.warning("redis is away, every process counts for itself", error=type(error).__name__)


@lru_cache(maxsize=1)
def _circuit(url: str) -> Circuit:
    return Circuit(url)


def shared() -> Circuit | None:
    """Return this process's way to Redis; None: the bank has none (`REDIS_URL`)."""
    url = get_settings().redis_url
    return _circuit(url) if url else None


def ask(question: Callable[[Any], T]) -> T:
    """Ask the bank's Redis.

    Raises:
        CacheAway: it is away, or there is none.
    """
    circuit = shared()
    if circuit is None:
        raise CacheAway
    return circuit.ask(question)
