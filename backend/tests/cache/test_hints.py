"""Hints over a Redis that is slow to let anybody in."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis

from app.cache import hints
from tests.cache.conftest import OwnRedis
from tests.engines import tls
from tests.engines.certificates import Authority


@pytest.mark.slow
class TestListening:
    """Nobody waits for it, so it has the time that TLS takes on a busy machine."""

    def test_tls_that_takes_a_while(self, own_redis: OwnRedis, tmp_path: Path) -> None:
        authority = Authority(tmp_path / "own")
        heard: list[list[int]] = []

        async def listen_until_heard() -> None:
            listening = asyncio.create_task(hints.listen(f"{url}?ssl_ca_certs={authority.file}", heard.append))
            with redis.Redis.from_url(own_redis.url) as teller:
                for _ in range(50):
                    await asyncio.sleep(0.1)
                    teller.publish(hints.CHANNEL, "7,8")
                    if heard:
                        break
            listening.cancel()

        with tls.front(own_redis.url, authority.certificate(), scheme="rediss", delay_seconds=0.3) as url:
            asyncio.run(listen_until_heard())
        assert heard[:1] == [[7, 8]]
