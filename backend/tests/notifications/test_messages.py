"""S39, S98-S100: what is said to whom. Every sentence names the amount and the other side, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from app.core import clock
from app.events.catalogue import (
    CATALOGUE,
    AccountUpdated,
    BalanceAdjusted,
    DepositCompleted,
    DepositFailed,
    Event,
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    KYCStatusChanged,
    QueueOverflowed,
    TransferInitiated,
    TransferReversed,
    UserChanged,
    WithdrawalCompleted,
    WithdrawalFailed,
    WorkerFailed,
)
from app.notifications import messages
from app.notifications.messages import SPOKEN_OF, Draft, drafts
from app.notifications.sentences import say
from tests.money import ARJUN, BALANCES, CASH, MEERA, PAID_OUT, facts, transfer_completed, transfer_failed

ADMINS = [1, 2]


def words(draft: Draft) -> tuple[str, str]:
    """Return the title and the message as the person reads them."""
    return say(draft.sentence, draft.facts)


def said(event: Event) -> dict[int, str]:
    """Return the sentence to each person."""
    return {draft.user_id: words(draft)[1] for draft in drafts(event, ADMINS)}


def account(change: str, *, active: bool = True, reason: str = "") -> AccountUpdated:
    """Return news about Arjun's savings account."""
    return AccountUpdated(
        occurred_at=clock.now(),
        account_id=5,
        account_number_masked="••••4821",
        account_type="savings",
        user_id=ARJUN,
        change=change,
        status="approved",
        is_active=active,
        reason=reason,
    )


class TestTransfers:
    """S100: money received, transaction failed."""

    def test_both_sides_hear_of_a_transfer(self) -> None:
        assert said(transfer_completed()) == {
            ARJUN: "You sent ₹150.00 to Meera Nair.",
            MEERA: "You received ₹150.00 from Arjun Rao.",
        }

    def test_the_note_is_quoted_to_both(self) -> None:
        assert said(transfer_completed(note="lunch"))[MEERA] == "You received ₹150.00 from Arjun Rao: “lunch”"

    def test_between_own_accounts_is_one_notification(self) -> None:
        [draft] = drafts(transfer_completed(dest_user_id=ARJUN), ADMINS)
        assert (draft.user_id, draft.type, words(draft)[1]) == (
            ARJUN,
            "transfer.moved",
            "You moved ₹150.00 between your accounts.",
        )

    def test_what_it_speaks_of(self) -> None:
        event = transfer_completed()
        assert [(draft.type, draft.related_id, draft.created_at) for draft in drafts(event, ADMINS)] == [
            ("transfer.sent", 41, event.occurred_at),
            ("transfer.received", 41, event.occurred_at),
        ]

    def test_a_failure_is_told_to_the_sender_alone(self) -> None:
        """S161: with the reason, and what did not happen."""
        assert said(transfer_failed()) == {
            ARJUN: "₹150.00 to Meera Nair was not sent. ₹150.00 is more than the ₹120.00 available. "
            "Nothing has left your account."
        }

    def test_what_did_not_happen_is_said_once(self) -> None:
        [sentence] = said(transfer_failed(detail="No. Nothing has left your account.")).values()
        assert sentence.count("Nothing has left") == 1

    def test_nobody_learns_the_others_balance(self) -> None:
        everything = repr(drafts(transfer_completed(), ADMINS))
        assert "785" not in everything
        assert "200.00" not in everything

    def test_a_reversal(self) -> None:
        event = TransferReversed(**facts(), **BALANCES, reverses_id=40, reason="sent twice")
        assert said(event) == {
            ARJUN: "₹150.00 that you had received was given back to Meera Nair. Reason: sent twice",
            MEERA: "₹150.00 was given back to you by Arjun Rao. Reason: sent twice",
        }

    def test_a_reversal_between_own_accounts(self) -> None:
        event = TransferReversed(**facts(dest_user_id=ARJUN), **BALANCES, reverses_id=40, reason="")
        assert said(event) == {ARJUN: "₹150.00 between your accounts was moved back."}


