"""What the bank stands on, and whether it answers: PostgreSQL, and whichever engines the settings name.

Whoever asks gets an answer at once, however deaf an engine is: each is asked in a thread of its own, not more than once a
second, and one that hasn't answered in time counts as away until it does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Final

from sqlalchemy import text

from app.broker.connection import connected
from app.config import Settings, get_settings
from app.database import new_session
from app.operations.errors import NotReady
from app.operations.health import ensure_ready

# Below what probes wait for (see deploy/): an answer that says "away" is worth more than none.
ANSWER_SECONDS_MAX: Final = 2.0
FRESH_SECONDS: Final = 1.0
_ASK_SECONDS_MAX: Final = 1.5

NEEDED: Final = frozenset({"database", "migrations"})
"""Without these nothing can be served; without any other, less or later."""

# A standby that hasn't taken over yet; a provider's database whose disk is full.
READ_ONLY: Final = text("SELECT current_setting('transaction_read_only')::boolean")


class Watch:
    """Asks the dependencies of one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._questions = _questions(settings)
        self._threads = ThreadPoolExecutor(len(self._questions), thread_name_prefix="dependency")
        self._asked: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._states: dict[str, bool] = {}
        self._at = -FRESH_SECONDS

    def states(self) -> Mapping[str, bool]:
        """Return whether each dependency answers, as of the last second."""
        with self._lock:
            if time.monotonic() - self._at > FRESH_SECONDS:
                self._states = self._ask()
                self._at = time.monotonic()
            return self._states

    def _ask(self) -> dict[str, bool]:
        for name, ask in self._questions.items():
            if name not in self._asked:  # a question that nobody has answered yet isn't asked twice
                self._asked[name] = self._threads.submit(ask)
        wait_for(self._asked.values(), timeout=ANSWER_SECONDS_MAX)
        states = {name: asked.done() and asked.exception() is None for name, asked in self._asked.items()}
        self._asked = {name: asked for name, asked in self._asked.items() if not asked.done()}
        return states


class _Current:
    """The watch of this process; other settings (tests have many) need another one."""

    watch: Watch | None = None
    lock = threading.Lock()


def states() -> Mapping[str, bool]:
    """Return whether each dependency answers, by name: `database`, `migrations` and the engines that are set."""
    settings = get_settings()
    with _Current.lock:
        if _Current.watch is None or _Current.watch.settings is not settings:
            _Current.watch = Watch(settings)
        watch = _Current.watch
    return watch.states()


def readiness() -> Mapping[str, bool]:
    """Return `states` if requests can be served; engines other than PostgreSQL may be away.

    Raises:
        NotReady: they can't. A stranger isn't told why; the log of whoever failed says it.
    """
    found = states()
    if not all(found[name] for name in NEEDED):
        raise NotReady
    return found


def _questions(settings: Settings) -> dict[str, Callable[[], None]]:
    """Return what to ask; each raises if the answer is no, or none."""
    questions = {"database": _ask_database, "migrations": _ask_migrations}
    if settings.events_broker_url:
        questions["broker"] = lambda: _ask_broker(settings.events_broker_url)
    if settings.redis_url:
        questions["redis"] = lambda: _ask_redis(settings.redis_url)
    if settings.search_url:
        questions["search"] = lambda: _ask_search(settings.search_url)
    return questions


def _ask_database() -> None:
    with new_session() as session:
        if session.scalar(READ_ONLY):  # nobody can sign in, not to speak of paying
            raise NotReady


def _ask_migrations() -> None:
    with new_session() as session:
        ensure_ready(session)


def _ask_broker(url: str) -> None:
    with connected(url, "nyord-health"):
        pass


def _ask_redis(url: str) -> None:
    import redis  # noqa: PLC0415  (each client is loaded only if its engine is set)

    with redis.Redis.from_url(url, socket_connect_timeout=_ASK_SECONDS_MAX, socket_timeout=_ASK_SECONDS_MAX) as client:
        client.ping()


def _ask_search(url: str) -> None:
    from app.search.elastic_client import elastic_client  # noqa: PLC0415

    with elastic_client(url, request_timeout=_ASK_SECONDS_MAX, max_retries=0) as client:
        client.cluster.health(timeout="1s")
