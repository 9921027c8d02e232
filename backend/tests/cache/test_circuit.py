"""Guarantee: nobody waits long for Redis, the log says once that it is away and once that it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import structlog

from app.cache import circuit
from app.cache.circuit import CacheAway, Circuit, ask, shared
from tests.cache.conftest import OwnRedis
from tests.events.test_runner import eventually

# 200 ms are promised; a busy machine may add to them, but the library's own patience would be seconds.
PATIENCE_SECONDS = 0.6


@pytest.fixture(autouse=True)
def _a_logger_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has logged keeps the processors of then; where the logs were set up anew since, it can't be listened to."""
    monkeypatch.setattr(circuit, "log", structlog.get_logger("cache"))


def ping(way: Circuit) -> bool:
    try:
        return bool(way.ask(lambda client: client.ping()))
    except CacheAway:
        return False


def freeze(server: OwnRedis) -> None:
    server.freeze()


def kill(server: OwnRedis) -> None:
    server.kill()


def lock(server: OwnRedis) -> None:
    server.lock()


class TestAsk:
    """S27: lost, slow or locked, Redis holds nobody up."""

    @pytest.mark.parametrize("harm", [freeze, kill, lock])
    def test_given_up_soon_and_not_asked_again_for_a_while(
        self, own_redis: OwnRedis, way: Circuit, monkeypatch: pytest.MonkeyPatch, harm: Callable[[OwnRedis], None]
    ) -> None:
        monkeypatch.setattr(circuit, "ASK_AGAIN_SECONDS", 60.0)
        assert ping(way)
        harm(own_redis)
        with structlog.testing.capture_logs() as said:
            since = time.monotonic()
            assert not ping(way)
            assert time.monotonic() - since < PATIENCE_SECONDS
            since = time.monotonic()
            assert not any(ping(way) for _ in range(1_000))
            assert time.monotonic() - since < PATIENCE_SECONDS
        assert [line["event"] for line in said] == ["redis is away, every process counts for itself"]

    def test_back_again(self, own_redis: OwnRedis, way: Circuit) -> None:
        own_redis.freeze()
        assert not ping(way)
        own_redis.thaw()
        with structlog.testing.capture_logs() as said:
            assert eventually(lambda: ping(way))
            assert ping(way)
        assert [line["event"] for line in said] == ["redis is back"]

    def test_killed_and_started_again(self, own_redis: OwnRedis, way: Circuit) -> None:
        assert ping(way)
        own_redis.kill()
        assert not ping(way)
        own_redis.start()
        assert eventually(lambda: ping(way))

    def test_one_tries_while_the_others_do_without(self, own_redis: OwnRedis, way: Circuit) -> None:
        own_redis.freeze()
        assert not ping(way)
        time.sleep(0.35)  # it may be asked again
        waits: list[float] = []

        def wait() -> None:
            since = time.monotonic()
            ping(way)
            waits.append(time.monotonic() - since)

        threads = [threading.Thread(target=wait) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(seconds > circuit.ANSWER_SECONDS_MAX / 2 for seconds in waits) == 1

    def test_without_redis(self, database: str) -> None:
        assert shared() is None
        with pytest.raises(CacheAway):
            ask(lambda client: client.ping())
