"""Guarantee: gateways count together through Redis, nobody waits for it, and in doubt nobody is refused wrongly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cache.circuit import Circuit
from app.cache.counts import Counts, Limit, Sharing
from tests.cache.conftest import OwnRedis
from tests.events.test_runner import eventually

FIVE = Limit(5, 60)
NOW = 1_800_000_000.0  # a whole minute


def uses(counts: Counts, times: int, now: float = NOW, who: str = "login:7") -> int:
    """How many of so many tries are let through."""
    return sum(counts.hit(who, FIVE, now) == 0 for _ in range(times))


def gateway() -> Counts:
    made = Counts()
    made.is_shared = True
    return made


class TestHit:
    """S27: by itself, a gateway lets through what the limit says."""

    def test_as_many_as_it_says(self) -> None:
        assert uses(Counts(), 20) == 5

    def test_it_slides(self) -> None:
        counts = Counts()
        assert uses(counts, 20, NOW + 30) == 5
        assert uses(counts, 20, NOW + 60) == 0, "all five are less than a minute old"
        assert uses(counts, 20, NOW + 90) == 3, "half of them count"
        assert uses(counts, 20, NOW + 300) == 5

    @given(tries=st.lists(st.floats(0, 40), max_size=60))
    def test_after_the_wait_it_is_let_through(self, tries: list[float]) -> None:
        counts, now = Counts(), NOW
        for seconds in tries:
            now += seconds
            wait = counts.hit("x", FIVE, now)
            assert 0 <= wait <= 60
        wait = counts.hit("x", FIVE, now)
        if wait:
            assert counts.hit("x", FIVE, now + wait + 0.001) == 0

    def test_it_forgets(self) -> None:
        counts = Counts()
        for number in range(1_000):
            counts.hit(f"login:{number}", FIVE, NOW)
        counts.hit("login:1", FIVE, NOW + 120)
        held = counts._windows[60]
        assert (len(held.now), len(held.before)) == (1, 0)


class TestShare:
    """S27, C18: shared by all gateways."""

    def test_what_another_gateway_let_through_counts(self, way: Circuit) -> None:
        one, two = gateway(), gateway()
        assert uses(one, 3) == 3
        one.share_once(way)
        assert uses(two, 1) == 1
        two.share_once(way)
        assert uses(two, 20) == 1
        two.share_once(way)
        one.hit("login:8", FIVE, NOW)
        assert uses(one, 1) == 1, "it hasn't asked since"
        one.share_once(way)
        assert uses(one, 20) == 0

    def test_also_of_the_window_before(self, way: Circuit) -> None:
        one, two = gateway(), gateway()
        assert uses(one, 5, NOW + 59) == 5
        one.share_once(way)
        assert uses(two, 1, NOW + 61) == 1
        two.share_once(way)
        assert uses(two, 20, NOW + 61) == 0

    def test_one_person_does_not_use_up_another(self, way: Circuit) -> None:
        one, two = gateway(), gateway()
        uses(one, 5, who="login:7")
        one.share_once(way)
        uses(two, 1, who="login:8")
        two.share_once(way)
        assert uses(two, 20, who="login:8") == 4

    def test_counted_once_however_often_it_is_shared(self, way: Circuit) -> None:
        one = gateway()
        for _ in range(5):
            assert uses(one, 1) == 1
            one.share_once(way)
            one.share_once(way)
        assert way.ask(lambda client: client.get(f"nyord:count:login:7:60:{int(NOW // 60)}")) == "5"
        assert uses(one, 1) == 0

    def test_nothing_is_kept_for_ever(self, way: Circuit) -> None:
        one = gateway()
        uses(one, 1)
        one.share_once(way)
        assert all(0 < way.ask(lambda client, key=key: client.ttl(key)) <= 120 for key in way.ask(lambda c: c.keys()))

    def test_lost_and_back_it_counts_on_and_refuses_nobody_wrongly(self, own_redis: OwnRedis, way: Circuit) -> None:
        one, two = gateway(), gateway()
        uses(one, 2)
        one.share_once(way)
        own_redis.kill()
        assert uses(one, 1) == 1
        assert one.share_once(way) is False
        own_redis.start()
        assert eventually(lambda: _answers(way))
        assert uses(one, 1) == 1
        one.share_once(way)
        uses(two, 1)
        two.share_once(way)
        assert uses(one, 20) == 1, "what it counted itself still counts, and no more"

    def test_more_than_a_round_takes(self, way: Circuit) -> None:
        one, two = gateway(), gateway()
        for number in range(1_500):
            one.hit(f"login:{number}", FIVE, NOW)
        assert one.share_once(way)
        assert not one.share_once(way)
        two.hit("login:1499", FIVE, NOW)
        two.share_once(way)
        assert uses(two, 20, who="login:1499") == 3


class TestSharing:
    def test_by_itself_in_the_background(self, way: Circuit) -> None:
        one, two = Counts(), Counts()
        with Sharing(one, way), Sharing(two, way):
            uses(one, 4)
            uses(two, 1)
            assert eventually(lambda: two.hit("login:7", FIVE, NOW) > 0)
            assert eventually(lambda: one.hit("login:7", FIVE, NOW) > 0)

    def test_away_from_the_beginning(self, impatient: None) -> None:
        counts = Counts()
        nowhere = Circuit("redis://127.0.0.1:9/0")
        with Sharing(counts, nowhere):
            assert uses(counts, 20) == 5
        nowhere.close()


def _answers(way: Circuit) -> bool:
    from app.cache.circuit import CacheAway

    try:
        return bool(way.ask(lambda client: client.ping()))
    except CacheAway:
        return False


@pytest.mark.parametrize("amount", [1, 600])
def test_a_limit_of_one_and_of_many(amount: int) -> None:
    counts = Counts()
    assert sum(counts.hit("x", Limit(amount, 60), NOW) == 0 for _ in range(amount + 50)) == amount
