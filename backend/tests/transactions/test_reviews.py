"""Guarantee: a held transaction's money is reserved, and leaves the hold exactly once, whoever decides."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app import config
from app.consumers import consumers
from app.core import clock
from app.database import unit_of_work
from app.events.inbox import handle_arrived
from app.events.models import InboxEntry, OutboxBundle
from app.events.outbox import decode
from app.transactions import requests
from app.transactions.reviews import expire_holds
from app.transactions.settlement import settle_requested
from tests.bank import Bank, Person


def held(bank: Bank, amount: float = 60_000) -> tuple[Person, Person, int]:
    """Return a sender with ₹1,00,000.00, a recipient, and a transfer between them that is under review."""
    alice, bob = bank.customer(100_000_00), bank.customer()
    transaction_id = alice.send(bob, amount).json()["transaction_id"]
    bank.settle()
    assert bank.status(transaction_id) == "UNDER_REVIEW"
    return alice, bob, transaction_id


class TestRules:
    """S155, S156, S158, S160, C5, C16: what is held, and what is refused."""

    def test_fifty_thousand_is_not_held_and_a_paisa_more_is(self, bank: Bank) -> None:
        alice, bob = bank.customer(200_000_00), bank.customer()
        exactly, above = (alice.send(bob, amount).json()["transaction_id"] for amount in (50_000.00, 50_000.01))
        bank.settle()
        assert (bank.status(exactly), bank.status(above)) == ("SUCCESS", "UNDER_REVIEW")
        assert alice.get(f"/transactions/{above}").json()["reason"] == "high-value"

    def test_the_sixth_within_a_minute_is_held(self, bank: Bank) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        sent = [alice.send(bob, 1).json()["transaction_id"] for _ in range(6)]
        bank.settle()
        assert [bank.status(one) for one in sent] == ["SUCCESS"] * 5 + ["UNDER_REVIEW"]
        assert alice.get(f"/transactions/{sent[5]}").json()["reason"] == "high-frequency-transfers"

    def test_what_staff_do_isnt_the_customer_s_haste(self, bank: Bank) -> None:
        """S156: corrections and refunds of the last minute aren't payments that the customer asked for."""
        alice, bob, admin = bank.customer(1000_00), bank.customer(1000_00), bank.admin()
        path = f"/admin/accounts/{alice.account}/adjust-balance"
        for _ in range(5):
            admin.post(path, {"amount": 1, "direction": "debit", "reason": "a fee, by hand"})
        got = bob.send(alice, 5).json()["transaction_id"]
        bank.settle()
        assert admin.post(f"/transactions/{got}/refund", {"reason": "paid twice"}).status_code == 201
        sent = [alice.send(bob, 1).json()["transaction_id"] for _ in range(6)]
        bank.settle()
        assert [bank.status(one) for one in sent] == ["SUCCESS"] * 5 + ["UNDER_REVIEW"]

    def test_payments_of_a_clock_that_went_fast_are_nobody_s_haste(self, bank: Bank) -> None:
        """Set back, it makes earlier payments lie in the future; that they were of the last minute nobody knows."""
        alice, bob = bank.customer(1000_00), bank.customer()
        with unit_of_work() as session:
            for minutes in range(6):
                with clock.at(clock.now() + timedelta(hours=1, minutes=2 * minutes)):
                    requests.request_withdrawal(session, user_id=alice.id, account_id=alice.account, amount_minor=1_00)
        sent = [alice.send(bob, 1).json()["transaction_id"] for _ in range(6)]
        bank.settle()
        assert [bank.status(one) for one in sent] == ["SUCCESS"] * 5 + ["UNDER_REVIEW"]

    def test_five_a_minute_go_on_for_ever(self, bank: Bank) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        start = clock.now()
        with unit_of_work() as session:
            for number in range(12):
                with clock.at(start - timedelta(minutes=5) + timedelta(seconds=13 * number)):
                    requests.request_withdrawal(session, user_id=alice.id, account_id=alice.account, amount_minor=1_00)
        bank.settle()
        statuses = {
            one["status"] for one in alice.get("/transactions/me").json()["items"] if one["kind"] == "withdrawal"
        }
        assert statuses == {"SUCCESS"}
        assert bob.balance() == 0

    def test_high_value_without_kyc_is_refused_at_the_door(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_000_00, kyc=False), bank.customer()
        answer = alice.send(bob, 50_000.01)
        assert (answer.status_code, answer.json()["code"]) == (403, "kyc_required")
        assert alice.send(bob, 50_000).status_code == 201

    def test_kyc_withdrawn_in_between_fails_at_the_worker(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_000_00), bank.customer(), bank.admin()
        sent = alice.send(bob, 60_000).json()["transaction_id"]
        admin.post("/admin/approve-kyc", {"user_id": alice.id, "action": "reject", "reason": "document expired"})
        bank.settle()
        assert bank.status(sent) == "FAILED"
        assert alice.get(f"/transactions/{sent}").json()["reason"] == "kyc_required"
        assert bank.findings() == []

    @pytest.mark.parametrize(
        ("kind", "side"), [("initiate", "payer"), ("initiate", "payee"), ("withdraw", "payer"), ("deposit", "payer")]
    )
    def test_a_customer_switched_off_in_between_keeps_their_money_where_it_is(
        self, bank: Bank, kind: str, side: str
    ) -> None:
        """What the door would refuse, the worker refuses: nothing comes and nothing goes."""
        alice, bob, admin = bank.customer(100_000_00), bank.customer(), bank.admin()
        bodies: dict[str, dict[str, int]] = {
            "initiate": {"src_account": alice.account, "dest_account": bob.account},
            "withdraw": {"account_id": alice.account},
            "deposit": {"account_id": alice.account},
        }
        asked = [
            alice.post(f"/transactions/{kind}", bodies[kind] | {"amount": amount}).json()["transaction_id"]
            for amount in (40, 60_000)
        ]
        off = alice if side == "payer" else bob
        admin.put(f"/admin/users/{off.id}", {"is_active": False, "reason": "stolen telephone"})
        bank.settle()
        ended = [admin.get(f"/transactions/{one}").json() for one in asked]
        assert [(one["status"], one["reason"]) for one in ended] == [("FAILED", "account_frozen")] * 2
        admin.put(f"/admin/users/{off.id}", {"is_active": True, "reason": "found again"})
        bank.settle()
        assert {bank.status(one) for one in asked} == {"FAILED"}
        assert bank.findings() == []

    def test_a_customer_cannot_bury_the_reviews(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        """Paise that are held cost their sender nothing, and staff would look at thousands of them first."""
        alice, carol, bob, admin = bank.customer(1000_00), bank.customer(1000_00), bank.customer(), bank.admin()
        monkeypatch.setenv("REVIEWS_OPEN_MAX", "3")
        config.get_settings.cache_clear()
        sent = [alice.send(bob, 0.01).json()["transaction_id"] for _ in range(10)]
        bank.settle()
        assert [bank.status(one) for one in sent] == ["SUCCESS"] * 5 + ["UNDER_REVIEW"] * 3 + ["FAILED"] * 2
        assert alice.get(f"/transactions/{sent[9]}").json()["reason"] == "too_many_reviews"
        others = [carol.send(bob, 0.01).json()["transaction_id"] for _ in range(6)]
        late = alice.send(bob, 0.01).json()["transaction_id"]
        bank.settle()
        assert (bank.status(others[5]), bank.status(late)) == ("UNDER_REVIEW", "FAILED")

        admin.post(f"/admin/transactions/{sent[5]}/review", {"action": "reject", "reason": "paise"})
        again = alice.send(bob, 0.01).json()["transaction_id"]
        bank.settle()
        assert bank.status(again) == "UNDER_REVIEW"
        assert bank.findings() == []

    def test_limits_are_settings(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        monkeypatch.setenv("REVIEW_ABOVE_MINOR", "1000")
        config.get_settings.cache_clear()
        sent = alice.send(bob, 10.01).json()["transaction_id"]
        bank.settle()
        assert bank.status(sent) == "UNDER_REVIEW"


class TestAgain:
    """C1, S166: a request that is delivered once more, however late, changes nothing."""

    def deliver_again(self) -> None:
        """Have a broker deliver every transfer again, after the inbox has forgotten them."""
        with unit_of_work() as session:
            session.execute(delete(InboxEntry))
            bundles = list(session.scalars(select(OutboxBundle.id).where(OutboxBundle.topic == "transfer.initiated")))
        handle_arrived(consumers()["banking.transactions"], bundles, relay=lambda: None)

    def test_what_was_refused_isnt_paid_when_there_is_money(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        paid, refused = (alice.send(bob, 80).json()["transaction_id"] for _ in range(2))
        bank.settle()
        bank.fund(alice.account, 500_00)
        self.deliver_again()
        assert (bank.status(paid), bank.status(refused), bob.balance()) == ("SUCCESS", "FAILED", 80.0)
        assert bank.findings() == []

    @pytest.mark.parametrize(("action", "status"), [(None, "UNDER_REVIEW"), ("clear", "SUCCESS"), ("reject", "FAILED")])
    def test_what_was_held(self, bank: Bank, action: str | None, status: str) -> None:
        alice, _, transaction_id = held(bank)
        if action:
            answer = {"action": action, "reason": "called the customer"}
            bank.admin().post(f"/admin/transactions/{transaction_id}/review", answer)
        before = alice.get(f"/accounts/{alice.account}").json()
        self.deliver_again()
        assert bank.status(transaction_id) == status
        assert alice.get(f"/accounts/{alice.account}").json() == before
        assert bank.findings() == []

    def test_twice_in_one_batch(self, bank: Bank) -> None:
        """What is refused the first time isn't paid the second time, though money came in between."""
        alice, bob = bank.customer(100_00), bank.customer(100_00)
        alice.send(bob, 80)
        refused = alice.send(bob, 80).json()["transaction_id"]
        bob.send(alice, 90)
        with unit_of_work() as session:
            bundles = session.scalars(
                select(OutboxBundle).where(OutboxBundle.topic == "transfer.initiated").order_by(OutboxBundle.id)
            )
            asked = [event for one in bundles for event in decode(one.topic, one.payload)]
            settle_requested(session, [*asked, *asked])  # type: ignore[list-item]
        assert (bank.status(refused), alice.balance(), bob.balance()) == ("FAILED", 110.0, 90.0)
        assert bank.findings() == []


class TestReview:
    """S145, S159, C12: staff decide."""

    def test_a_customer_may_not(self, bank: Bank) -> None:
        alice, _, transaction_id = held(bank)
        answer = alice.post(f"/admin/transactions/{transaction_id}/review", {"action": "clear", "reason": "it's mine"})
        assert answer.status_code == 403

    def test_held_money_is_reserved(self, bank: Bank) -> None:
        alice, bob, _ = held(bank)
        account = alice.get(f"/accounts/{alice.account}").json()
        assert (account["balance"], account["available"]) == (100_000.0, 40_000.0)
        assert alice.send(bob, 40_000.01).json()["code"] == "insufficient_funds"
        assert bank.findings() == []

    def test_clear_moves_it(self, bank: Bank) -> None:
        alice, bob, transaction_id = held(bank)
        answer = bank.admin().post(
            f"/admin/transactions/{transaction_id}/review", {"action": "clear", "reason": "called the customer"}
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "SUCCESS")
        assert [step["state"] for step in answer.json()["timeline"]] == ["PENDING", "UNDER_REVIEW", "SUCCESS"]
        assert (alice.balance(), bob.balance()) == (40_000.0, 60_000.0)
        assert bank.findings() == []

    def test_reject_gives_it_back(self, bank: Bank) -> None:
        alice, bob, transaction_id = held(bank)
        answer = bank.admin().post(
            f"/admin/transactions/{transaction_id}/review", {"action": "reject", "reason": "looks like a scam"}
        )
        assert answer.json()["status"] == "FAILED"
        account = alice.get(f"/accounts/{alice.account}").json()
        assert (account["balance"], account["available"], bob.balance()) == (100_000.0, 100_000.0, 0.0)
        assert bank.findings() == []

    def test_whoever_is_second_is_told(self, bank: Bank) -> None:
        _, bob, transaction_id = held(bank)
        admin = bank.admin()
        answers: list[int] = []

        def decide(action: str) -> None:
            body = {"action": action, "reason": "at the same time"}
            answers.append(admin.post(f"/admin/transactions/{transaction_id}/review", body).status_code)

        threads = [threading.Thread(target=decide, args=("clear",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200] + [409] * 7
        assert bob.balance() == 60_000.0
        assert bank.findings() == []

    def test_who_decides_twice_with_one_key_gets_the_first_answer(self, bank: Bank) -> None:
        """S226: the answer to a decision may be lost, and the money has moved."""
        _, bob, transaction_id = held(bank)
        admin = bank.admin()
        path, body = f"/admin/transactions/{transaction_id}/review", {"action": "clear", "reason": "called them"}
        first, again = (admin.post(path, body, **{"Idempotency-Key": "decided"}) for _ in range(2))
        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert again.headers["idempotency-hit"] == "true"
        other = admin.post(path, body | {"action": "reject", "idempotency_key": "decided"})
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
        assert bob.balance() == 60_000.0
        assert bank.findings() == []

    def test_nobody_decides_in_time(self, bank: Bank) -> None:
        alice, _, transaction_id = held(bank)
        with clock.at(clock.now() + timedelta(days=8)), unit_of_work() as session:
            assert expire_holds(session) == 1
        with unit_of_work() as session:
            assert expire_holds(session) == 0
        assert bank.status(transaction_id) == "FAILED"
        assert alice.get(f"/accounts/{alice.account}").json()["available"] == 100_000.0
        assert bank.findings() == []

    @pytest.mark.parametrize("side", [0, 1])
    def test_a_customer_who_is_switched_off_can_be_rejected_but_not_cleared(self, bank: Bank, side: int) -> None:
        """Switching them off says that money stays where it is, and a rejection only ends the reservation."""
        alice, bob, transaction_id = held(bank)
        admin, off = bank.admin(), (alice, bob)[side]
        admin.put(f"/admin/users/{off.id}", {"is_active": False, "reason": "stolen telephone"})
        path = f"/admin/transactions/{transaction_id}/review"
        answer = admin.post(path, {"action": "clear", "reason": "fine"}).json()
        assert answer["code"] == "account_not_usable"
        assert answer["detail"] == "One of the accounts can't be used at the moment. Nothing has moved."
        assert bank.status(transaction_id) == "UNDER_REVIEW"
        assert admin.post(path, {"action": "reject", "reason": "stolen"}).json()["status"] == "FAILED"
        assert bank.findings() == []

    def test_a_frozen_recipient_can_be_rejected_but_not_cleared(self, bank: Bank) -> None:
        _, bob, transaction_id = held(bank)
        admin = bank.admin()
        admin.put(f"/admin/accounts/{bob.account}/toggle-active", {"active": False})
        path = f"/admin/transactions/{transaction_id}/review"
        answer = admin.post(path, {"action": "clear", "reason": "fine"}).json()
        assert answer["code"] == "account_not_usable"
        assert answer["detail"] == "One of the accounts can't be used at the moment. Nothing has moved."
        assert bank.status(transaction_id) == "UNDER_REVIEW"
        assert admin.post(path, {"action": "reject", "reason": "closed"}).status_code == 200
