"""S102-S118, S120-S126, S128, C3-C6: the names of the events. One canonical name each; the other spellings mean the same."""

from __future__ import annotations

import msgspec
import pytest

from app.core import clock
from app.events.catalogue import CATALOGUE, Event, KYCStatusChanged, canonical

# The specification's spellings and the canonical name of each; kyc.review's job is the pending verification.
SPELLINGS = {
    "transaction.created": "transfer.initiated",
    "transaction.initiated": "transfer.initiated",
    "transfer.requested": "transfer.initiated",
    "transfer.initiated": "transfer.initiated",
    "transfer.success": "transfer.completed",
    "transfer.completed": "transfer.completed",
    "transaction.completed": "transfer.completed",
    "transaction.failed": "transfer.failed",
    "transfer.failed.insufficient_funds": "transfer.failed",
    "transaction.reversed": "transfer.reversed",
    "account.updated": "account.updated",
    "deposit.requested": "deposit.requested",
    "deposit.completed": "deposit.completed",
    "kyc.completed": "kyc.status_changed",
    "kyc.verified": "kyc.status_changed",
    "kyc.approved": "kyc.status_changed",
    "kyc.status_changed": "kyc.status_changed",
    "kyc.review": "kyc.verification_pending",
    "kyc.verification_pending": "kyc.verification_pending",
    "fraud.check": "fraud.check_required",
    "fraud.check_required": "fraud.check_required",
    "fraud.cleared": "fraud.cleared",
    "fraud.suspected": "fraud.suspected",
    "user.logged_in": "user.logged_in",
    "system.queue_overflow": "system.queue_overflow",
}


class TestNames:
    """S102-S118, S120-S126, S128."""

    @pytest.mark.parametrize(("spelling", "topic"), SPELLINGS.items())
    def test_every_spelling_means_its_event(self, spelling: str, topic: str) -> None:
        assert canonical(spelling).topic == topic

    def test_no_spelling_means_two_events(self) -> None:
        names = [name for event in CATALOGUE.values() for name in (event.topic, *event.aliases)]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize(
        ("status", "names"),
        [
            ("approved", {"kyc.approved", "kyc.completed", "kyc.verified"}),
            ("rejected", {"kyc.rejected", "kyc.completed"}),
        ],
    )
    def test_a_decision_has_the_names_that_are_true_of_it(self, status: str, names: set[str]) -> None:
        event = KYCStatusChanged(occurred_at=clock.now(), user_id=7, status=status)
        assert set(event.names) == names < set(event.aliases)

    @pytest.mark.parametrize("name", ["", "transfer", "user", "notify.user.7"])
    def test_a_name_of_nothing(self, name: str) -> None:
        with pytest.raises(KeyError):
            canonical(name)


class TestFacts:
    """Frozen, versioned, and without a place for secrets."""

    @pytest.mark.parametrize("event", CATALOGUE.values(), ids=list(CATALOGUE))
    def test_frozen_and_versioned(self, event: type[Event]) -> None:
        assert event.__struct_config__.frozen
        assert event.version >= 1
        assert event.__doc__

    @pytest.mark.parametrize("event", CATALOGUE.values(), ids=list(CATALOGUE))
    def test_no_field_could_hold_a_secret(self, event: type[Event]) -> None:
        names = {field.name for field in msgspec.structs.fields(event)}
        assert not names & {
            "password",
            "hashed_password",
            "token",
            "pin",
            "cvv",
            "card_number",
            "account_number",
            "otp",
        }
