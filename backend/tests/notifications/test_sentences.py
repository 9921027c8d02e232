"""S39: every sentence has a code and its facts, so that the web app says it in the reader's own language."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.accounts.models import AccountType
from app.core import clock
from app.events.catalogue import (
    AccountUpdated,
    BalanceAdjusted,
    BooksVerified,
    DepositCompleted,
    DepositFailed,
    Event,
    FraudCheckRequired,
    FraudCleared,
    FraudSuspected,
    KYCStatusChanged,
    QueueOverflowed,
    TransferReversed,
    UserChanged,
    WithdrawalCompleted,
    WithdrawalFailed,
    WorkerFailed,
)
from app.fraud import rules
from app.notifications.messages import drafts
from app.notifications.models import Notification
from app.notifications.sentences import SENTENCES, Facts, say
from app.transactions.errors import FAILURE_SENTENCES
from app.web.build import FRONTEND
from tests.money import ARJUN, BALANCES, CASH, MEERA, PAID_OUT, facts, transfer_completed, transfer_failed

HINDI = FRONTEND / "src" / "locales" / "hi" / "notices.ts"
PARTS = re.compile(r"\[([^]|]*)\|?([^]]*)\]")
NOW = clock.now()
ADMIN = 1

AMOUNT: Facts = {"amount_minor": 150_00, "currency": "INR"}
ONE_RUPEE: Facts = {"amount_minor": 1_00, "currency": "INR"}
TO_MEERA, FROM_ARJUN = AMOUNT | {"name": "Meera Nair"}, AMOUNT | {"name": "Arjun Rao"}
SAVINGS: Facts = {"account_type": "savings", "account_number": "••••4821"}
OWN: dict[str, Any] = {"dest_user_id": ARJUN}
FULL: dict[str, Any] = {"reason": "account_closed", "detail": "It is closed. Nothing has left your account."}
WHY_FULL: Facts = {"reason_code": "account_closed", "detail": "It is closed."}


def account(change: str, *, active: bool = True) -> AccountUpdated:
    """Return news about Arjun's savings account, with a reason."""
    return AccountUpdated(
        occurred_at=NOW, account_id=5, account_number_masked="••••4821", account_type="savings", user_id=ARJUN,
        change=change, status="approved", is_active=active, reason="lost phone",
    )  # fmt: skip


def reversal(**changes: Any) -> TransferReversed:
    """Return what Arjun gives back to Meera."""
    return TransferReversed(**facts(**changes), **BALANCES, reverses_id=40, reason="sent twice")


TOLD: dict[str, tuple[Event, int, Facts]] = {
    "transfer.sent": (transfer_completed(note="lunch"), ARJUN, TO_MEERA | {"note": "lunch"}),
    "transfer.received": (transfer_completed(), MEERA, FROM_ARJUN | {"note": ""}),
    "transfer.moved": (transfer_completed(**OWN), ARJUN, AMOUNT),
    "deposit.completed": (DepositCompleted(**facts(**CASH), **BALANCES), MEERA, AMOUNT),
    "withdrawal.completed": (WithdrawalCompleted(**facts(**PAID_OUT), **BALANCES), ARJUN, AMOUNT),
    "transfer.failed": (transfer_failed(**FULL), ARJUN, TO_MEERA | WHY_FULL),
    "withdrawal.failed": (WithdrawalFailed(**facts(**PAID_OUT), **FULL), ARJUN, AMOUNT | WHY_FULL),
    "deposit.failed": (
        DepositFailed(**facts(**CASH), reason="account_closed", detail="It is closed."), MEERA, AMOUNT | WHY_FULL,
    ),
    "transfer.held": (FraudCheckRequired(**facts(), reason="high-value"), ARJUN, TO_MEERA),
    "withdrawal.held": (FraudCheckRequired(**facts(**PAID_OUT), reason="high-value"), ARJUN, AMOUNT),
    "deposit.held": (FraudCheckRequired(**facts(**CASH), reason="high-value"), MEERA, AMOUNT),
    "transfer.cleared": (FraudCleared(**facts()), ARJUN, TO_MEERA),
    "withdrawal.cleared": (FraudCleared(**facts(**PAID_OUT)), ARJUN, AMOUNT),
    "deposit.cleared": (FraudCleared(**facts(**CASH)), MEERA, AMOUNT),
    "transfer.moved_back": (reversal(**OWN), ARJUN, AMOUNT | {"reason": "sent twice"}),
    "transfer.given_back": (reversal(), ARJUN, TO_MEERA | {"reason": "sent twice"}),
    "transfer.returned": (reversal(), MEERA, FROM_ARJUN | {"reason": "sent twice"}),
    "balance.taken": (
        BalanceAdjusted(**facts(**PAID_OUT), **BALANCES, reason="a fee"), ARJUN, AMOUNT | {"reason": "a fee"},
    ),
    "balance.added": (BalanceAdjusted(**facts(**CASH), **BALANCES, reason=""), MEERA, AMOUNT | {"reason": ""}),
    "kyc.approved": (KYCStatusChanged(occurred_at=NOW, user_id=ARJUN, status="approved", reason="seen"), ARJUN, {}),
    "kyc.rejected": (
        KYCStatusChanged(occurred_at=NOW, user_id=ARJUN, status="rejected", reason="blurred"), ARJUN,
        {"reason": "blurred"},
    ),
    "user.email_changed": (UserChanged(occurred_at=NOW, user_id=ARJUN, changes={"email": True}), ARJUN, {}),
    "account.requested": (account("requested"), ARJUN, SAVINGS),
    "account.approved": (account("approved"), ARJUN, SAVINGS),
    "account.rejected": (account("rejected", active=False), ARJUN, SAVINGS | {"reason": "lost phone"}),
    "account.switched_on": (account("switched"), ARJUN, SAVINGS),
    "account.switched_off": (account("switched", active=False), ARJUN, SAVINGS | {"reason": "lost phone"}),
    "fraud.suspected": (
        FraudSuspected(**facts(), reason="high-value"), ADMIN,
        AMOUNT | {"transaction_id": 41, "user_id": ARJUN, "reason_code": "high-value"},
    ),
    "system.queue_overflow": (
        QueueOverflowed(occurred_at=NOW, queue="banking.audit", length=60_000, oldest_seconds=90), ADMIN,
        {"queue": "banking.audit", "length": 60_000, "oldest_seconds": 90},
    ),
    "system.worker_failed": (
        WorkerFailed(occurred_at=NOW, queue="banking.audit", dead_letter_id=12, error="E" * 5_000), ADMIN,
        {"queue": "banking.audit", "error": "E" * 200, "dead_letter_id": 12},
    ),
    "system.books_verified": (
        BooksVerified(occurred_at=NOW, findings=2, movements=9, first_finding="Hold 3 hangs."), ADMIN,
        {"findings": 2, "first_finding": "Hold 3 hangs."},
    ),
}  # fmt: skip
"""Each sentence: an event that causes it, who is told it, and with which facts: all that may be told, and no more."""


