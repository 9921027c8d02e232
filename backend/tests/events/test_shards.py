"""Guarantee: an ordered queue split over several keeps each account's order, and every event is handled once, on either bus,
also while the number of shards grows under workers that were told different numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.broker.runner import BrokerRunner
from app.database import unit_of_work
from app.events import consumer as declarations
from app.events.catalogue import UserRegistered
from app.events.consumer import Consumer, consumer, consumers, queues_for
from app.events.runner import EventRunner, drain
from app.events.shards import Plan, Shard, ShardsMissing, adopt, number_of
from tests.events.conftest import Effects, commit, count, relay
from tests.events.test_runner import eventually

pytestmark = pytest.mark.slow

ACCOUNTS = 12
EVENTS_EACH = 25
Start = Callable[[dict[str, Consumer]], None]


def account_of(event: UserRegistered) -> int:
    return event.user_id // 1_000


@pytest.fixture
def sharded(database: str, effects: Effects, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], dict[str, Consumer]]:
    """What a worker that was told a number of shards consumes."""

    def told(shards: int) -> dict[str, Consumer]:
        monkeypatch.setattr(declarations, "_registry", {})

        @consumer(
            queue="test.queue", on=[UserRegistered], ordered=True, batch_max=10, shards=shards, shard_by=account_of
        )
        def handle(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])

        return consumers()

    return told


@pytest.fixture(params=["postgresql", "rabbitmq"])
def start(request: pytest.FixtureRequest, database: str) -> Iterator[Start]:
    """Start a worker's threads on one of the two buses; they stop at the end."""
    running: list[EventRunner | BrokerRunner] = []
    url = request.getfixturevalue("rabbitmq_vhost") if request.param == "rabbitmq" else ""

    def run(known: dict[str, Consumer]) -> None:
        running.append(BrokerRunner(url, known) if url else EventRunner(known))
        running[-1].start()

    yield run
    for runner in running:
        runner.stop()


def record_rounds(first: int, last: int) -> None:
    """Record one event of every account per commit."""
    for number in range(first, last):
        commit(*(account * 1_000 + number for account in range(1, ACCOUNTS + 1)))


def lines(seen: list[int]) -> dict[int, list[int]]:
    """What was handled of each account, in order."""
    found: dict[int, list[int]] = defaultdict(list)
    for number in seen:
        found[number // 1_000].append(number % 1_000)
    return found


class TestFourShards:
    """S136: the order of an account's events is kept, whichever of many workers handles them; S164."""

    def test_in_order_per_account_and_once(
        self,
        sharded: Callable[[int], dict[str, Consumer]],
        start: Start,
        effects: Effects,
    ) -> None:
        known = sharded(4)
        start(known)
        start(known)
        assert eventually(lambda: count("shard_plans") == 1, 20)
        record_rounds(0, EVENTS_EACH)
        assert eventually(lambda: len(effects.seen) >= ACCOUNTS * EVENTS_EACH, 40)
        assert lines(effects.seen) == {account: list(range(EVENTS_EACH)) for account in range(1, ACCOUNTS + 1)}

    def test_grown_while_events_wait_and_another_worker_knows_of_one_only(
        self,
        sharded: Callable[[int], dict[str, Consumer]],
        start: Start,
        effects: Effects,
    ) -> None:
        start(sharded(1))
        record_rounds(0, 10)
        start(sharded(4))
        record_rounds(10, 20)
        assert eventually(lambda: count("shard_plans") == 1, 20)
        record_rounds(20, 30)
        assert eventually(lambda: len(effects.seen) >= ACCOUNTS * 30, 40)
        assert sorted(effects.seen) == sorted(a * 1_000 + n for a in range(1, ACCOUNTS + 1) for n in range(30))
        for line in lines(
            effects.seen
        ).values():  # each part in order; in the moment of change two queues share an account
            before, after = [one for one in line if one < 10], [one for one in line if one >= 20]
            assert (before, after) == (sorted(before), sorted(after))

    def test_a_poisoned_event_holds_up_its_own_shard_alone(
        self, sharded: Callable[[int], dict[str, Consumer]], start: Start, effects: Effects,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        known = sharded(4)
        real, bad = effects.add, 5_000

        def poisoned(session: Session, numbers: Sequence[int]) -> None:
            assert bad not in numbers
            real(session, numbers)

        monkeypatch.setattr(Effects, "add", staticmethod(poisoned))
        start(known)
        assert eventually(lambda: count("shard_plans") == 1, 20)
        record_rounds(0, 3)
        others = {account for account in range(1, ACCOUNTS + 1) if number_of(account, 4) != number_of(5, 4)}
        assert eventually(lambda: {a for a, line in lines(effects.seen).items() if line == [0, 1, 2]} >= others)
        assert bad not in effects.seen


class TestDeclaring:
    def test_the_first_shard_keeps_the_name(self, sharded: Callable[[int], dict[str, Consumer]]) -> None:
        assert list(sharded(3)) == ["test.queue", "test.queue.1", "test.queue.2"]

    def test_one_judges_what_foreign_programs_say(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(declarations, "_registry", {})
        consumer(
            queue="q", on=[UserRegistered], shards=2, shard_by=account_of, recognise=lambda session, topic, facts: True
        )(lambda session, events: None)
        assert [one.recognise is None for one in consumers().values()] == [False, True]

    def test_a_relay_knows_of_shards_that_its_worker_does_not_have(
        self, sharded: Callable[[int], dict[str, Consumer]]
    ) -> None:
        sharded(1)
        assert queues_for("user.registered", 3) == ["test.queue", "test.queue.1", "test.queue.2"]


class TestPlan:
    @pytest.mark.parametrize(("bundle", "total"), [(1, 1), (9, 1), (10, 2), (99, 2), (100, 5), (10**9, 5)])
    def test_from_which_bundle_on(self, bundle: int, total: int) -> None:
        assert Plan((10, 100), (2, 5)).count_of(bundle) == total

    def test_the_same_in_every_process_for_ever(self) -> None:
        assert [number_of(account, 4) for account in range(1, 9)] == [3, 1, 3, 0, 2, 0, 2, 3]

    def test_it_never_shrinks(self, database: str) -> None:
        with unit_of_work() as session:
            adopt(session, Shard(0, 4, account_of))
            adopt(session, Shard(1, 4, account_of))
        with (
            pytest.raises(ShardsMissing, match=r"TRANSACTION_SHARDS is 2, but .* split 4 ways"),
            unit_of_work() as session,
        ):
            adopt(session, Shard(0, 2, account_of))
        assert count("shard_plans") == 1

    def test_what_was_recorded_before_stays_where_it_was(self, database: str) -> None:
        commit(1)
        with unit_of_work() as session:
            adopt(session, Shard(0, 4, account_of))
            first, newest = session.execute(
                text("SELECT (SELECT first_bundle FROM shard_plans), (SELECT max(id) FROM outbox)")
            ).one()
        assert first == newest + 1

    def test_in_the_embedded_bank_without_threads(
        self,
        sharded: Callable[[int], dict[str, Consumer]],
        effects: Effects,
    ) -> None:
        known = sharded(4)
        record_rounds(0, 2)
        relay()
        with unit_of_work() as session:
            adopt(session, Shard(0, 4, account_of))
        record_rounds(2, 4)
        drain(known)
        assert len(effects.seen) == len(set(effects.seen)) == ACCOUNTS * 4
