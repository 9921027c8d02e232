"""Guarantee: what a broker delivers twice is handled once, whatever becomes of the first copy meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.events.catalogue import UserRegistered
from app.events.consumer import Consumer
from app.events.inbox import ATTEMPTS_MAX, handle_arrived, handle_waiting
from tests.events.conftest import Effects, commit, count, make_due
from tests.events.test_inbox import handle_all
from tests.events.test_runner import eventually


class Moody:
    """A handler that fails until it is well."""

    def __init__(self, effects: Effects) -> None:
        self.is_well = False
        self._effects = effects

    def __call__(self, session: Session, events: Sequence[UserRegistered]) -> None:
        self._effects.add(session, [event.user_id for event in events])
        if not self.is_well:
            raise ValueError("for a moment")


@pytest.fixture
def moody(effects: Effects) -> Moody:
    """A consumer in trouble."""
    return Moody(effects)


def arrive(queue: Consumer) -> None:
    """Deliver the one bundle there is, as the broker does."""
    with unit_of_work() as session:
        bundle = session.scalars(text("SELECT id FROM outbox WHERE topic = 'user.registered'")).one()
    handle_arrived(queue, [bundle], relay=lambda: None)


@pytest.mark.parametrize("ordered", [True, False])
class TestTwiceInTrouble:
    """S166, S167: the broker has a bundle twice, and its consumer fails for a while."""

    def test_while_the_first_waits_in_pieces(
        self, declare: Callable[..., Consumer], effects: Effects, moody: Moody, ordered: bool
    ) -> None:
        queue = declare(moody, ordered=ordered)
        commit(0, 1, 2, 3)
        arrive(queue)
        handle_waiting(queue)  # in halves
        arrive(queue)
        handle_waiting(queue)  # the first half in halves
        moody.is_well = True
        make_due()
        handle_all(queue)
        assert sorted(effects.seen) == [0, 1, 2, 3]
        assert count("deliveries") == 0

    def test_while_a_part_of_the_first_is_handled(
        self, declare: Callable[..., Consumer], effects: Effects, moody: Moody, ordered: bool
    ) -> None:
        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            effects.add(session, [event.user_id for event in events])
            if not moody.is_well and any(event.user_id == 3 for event in events):
                raise ValueError("for a moment")

        queue = declare(handler, ordered=ordered)
        commit(0, 1, 2, 3)
        arrive(queue)
        handle_all(queue)
        assert effects.seen == [0, 1, 2]
        arrive(queue)
        moody.is_well = True
        make_due()
        handle_all(queue)
        assert effects.seen == [0, 1, 2, 3]

    def test_after_the_first_was_buried(
        self, declare: Callable[..., Consumer], effects: Effects, moody: Moody, ordered: bool
    ) -> None:
        """Staff decide about every event of it: it doesn't begin again by itself."""
        queue = declare(moody, ordered=ordered)
        commit(0, 1)
        arrive(queue)
        for _ in range(ATTEMPTS_MAX * 2):
            handle_all(queue)
            make_due()
        assert (count("deliveries"), count("dead_letters")) == (0, 2)
        arrive(queue)
        assert (count("deliveries"), count("dead_letters"), effects.seen) == (0, 2, [])

    def test_two_workers_put_it_off_at_once(
        self, declare: Callable[..., Consumer], effects: Effects, ordered: bool
    ) -> None:
        both = threading.Barrier(2, timeout=10)

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            raise ValueError("for a moment")

        queue = declare(handler, ordered=ordered)
        commit(0, 1)

        def work() -> None:
            both.wait()
            arrive(queue)

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert count("deliveries") == 1


class TestWhileAPieceIsHandled:
    """S167: the whole bundle arrives again at another worker that has just begun to be well."""

    def test_it_waits_for_the_half_that_is_tried_again(
        self, declare: Callable[..., Consumer], effects: Effects
    ) -> None:
        inside, leave = threading.Event(), threading.Event()

        def handler(session: Session, events: Sequence[UserRegistered]) -> None:
            numbers = [event.user_id for event in events]
            if threading.current_thread() is troubled and numbers != [2, 3]:
                raise ValueError("for a moment")
            if numbers == [2, 3]:
                inside.set()
                assert leave.wait(10)
            effects.add(session, numbers)

        troubled = threading.current_thread()
        queue = declare(handler)
        commit(0, 1, 2, 3)
        arrive(queue)
        handle_waiting(queue)  # in halves
        troubled = threading.Thread(target=handle_waiting, args=(queue,))
        troubled.start()
        assert inside.wait(10)
        again = threading.Thread(target=arrive, args=(queue,))
        again.start()
        assert eventually(lambda: not again.is_alive() or is_anybody_waiting())
        leave.set()
        for thread in (troubled, again):
            thread.join()
        handle_all(queue)
        assert sorted(effects.seen) == [0, 1, 2, 3]


def is_anybody_waiting() -> bool:
    """Whether somebody waits for a bundle to be handled by another worker."""
    with unit_of_work() as session:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(session.scalar(waiting))
