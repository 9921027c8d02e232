"""S172-S175: the log of money, in the specification's own words and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from app.audit.lines import block, json_lines, text_blocks
from app.events.catalogue import (
    DepositCompleted,
    DepositRequested,
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    MoneyFacts,
    WithdrawalCompleted,
)
from app.events.consumer import Envelope
from tests.events.conftest import happened
from tests.money import facts, transfer_completed, transfer_failed, transfer_initiated

AT = datetime(2025, 1, 12, 10, 45, 22, 987_654, tzinfo=UTC)
HIS = {"occurred_at": AT, "src_user_id": 10294, "amount_minor": 2500_00}


def written(event: MoneyFacts) -> str:
    """Return an event's text."""
    return block(event)


class TestBlock:
    """S172-S174: the three examples of the specification, to the letter."""

    def test_initiated(self) -> None:
        assert written(transfer_initiated(**HIS)) == (
            "[2025-01-12 10:45:22] EVENT: transfer.initiated\n"
            "USER: 10294\n"
            "AMOUNT: 2500\n"
            "STATUS: processing\n"
            "QUEUE: banking.transactions"
        )

    def test_completed(self) -> None:
        assert written(transfer_completed(**HIS, src_balance_minor=78500_00)) == (
            "[2025-01-12 10:45:22] EVENT: transfer.completed\n"
            "USER: 10294\n"
            "AMOUNT: 2500\n"
            "BALANCE_AFTER: 78500\n"
            "STATUS: success"
        )

    def test_suspected(self) -> None:
        event = FraudSuspected(**facts(occurred_at=AT, src_user_id=10922), reason="high-frequency-transfers")
        assert written(event) == (
            "[2025-01-12 10:45:22] EVENT: fraud.suspected\n"
            "USER: 10922\n"
            "REASON: high-frequency-transfers\n"
            "ACTION: admin_review"
        )

    def test_failed(self) -> None:
        """S161: a refused transfer is logged with its reason."""
        assert written(transfer_failed(**HIS)) == (
            "[2025-01-12 10:45:22] EVENT: transfer.failed.insufficient_funds\n"
            "USER: 10294\n"
            "AMOUNT: 2500\n"
            "REASON: insufficient_funds\n"
            "STATUS: failed"
        )

    @pytest.mark.parametrize(
        ("event", "status"),
        [
            (FraudCheckRequired(**facts(), reason="high-value"), "STATUS: under_review"),
            (FraudCleared(**facts()), "STATUS: cleared"),
            (DepositRequested(**facts()), "STATUS: processing\nQUEUE: banking.transactions"),
        ],
    )
    def test_every_other_state(self, event: MoneyFacts, status: str) -> None:
        assert written(event).endswith(status)

    @pytest.mark.parametrize(
        ("minor", "currency", "shown"),
        [(2500_50, "INR", "2500.50"), (5, "INR", "0.05"), (7, "JPY", "7"), (1_234, "KWD", "1.234")],
    )
    def test_decimals_only_where_there_are_some(self, minor: int, currency: str, shown: str) -> None:
        assert f"\nAMOUNT: {shown}\n" in written(transfer_initiated(amount_minor=minor, currency=currency))

    def test_a_negative_balance(self) -> None:
        assert "\nBALANCE_AFTER: -0.50\n" in written(transfer_completed(src_balance_minor=-50))

    def test_a_deposit_speaks_of_its_recipient(self) -> None:
        """Cash names its customer on both sides; only the side with an account has a balance."""
        paid_in = facts(kind="deposit", src_user_id=9, src_account=None, src_user_name="Meera Nair")
        event = DepositCompleted(**paid_in, src_balance_minor=None, dest_balance_minor=200_00)
        assert "USER: 9\n" in written(event)
        assert "BALANCE_AFTER: 200\n" in written(event)

    def test_a_withdrawal_speaks_of_its_owner(self) -> None:
        paid_out = facts(kind="withdrawal", dest_user_id=7, dest_account=None, dest_user_name="Arjun Rao")
        event = WithdrawalCompleted(**paid_out, src_balance_minor=1_00, dest_balance_minor=None)
        assert "USER: 7\n" in written(event)
        assert "BALANCE_AFTER: 1\n" in written(event)


class TestJSONLines:
    """S175: one object a line, with the event, the request and the user that it belongs to."""

    def test_an_object_a_line(self) -> None:
        events = [Envelope(transfer_initiated(**HIS, trace="r-1"), 17_000), Envelope(transfer_completed(**HIS), 18_003)]
        first, second = (json.loads(line) for line in json_lines(events).splitlines())
        assert (first["event"], first["event_id"], first["request_id"]) == ("transfer.initiated", "17-0", "r-1")
        assert (second["user_id"], second["transaction_id"], second["amount"]) == (10294, 41, 2500.0)
        assert second["text"] == written(transfer_completed(**HIS))
        assert datetime.fromisoformat(first["timestamp"]) == AT

    def test_only_money(self) -> None:
        assert json_lines([Envelope(happened(1), 1_000)]) == text_blocks([Envelope(happened(1), 1_000)]) == ""

    def test_neither_names_nor_notes(self) -> None:
        line = json_lines([Envelope(transfer_completed(note="for the ring"), 1_000)])
        for private in ("Arjun", "Meera", "ring"):
            assert private not in line

    def test_text_for_people(self) -> None:
        text = text_blocks([Envelope(transfer_initiated(**HIS), 1_000), Envelope(transfer_failed(), 1_001)])
        assert text.count("EVENT: ") == text.count("\n\n") == 2