class TestCash:
    """Deposits and withdrawals have one side that reads."""

    def test_a_deposit(self) -> None:
        event = DepositCompleted(**facts(**CASH), **BALANCES)
        assert said(event) == {MEERA: "₹150.00 was paid into your account."}

    def test_a_failed_deposit(self) -> None:
        event = DepositFailed(**facts(**CASH), reason="account_closed", detail="This account is closed.")
        assert said(event) == {
            MEERA: "Your deposit of ₹150.00 was not booked. This account is closed. Nothing has reached your account."
        }

    def test_a_withdrawal(self) -> None:
        event = WithdrawalCompleted(**facts(**PAID_OUT), **BALANCES)
        assert said(event) == {ARJUN: "₹150.00 was paid out of your account."}

    def test_a_failed_withdrawal(self) -> None:
        event = WithdrawalFailed(**facts(**PAID_OUT), reason="x", detail="Too much.")
        assert said(event) == {
            ARJUN: "Your withdrawal of ₹150.00 was not paid. Too much. Nothing has left your account."
        }

    @pytest.mark.parametrize(
        ("side", "sentence"),
        [
            (CASH, {MEERA: "The bank added ₹150.00 to your account. Reason: goodwill"}),
            (PAID_OUT, {ARJUN: "The bank took ₹150.00 from your account. Reason: goodwill"}),
        ],
    )
    def test_an_adjustment(self, side: dict[str, Any], sentence: dict[int, str]) -> None:
        assert said(BalanceAdjusted(**facts(**side), **BALANCES, reason="goodwill")) == sentence


class TestReviews:
    """S155, S159: the customer hears that it waits, the staff hear why."""

    def test_held(self) -> None:
        [draft] = drafts(FraudCheckRequired(**facts(), reason="high-value"), ADMINS)
        assert draft.user_id == ARJUN
        assert words(draft)[1].startswith("₹150.00 to Meera Nair is waiting for our review. The money is set aside")
        assert "high-value" not in repr(draft), "the customer isn't told which rule it was"

    def test_cleared(self) -> None:
        assert said(FraudCleared(**facts())) == {ARJUN: "₹150.00 to Meera Nair passed our review and goes ahead."}

    @pytest.mark.parametrize(
        ("side", "user", "start"),
        [
            (CASH, MEERA, "Your deposit of ₹150.00"),
            (PAID_OUT, ARJUN, "Your withdrawal of ₹150.00"),
            # As a customer asks for it: they are on both sides.
            (CASH | {"src_user_id": MEERA, "src_user_name": "Meera Nair"}, MEERA, "Your deposit of ₹150.00"),
            (PAID_OUT | {"dest_user_id": ARJUN, "dest_user_name": "Arjun Rao"}, ARJUN, "Your withdrawal of ₹150.00"),
        ],
    )
    def test_cash_under_review(self, side: dict[str, Any], user: int, start: str) -> None:
        sentences = said(FraudCheckRequired(**facts(**side), reason="high-value"))
        assert list(sentences) == [user]
        assert sentences[user].startswith(f"{start} is")
        passed = said(FraudCleared(**facts(**side)))
        assert list(passed) == [user]
        assert passed[user].startswith(f"{start} passed")

    def test_every_admin_hears_of_a_suspicion(self) -> None:
        sentences = said(FraudSuspected(**facts(), reason="high-frequency-transfers"))
        assert list(sentences) == ADMINS
        assert sentences[1].startswith("Payment 41 of customer 7 over ₹150.00 is held: high-frequency-transfers.")


class TestPeopleAndAccounts:
    """S100: KYC approved, account updated."""

    @pytest.mark.parametrize(
        ("status", "kind", "part"),
        [
            ("approved", "kyc.approved", "We have confirmed"),
            ("rejected", "kyc.rejected", "Hand in your documents again. Reason: blurred"),
        ],
    )
    def test_kyc(self, status: str, kind: str, part: str) -> None:
        event = KYCStatusChanged(occurred_at=clock.now(), user_id=ARJUN, status=status, reason="blurred")
        [draft] = drafts(event, ADMINS)
        assert (draft.user_id, draft.type, draft.related_id) == (ARJUN, kind, ARJUN)
        assert part in words(draft)[1]

    @pytest.mark.parametrize(
        ("event", "title"),
        [
            (account("requested"), "Account requested"),
            (account("approved"), "Account approved"),
            (account("rejected", active=False), "Account not approved"),
            (account("switched", active=True), "Account switched on"),
            (account("switched", active=False, reason="lost phone"), "Account switched off"),
        ],
    )
    def test_account(self, event: AccountUpdated, title: str) -> None:
        [draft] = drafts(event, ADMINS)
        assert (draft.user_id, draft.type, draft.related_id, words(draft)[0]) == (ARJUN, "account.updated", 5, title)
        assert "savings account ••••4821" in words(draft)[1]
        assert not event.reason or event.reason in words(draft)[1]


