"""Guarantee: a transfer that is accepted exists exactly once, and what isn't accepted changes nothing."""

from __future__ import annotations

import json
import threading
from collections import Counter

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.database import unit_of_work
from app.edge import limits
from app.events.models import OutboxBundle
from app.transactions.models import Transaction
from tests.bank import Bank
from tests.conftest import point_at


def count_of_transactions() -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(Transaction).where(Transaction.kind == "transfer")) or 0


def traces(topic: str) -> dict[int, str]:
    """Return the request that each transaction's event of this topic says it comes from."""
    with unit_of_work() as session:
        payloads = session.scalars(select(OutboxBundle.payload).where(OutboxBundle.topic == topic)).all()
    return {event["transaction_id"]: event["trace"] for payload in payloads for event in json.loads(payload)}


class TestInitiate:
    """S51, S73, S74, S105, S140, C11, C19: the one way to send money."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        answer = bank.api.post("/transactions/initiate", json={"src_account": 1, "dest_account": 2, "amount": 1})
        assert answer.status_code == 401
        assert answer.json()["code"] == "sign_in_needed"
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "path", ["/transactions/initiate", "/transactions/bulk", "/accounts/transfer-between-accounts"]
    )
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
    def test_strangers_are_counted_by_address(
        self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
    ) -> None:
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_anonymous="3/minute")
        limits.forget_all()
        answers = [bank.api.post(path, json={}, headers=headers) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60

    def test_somebody_elses_account_is_404(self, bank: Bank) -> None:
        alice, mallory = bank.customer(1000_00), bank.customer(5_00)
        answer = mallory.post(
            "/transactions/initiate", {"src_account": alice.account, "dest_account": mallory.account, "amount": 10}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
        assert count_of_transactions() == 0

    def test_accepted_is_pending_then_settled(self, bank: Bank) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        answer = alice.post(
            "/transactions/initiate",
            content=f'{{"src_account":{alice.account},"dest_account":{bob.account},"amount":150.00}}',
        )
        assert answer.status_code == 201
        body = answer.json()
        assert body.keys() == {"transaction_id", "status", "created_at"}
        assert body["status"] == "PENDING"
        assert bank.status(body["transaction_id"]) == "PENDING"
        assert alice.balance() == 1000.00
        bank.settle()
        assert bank.status(body["transaction_id"]) == "SUCCESS"
        assert (alice.balance(), bob.balance()) == (850.00, 150.00)
        assert bank.findings() == []

    @pytest.mark.parametrize(
        "amount", ["0", "-1", "0.001", "1e400", "1e-3", "NaN", "Infinity", '"150"', "true", "null", "[1]", "{}", "01", "1.", ".5",
                   "10000000000001", "1" * 400],
    )  # fmt: skip
    def test_amounts_that_are_none_change_nothing(self, bank: Bank, amount: str) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        answer = alice.post(
            "/transactions/initiate",
            content=f'{{"src_account":{alice.account},"dest_account":{bob.account},"amount":{amount},"idempotency_key":"k"}}',
        )
        assert answer.status_code == 422
        assert answer.json().keys() == {"detail", "code", "data"}
        assert count_of_transactions() == 0

    @pytest.mark.parametrize(
        ("field", "value"),
        [("src_account", 0), ("src_account", "1"), ("dest_account", -1), ("dest_account", 2**63), ("currency", "RUPEES"),
         ("currency", "XYZ"), ("currency", 5), ("metadata", [1]), ("metadata", "x"), ("note", "x" * 141), ("note", "a\u0000b"),
         ("note", "\u202e evil"), ("note", "two\u2028lines"),
         ("idempotency_key", ""), ("idempotency_key", "with space"), ("idempotency_key", "line\n"),
         ("idempotency_key", "k" * 201), ("role", "admin"), ("status", "SUCCESS")],
    )  # fmt: skip
    def test_bad_and_unknown_fields_change_nothing(self, bank: Bank, field: str, value: object) -> None:
        alice, bob = bank.customer(1000_00), bank.customer()
        answer = alice.send(bob, 10, **{field: value})
        assert answer.status_code == 422, answer.text
        assert count_of_transactions() == 0

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"src_account":1}', b"[" * 50_000])
    def test_bodies_that_are_no_request(self, bank: Bank, body: bytes) -> None:
        alice = bank.customer()
        answer = alice.post("/transactions/initiate", content=body)
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_request"

    def test_short_funds_say_what_is_available(self, bank: Bank) -> None:
        alice, bob = bank.customer(1200_00), bank.customer()
        answer = alice.send(bob, 1500)
        assert (answer.status_code, answer.json()["code"]) == (422, "insufficient_funds")
        assert answer.json()["detail"] == (
            "Not sent: ₹1,500.00 is more than the ₹1,200.00 available. Nothing has left your account."
        )

    def test_to_oneself_is_refused(self, bank: Bank) -> None:
        alice = bank.customer(100_00)
        assert alice.send(alice, 1).json()["code"] == "same_account"

    def test_pending_and_switched_off_accounts_are_refused(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_00), bank.customer(100_00), bank.admin()
        unapproved = bank.open_account(bob, approved=False)
        assert alice.send(unapproved, 1).json()["code"] == "recipient_not_found"
        admin.put(f"/admin/accounts/{bob.account}/toggle-active", {"active": False})
        assert alice.send(bob, 1).json()["code"] == "recipient_not_found"
        assert bob.send(alice, 1).json()["code"] == "account_not_usable"

    def test_a_revoked_session_acts_at_once(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        assert alice.send(bob, 1).status_code == 201
        alice.delete(f"/auth/sessions/{alice.session_id}")
        assert alice.send(bob, 1).status_code == 401

    def test_a_disabled_user_can_send_nothing(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_00), bank.customer(), bank.admin()
        admin.put(f"/admin/users/{alice.id}", {"is_active": False})
        assert alice.send(bob, 1).status_code == 401

    def test_metadata_is_kept_to_the_letter(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        made = alice.send(bob, 1, metadata={"order": 'a"b\\c', "emoji": "₹", "deep": {"x": [1, None]}}).json()
        detail = alice.get(f"/transactions/{made['transaction_id']}").json()
        assert detail["metadata"] == {"order": 'a"b\\c', "emoji": "₹", "deep": {"x": [1, None]}}

    @pytest.mark.parametrize("metadata", ['{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"a":1e999999999}'])
    def test_metadata_that_postgresql_might_not_like_hurts_nobody(self, bank: Bank, metadata: str) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        answer = alice.post(
            "/transactions/initiate",
            content=f'{{"src_account":{alice.account},"dest_account":{bob.account},"amount":1,"metadata":{metadata}}}',
        )
        assert answer.status_code in (201, 422)
        assert alice.send(bob, 1).status_code == 201

    @pytest.mark.parametrize(("opens", "closes"), [('{"a":', "}"), ("[", "]")])
    def test_metadata_too_deep_to_be_shown_is_refused(self, bank: Bank, opens: str, closes: str) -> None:
        alice, bob = bank.customer(100_00), bank.customer()

        def body(levels: int) -> str:
            metadata = '{"a":' + opens * (levels - 1) + "1" + closes * (levels - 1) + "}"
            return f'{{"src_account":{alice.account},"dest_account":{bob.account},"amount":1,"metadata":{metadata}}}'

        taken = alice.post("/transactions/initiate", content=body(32))
        assert alice.get(f"/transactions/{taken.json()['transaction_id']}").status_code == 200
        for answer in (
            alice.post("/transactions/initiate", content=body(33)),
            alice.post("/transactions/initiate", content=body(300)),
            alice.post("/transactions/bulk", content=f'{{"transfers":[{body(300)}]}}'),
        ):
            assert answer.status_code == 422
            assert answer.json()["detail"] == "metadata is nested deeper than we keep (32 levels)."
        assert count_of_transactions() == 1

    def test_from_another_origin_the_same_endpoint_answers(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        answer = alice.post(
            "/transactions/initiate",
            {"src_account": alice.account, "dest_account": bob.account, "amount": 1},
            Origin="http://localhost:3000",
        )
        assert answer.status_code == 201
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"

    @pytest.mark.parametrize(("secure", "told"), [("true", True), ("false", False)])
    def test_behind_tls_it_says_so_like_any_other_route(
        self, database: str, monkeypatch: pytest.MonkeyPatch, secure: str, told: bool
    ) -> None:
        point_at(monkeypatch, database, cookie_secure=secure)
        from app.main import create_app

        with TestClient(create_app()) as api:
            for path in ("/transactions/deposit", "/transactions/initiate", "/transactions/bulk"):
                assert ("strict-transport-security" in api.post(path, json={}).headers) is told, path

    @pytest.mark.parametrize("origin", [{}, {"Origin": "http://localhost:3000"}])
    def test_too_large_a_body_is_413_whichever_way_it_comes(self, bank: Bank, origin: dict[str, str]) -> None:
        alice = bank.customer(100_00)
        answer = alice.post("/transactions/initiate", content=b" " * 70_000, **origin)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


class TestTrace:
    """S175: the id of a request can be followed from its answer through the queue to what became of it."""

    @pytest.mark.parametrize("origin", [{}, {"Origin": "http://localhost:3000"}])
    def test_every_transfer_of_a_group_commit_keeps_its_own(self, bank: Bank, origin: dict[str, str]) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        asked = [alice.send(bob, 1), alice.send(bob, 2)]
        named = alice.post(
            "/transactions/initiate",
            {"src_account": alice.account, "dest_account": bob.account, "amount": 3},
            X_Request_ID="mine-12345678", **origin,
        )  # fmt: skip
        assert named.headers["x-request-id"] == "mine-12345678"
        bank.settle()
        expected = {one.json()["transaction_id"]: one.headers["x-request-id"] for one in (*asked, named)}
        assert len(set(expected.values())) == 3
        for topic in ("transfer.initiated", "transfer.completed"):
            assert traces(topic) == expected


class TestIdempotency:
    """S76, S149, S166, S226, C9, C10: one key, one transfer, one answer."""

    def test_the_same_key_replays_the_first_answer(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        first, again = alice.send(bob, 10, key="rent-june"), alice.send(bob, 10, key="rent-june")
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert "idempotency-hit" not in first.headers
        assert again.headers["idempotency-hit"] == "true"
        bank.settle()
        assert alice.send(bob, 10, key="rent-june").content == first.content
        assert alice.balance() == 90.00

    def test_a_refusal_is_replayed_even_when_the_money_has_come(self, bank: Bank) -> None:
        alice, bob = bank.customer(5_00), bank.customer()
        first = alice.send(bob, 10, key="k")
        bank.fund(alice.account, 100_00)
        again = alice.send(bob, 10, key="k")
        assert (first.status_code, again.status_code) == (422, 422)
        assert first.content == again.content
        assert again.headers["idempotency-hit"] == "true"

    def test_the_same_key_for_something_else_is_refused(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        alice.send(bob, 10, key="k")
        answer = alice.send(bob, 11, key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")

    def test_keys_are_each_persons_own(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer(100_00)
        assert alice.send(bob, 10, key="k").json() != bob.send(alice, 10, key="k").json()

    def test_the_bodys_key_wins_over_the_headers(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        body = {"src_account": alice.account, "dest_account": bob.account, "amount": 1, "idempotency_key": "req-12345"}
        first = alice.post("/transactions/initiate", body, Idempotency_Key="req-1")
        again = alice.post("/transactions/initiate", body, Idempotency_Key="req-2")
        assert first.content == again.content

    def test_the_header_alone_is_enough(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        body = {"src_account": alice.account, "dest_account": bob.account, "amount": 1}
        first = alice.post("/transactions/initiate", body, Idempotency_Key="req-1")
        again = alice.post("/transactions/initiate", body, Idempotency_Key="req-1")
        assert first.content == again.content
        assert "warning" not in first.headers

    def test_without_a_key_there_is_a_warning_and_a_generated_one(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        first, second = alice.send(bob, 1), alice.send(bob, 1)
        assert "No idempotency key" in first.headers["warning"]
        assert first.headers["idempotency-key"].startswith("generated-")
        assert first.json()["transaction_id"] != second.json()["transaction_id"]

    def test_thirty_two_at_once_with_one_key_make_one_transfer(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        answers: list[bytes] = []
        start = threading.Barrier(32)

        def press() -> None:
            start.wait()
            answers.append(alice.send(bob, 10, key="double-click").content)

        threads = [threading.Thread(target=press) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(answers).most_common(1)[0][1] == 32
        bank.settle()
        assert alice.balance() == 90.00


class TestOwnAccounts:
    """S49: money between one's own accounts."""

    def test_moves(self, bank: Bank) -> None:
        alice = bank.customer(100_00, accounts=2)
        first, second = alice.accounts
        answer = alice.post(
            "/accounts/transfer-between-accounts", {"src_account": first, "dest_account": second, "amount": 40}
        )
        assert answer.status_code == 201
        bank.settle()
        assert (alice.balance(first), alice.balance(second)) == (60.00, 40.00)

    def test_somebody_elses_destination_is_refused(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        answer = alice.post(
            "/accounts/transfer-between-accounts",
            {"src_account": alice.account, "dest_account": bob.account, "amount": 40},
        )
        assert answer.status_code == 404
