"""Guarantee: a fact and its event are one commit, and what was recorded is never changed."""

from __future__ import annotations

import msgspec
import pytest
import sqlalchemy.exc
import structlog
from sqlalchemy import text

from app.database import unit_of_work
from app.events.catalogue import CATALOGUE, KYCStatusChanged, LoginFailed, TransferFailed, UserRegistered
from app.events.consumer import Consumer
from app.events.outbox import BUNDLE_EVENTS_MAX, bundles, decode, record
from app.events.runner import drain
from tests.events.conftest import Effects, commit, count, happened
from tests.money import transfer_failed


class TestRecord:
    """S140.3: publishing is writing beside the row; the relay carries it on."""

    def test_committed_is_handled(self, queue: Consumer, effects: Effects) -> None:
        commit(1, 2, 3)
        assert drain({queue.queue: queue}) == 3
        assert effects.seen == [1, 2, 3]

    def test_rolled_back_is_as_if_it_never_was(self, queue: Consumer, effects: Effects) -> None:
        with pytest.raises(ZeroDivisionError), unit_of_work() as session:
            record(session, happened(1))
            raise ZeroDivisionError
        assert drain({queue.queue: queue}) == 0
        assert (count("outbox"), count("outbox_unsent"), effects.seen) == (0, 0, [])

    def test_nothing_is_no_row(self, database: str) -> None:
        with unit_of_work() as session:
            record(session)
        assert count("outbox") == 0

    def test_the_request_that_caused_it_is_kept(self, database: str) -> None:
        with structlog.contextvars.bound_contextvars(request_id="r-12345678"):
            commit(1)
        with unit_of_work() as session:
            assert session.scalar(text("SELECT trace FROM outbox")) == "r-12345678"

    @pytest.mark.parametrize("change", ["UPDATE outbox SET topic = 'x'", "DELETE FROM outbox", "TRUNCATE outbox"])
    def test_the_log_refuses_every_change(self, database: str, change: str) -> None:
        commit(1)
        with pytest.raises(sqlalchemy.exc.IntegrityError, match="append-only"), unit_of_work() as session:
            session.execute(text(change))
        assert count("outbox") == 1


class TestBundles:
    """One row for the events of one topic of one commit, in order."""

    def test_one_for_each_topic_in_the_order_of_recording(self) -> None:
        other = LoginFailed(occurred_at=happened(0).occurred_at, user_id=9, ip="", reason="password")
        made = bundles([happened(2), other, happened(1)])
        assert [(bundle.topic, bundle.count) for bundle in made] == [("user.login_failed", 1), ("user.registered", 2)]
        assert [event["user_id"] for event in msgspec.json.decode(made[1].payload)] == [2, 1]

    def test_never_larger_than_the_limit(self) -> None:
        made = bundles(happened(number) for number in range(2 * BUNDLE_EVENTS_MAX + 1))
        assert [bundle.count for bundle in made] == [BUNDLE_EVENTS_MAX, BUNDLE_EVENTS_MAX, 1]

    def test_an_event_may_have_a_routing_key_of_its_own(self) -> None:
        """S121: a failed transfer is published under its reason."""
        assert bundles([transfer_failed(reason="insufficient_funds")])[0].topic == "transfer.failed.insufficient_funds"

    def test_events_of_other_names_share_no_bundle(self) -> None:
        """Who listens for approvals gets no rejection with them; and a later decision stays a later bundle."""
        decided = [
            KYCStatusChanged(occurred_at=happened(0).occurred_at, user_id=number, status=status)
            for number, status in enumerate(["rejected", "approved", "approved", "rejected"])
        ]
        made = bundles(decided)
        assert [(bundle.topic, bundle.count) for bundle in made] == [("kyc.status_changed", n) for n in (1, 2, 1)]
        assert [event for bundle in made for event in decode(bundle.topic, bundle.payload)] == decided


class TestDecode:
    """What was written is what is read; an unreadable event doesn't spoil its neighbours."""

    def test_every_event_comes_back_as_it_went(self) -> None:
        failed = transfer_failed(reason="insufficient_funds")
        bundle = bundles([failed])[0]
        assert decode(bundle.topic, bundle.payload) == [failed]

    def test_a_range(self) -> None:
        bundle = bundles(happened(number) for number in range(5))[0]
        assert [
            event.user_id for event in decode(bundle.topic, bundle.payload, 1, 3) if isinstance(event, UserRegistered)
        ] == [1, 2]

    def test_a_neighbour_that_does_not_fit_its_class(self) -> None:
        payload = bundles([happened(1), happened(2)])[0].payload.replace('"username":"user1"', '"username":7')
        assert [
            event.user_id for event in decode("user.registered", payload, 1, 2) if isinstance(event, UserRegistered)
        ] == [2]
        with pytest.raises(msgspec.ValidationError):
            decode("user.registered", payload, 0, 1)

    @pytest.mark.parametrize("payload", ["", "{", "[{}", "nonsense"])
    def test_what_is_not_json(self, payload: str) -> None:
        with pytest.raises(msgspec.DecodeError):
            decode("user.registered", payload)

    def test_an_unknown_topic(self) -> None:
        with pytest.raises(KeyError):
            decode("weather.changed", "[]")
        assert TransferFailed.topic in CATALOGUE