class TestAddress:
    """S25: a new address to sign in with is told to its owner, and other changes of a profile to nobody."""

    def test_only_the_address_is_news(self) -> None:
        changed = UserChanged(occurred_at=clock.now(), actor_id=ARJUN, user_id=ARJUN, changes={"email": True})
        assert "If it wasn't you" in said(changed)[ARJUN]
        phone = UserChanged(occurred_at=clock.now(), actor_id=ARJUN, user_id=ARJUN, changes={"phone": True})
        assert said(phone) == {}


class TestAlarms:
    """S122, S148: the staff hear of a queue that is too long and of an event that nobody could handle."""

    def test_a_queue(self) -> None:
        event = QueueOverflowed(occurred_at=clock.now(), queue="banking.audit", length=60_000, oldest_seconds=90)
        assert list(said(event)) == ADMINS
        assert "banking.audit holds 60000 events, the oldest for 90 s." in said(event)[1]

    def test_two_queues_are_two_things(self) -> None:
        now = clock.now()
        one, two = (
            QueueOverflowed(occurred_at=now, queue=queue, length=1, oldest_seconds=1) for queue in ("one", "two")
        )
        assert drafts(one, [1])[0].related_id != drafts(two, [1])[0].related_id

    def test_a_worker(self) -> None:
        event = WorkerFailed(occurred_at=clock.now(), queue="banking.audit", dead_letter_id=12, error="E" * 5_000)
        assert list(said(event)) == ADMINS
        assert "Replay dead letter 12" in said(event)[1]
        assert len(said(event)[1]) < 400

    def test_no_admins_no_notifications(self) -> None:
        assert drafts(FraudSuspected(**facts(), reason="high-value"), []) == []


class TestSuccess:
    """S99, S129: what sockets get when money moved; the balance is for its owner's eyes."""

    def test_the_shape(self) -> None:
        assert messages.success(transfer_completed(), ARJUN) == {
            "type": "transaction.success",
            "transaction_id": 41,
            "amount": 150.0,
            "new_src_balance": 785.0,
            "new_dest_balance": None,
        }

    def test_the_other_side(self) -> None:
        pushed = messages.success(transfer_completed(), MEERA)
        assert (pushed["new_src_balance"], pushed["new_dest_balance"]) == (None, 200.0)

    def test_own_accounts_show_both(self) -> None:
        pushed = messages.success(transfer_completed(dest_user_id=ARJUN), ARJUN)
        assert (pushed["new_src_balance"], pushed["new_dest_balance"]) == (785.0, 200.0)

    def test_a_stranger_would_see_nothing(self) -> None:
        pushed = messages.success(transfer_completed(), 1)
        assert (pushed["new_src_balance"], pushed["new_dest_balance"]) == (None, None)

    def test_cash_has_no_balance(self) -> None:
        pushed = messages.success(
            DepositCompleted(**facts(**CASH), src_balance_minor=None, dest_balance_minor=0), MEERA
        )
        assert (pushed["new_src_balance"], pushed["new_dest_balance"]) == (None, 0.0)


class TestWords:
    """Every sentence is one that the bank would sign."""

    def test_nobody_is_told_that_a_transfer_was_merely_accepted(self) -> None:
        assert TransferInitiated not in SPOKEN_OF
        assert set(SPOKEN_OF) <= set(CATALOGUE.values())

    def test_no_exclamation_marks_and_every_amount_with_its_sign(self) -> None:
        for event in (transfer_completed(), transfer_failed(), FraudCleared(**facts())):
            for sentence in said(event).values():
                assert "!" not in sentence
                assert "₹150.00" in sentence

    def test_large_amounts_are_grouped_as_in_india(self) -> None:
        assert "₹1,23,45,678.90" in said(transfer_completed(amount_minor=1_23_45_678_90))[ARJUN]
