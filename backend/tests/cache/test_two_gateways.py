"""Guarantee: two gateways, processes of their own, count one address together; without Redis they go on by themselves."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from app.embedded import commands, network
from tests.cache.conftest import OwnRedis
from tests.conftest import JWT_SECRET
from tests.embedded.bank import environment, eventually, free_port

LIMIT = 6
Knock = Callable[[int], int]


@pytest.fixture
def knock(fresh_database: Callable[[], str], own_redis: OwnRedis, tmp_path: Path) -> Iterator[Knock]:
    """Try to sign in at one of two gateways with a name that nobody has, and return the status."""
    url = fresh_database()
    settings = environment(
        DATABASE_URL=url, REDIS_URL=own_redis.url, JWT_SECRET=JWT_SECRET, RATE_LIMIT_LOGIN=f"{LIMIT}/hour",
        SEARCH_FOLDER=str(tmp_path / "search"),
    )  # fmt: skip
    ports = [free_port(), free_port()]
    processes = []
    for port in ports:
        with (
            (tmp_path / f"gateway-{port}.txt").open("wb") as output,
            network.listen("127.0.0.1", port) as listener,
        ):
            processes.append(
                subprocess.Popen(
                    commands.gateway(listener.fileno()), cwd=commands.BACKEND, env=settings, pass_fds=(listener.fileno(),),
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                )
            )  # fmt: skip

    def sign_in(number: int) -> int:
        body = {"username": "nobody", "password": "whatever it is"}
        return httpx2.post(
            f"http://127.0.0.1:{ports[number]}/auth/login", json=body, timeout=20, verify=False
        ).status_code

    def answers(port: int) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/health/live", timeout=2, verify=False).status_code == 200
        except httpx2.HTTPError:
            return False

    try:
        assert all(eventually(lambda port=port: answers(port), 60) for port in ports)  # type: ignore[misc]
        yield sign_in
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def after_a_second_each(times: int) -> Iterator[int]:
    for number in range(times):
        time.sleep(1)
        yield number


@pytest.mark.slow
class TestTwoGateways:
    """S27, S154.3, C18: limits are shared by all gateways."""

    def test_together_as_often_as_the_limit_says(self, knock: Knock, own_redis: OwnRedis) -> None:
        assert [knock(0) for _ in range(LIMIT + 1)] == [401] * LIMIT + [429]
        assert knock(1) == 401, "it has never heard of this address"
        # It learns of the others' in the background. By itself it would refuse only after LIMIT of its own.
        assert any(knock(1) == 429 for _ in after_a_second_each(LIMIT - 2)), "it has heard by now"
        assert [knock(1) for _ in range(3)] == [429] * 3

        own_redis.kill()
        assert [knock(0), knock(1)] == [429, 429], "what they know they still know"
