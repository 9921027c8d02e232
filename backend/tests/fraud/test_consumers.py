"""S159, S160: a held transaction is reported to the staff with everything that they need to decide."""

from __future__ import annotations

import msgspec
from sqlalchemy import text

from app.consumers import consumers
from app.database import unit_of_work
from app.events.catalogue import FraudCheckRequired, FraudSuspected
from app.events.outbox import decode, record
from app.events.runner import drain
from tests.money import facts


def suspicions() -> list[FraudSuspected]:
    """Return what was reported."""
    with unit_of_work() as session:
        rows = session.execute(text("SELECT topic, payload FROM outbox WHERE topic = 'fraud.suspected' ORDER BY id"))
        return [event for row in rows for event in decode(*row) if isinstance(event, FraudSuspected)]


class TestSuspect:
    """`fraud.check_required` becomes `fraud.suspected`."""

    def test_the_same_facts_for_the_same_reason(self, database: str) -> None:
        check = FraudCheckRequired(**facts(), reason="high-frequency-transfers")
        with unit_of_work() as session:
            record(session, check)
        drain(consumers())
        [suspected] = suspicions()
        assert (suspected.reason, suspected.action) == ("high-frequency-transfers", "admin_review")
        assert suspected.actor_id is None, "the bank suspects, not the customer"
        before, after = msgspec.structs.asdict(check), msgspec.structs.asdict(suspected)
        differing = {name for name in before if before[name] != after[name]}
        assert differing == {"occurred_at", "actor_id"}

    def test_delivered_twice_is_reported_once(self, database: str) -> None:
        with unit_of_work() as session:
            record(session, FraudCheckRequired(**facts(), reason="high-value"))
        drain(consumers())
        with unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO deliveries (queue, outbox_id, lo, hi) "
                    "SELECT queue, outbox_id, lo, hi FROM inbox WHERE queue = 'banking.fraud'"
                )
            )
        drain(consumers())
        assert len(suspicions()) == 1