def gaps(template: str) -> set[str]:
    """Return the names in the braces of a template."""
    return set(re.findall(r"\{(\w+)\}", template))


def facts_for(template: str) -> set[str]:
    """Return the facts that a template needs: an amount is two of them, and a reason has its code beside it."""
    more = {"amount": {"amount_minor", "currency"}, "detail": {"detail", "reason_code"}}
    return set().union(*(more.get(gap, {gap}) for gap in gaps(template)))


class TestFacts:
    """A sentence has all the facts that it needs, and none that its reader may not know."""

    def test_every_sentence_is_told_here(self) -> None:
        assert TOLD.keys() == SENTENCES.keys()

    @pytest.mark.parametrize("code", TOLD)
    def test_who_is_told_what(self, code: str) -> None:
        event, user, known = TOLD[code]
        [draft] = [one for one in drafts(event, [ADMIN]) if one.user_id == user]
        assert (draft.sentence, draft.facts) == (code, known)

    @pytest.mark.parametrize("code", TOLD)
    def test_the_gaps_are_what_the_facts_fill(self, code: str) -> None:
        assert facts_for(SENTENCES[code].title + SENTENCES[code].message) == TOLD[code][2].keys()

    @pytest.mark.parametrize("code", SENTENCES)
    def test_a_code_fits_its_column(self, code: str) -> None:
        assert len(code) <= Notification.__table__.c.sentence.type.length

    def test_every_failure_ends_with_what_did_not_happen(self) -> None:
        """Our sentence does, too: whoever says it in another language has to say it once."""
        for reason, detail in FAILURE_SENTENCES.items():
            [draft] = drafts(transfer_failed(reason=reason, detail=detail), [])
            assert draft.facts["detail"] + " Nothing has left your account." == detail
            assert say(draft.sentence, draft.facts)[1] == f"₹150.00 to Meera Nair was not sent. {detail}"


class TestSay:
    """English is made of the same table."""

    @pytest.mark.parametrize(
        ("known", "said"),
        [
            ({"name": "", "reason": ""}, "₹1.00 was given back to you."),
            ({"name": "Zoe", "reason": ""}, "₹1.00 was given back to you by Zoe."),
            ({"name": "", "reason": "twice"}, "₹1.00 was given back to you. Reason: twice"),
            ({"name": "Zoe", "reason": "twice"}, "₹1.00 was given back to you by Zoe. Reason: twice"),
        ],
    )
    def test_a_part_is_said_if_there_is_something_to_say(self, known: Facts, said: str) -> None:
        assert say("transfer.returned", known | ONE_RUPEE) == ("Money returned", said)

    @pytest.mark.parametrize("note", ["{name}", "%(name)s", "100 %", "[x|y]", "}", "\\1", "%%"])
    def test_what_people_write_is_not_read_as_a_template(self, note: str) -> None:
        _, said = say("transfer.sent", {"name": note, "note": note} | ONE_RUPEE)
        assert said == f"You sent ₹1.00 to {note}: “{note}”"

    @pytest.mark.parametrize("code", SENTENCES)
    def test_what_is_in_brackets_has_one_gap_and_its_other_side_none(self, code: str) -> None:
        parts = PARTS.findall(SENTENCES[code].message)
        assert [(len(gaps(part)), len(gaps(otherwise))) for part, otherwise in parts] == [(1, 0)] * len(parts)


def words() -> dict[str, str]:
    """Return the web app's Hindi by its code."""
    return dict(re.findall(r"^  '?([\w.-]+)'?: '(.*)',$", HINDI.read_text(), re.MULTILINE))


class TestHindi:
    """The web app has words for each of them, with the same gaps."""

    def test_every_sentence_and_none_that_is_not_said(self) -> None:
        dotted = {code for code in words() if "." in code}
        assert dotted == SENTENCES.keys() | {f"{code}.title" for code in SENTENCES}

    @pytest.mark.parametrize("code", SENTENCES)
    def test_the_same_facts_are_told(self, code: str) -> None:
        """As needed here as there: what may be left out in one language may be in the other."""
        hindi, english = words()[code], SENTENCES[code]
        assert gaps(hindi) == gaps(english.message)
        assert sorted(gap for part, _ in PARTS.findall(hindi) for gap in gaps(part)) == sorted(english.optional)

    def test_codes_among_the_facts_have_words(self) -> None:
        assert {kind.value for kind in AccountType} | {rules.HIGH_VALUE, rules.HIGH_FREQUENCY} <= words().keys()
