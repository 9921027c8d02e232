"""Guarantee: an account is asked for, decided once by staff, and seen whole by nobody but its owner and staff."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import Any

import httpx2
import pytest

from app import config
from tests.bank import Bank, Person


def ask(person: Person, account_type: str = "savings", **more: Any) -> httpx2.Response:
    return person.post("/accounts/create", {"account_type": account_type} | more)


def decide(admin: Person, account_id: int, action: str = "approve", **more: Any) -> httpx2.Response:
    return admin.post("/admin/accounts/approve", {"account_id": account_id, "action": action} | more)


def unread(person: Person) -> list[str]:
    return [item["type"] for item in person.get("/notifications", unread=True).json()["items"]]


class TestCreate:
    """S44, S34, C15: an account is asked for by somebody whose KYC is approved, and starts pending and empty."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.post("/accounts/create", json={"account_type": "savings"}).status_code == 401

    def test_without_kyc_is_403_with_the_next_step(self, bank: Bank) -> None:
        alice = bank.customer(kyc=False, accounts=0)
        answer = ask(alice)
        assert (answer.status_code, answer.json()["code"]) == (403, "kyc_needed")
        assert "KYC" in answer.json()["detail"]
        assert alice.get("/accounts/me").json() == []

    @pytest.mark.parametrize("account_type", ["savings", "current"])
    def test_it_is_pending_and_empty(self, bank: Bank, account_type: str) -> None:
        answer = ask(bank.customer(accounts=0), account_type)
        assert answer.status_code == 201
        made = answer.json()
        assert re.fullmatch(r"ACCT[1-9][0-9]{7}", made["account_number"])
        assert (made["account_type"], made["balance"], made["status"]) == (account_type, 0.0, "pending")
        assert '"balance":0.0' in answer.text  # the specification's number, not a text and not an integer

    @pytest.mark.parametrize(
        "body",
        [{}, {"account_type": "gold"}, {"account_type": 1}, {"account_type": None}, {"account_type": "savings", "balance": 5},
         {"account_type": "savings", "status": "approved"}, {"account_type": "savings", "user_id": 1}],
    )  # fmt: skip
    def test_what_is_no_request_changes_nothing(self, bank: Bank, body: dict[str, Any]) -> None:
        alice = bank.customer(accounts=0)
        assert alice.post("/accounts/create", body).status_code == 422
        assert alice.get("/accounts/me").json() == []

    def test_whether_the_kyc_was_checked_is_kept_with_the_account(self, bank: Bank) -> None:
        alice, admin = bank.customer(accounts=0), bank.admin()
        account = ask(alice).json()["id"]
        admin.post("/admin/approve-kyc", {"user_id": alice.id, "action": "reject", "reason": "document expired"})
        (kept,) = admin.get("/admin/accounts", user_id=alice.id).json()["items"]
        assert (kept["id"], kept["kyc_checked"]) == (account, True)


class TestHowMany:
    """An account too many is refused, even when two are asked for at once; rejected ones don't count."""

    def test_one_too_many_is_refused(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        alice, admin = self.limited_to(2, bank, monkeypatch)
        first, second, third = ask(alice), ask(alice), ask(alice)
        assert [first.status_code, second.status_code] == [201, 201]
        assert (third.status_code, third.json()["code"]) == (422, "too_many_accounts")
        assert third.json()["data"] == {"accounts_max": 2}
        decide(admin, first.json()["id"], "reject")
        assert ask(alice).status_code == 201

    def test_sixteen_at_once_stay_within_it(self, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
        alice, _ = self.limited_to(3, bank, monkeypatch)
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(ask(alice).status_code)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(answers) == {201: 3, 422: 13}
        assert len(alice.get("/accounts/me").json()) == 3

    def limited_to(self, most: int, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Person]:
        people = bank.customer(accounts=0), bank.admin()
        monkeypatch.setenv("ACCOUNTS_PER_USER_MAX", str(most))
        config.get_settings.cache_clear()
        return people


class TestOnce:
    """S226: asking twice with one key opens one account."""

    def test_the_same_key_gives_the_first_answer_again(self, bank: Bank) -> None:
        alice = bank.customer(accounts=0)
        first, again = ask(alice, idempotency_key="my-first"), ask(alice, idempotency_key="my-first")
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert again.headers["idempotency-hit"] == "true"
        assert len(alice.get("/accounts/me").json()) == 1

    def test_the_header_is_enough_and_the_body_wins(self, bank: Bank) -> None:
        alice, body = bank.customer(accounts=0), {"account_type": "savings"}
        by_header = [alice.post("/accounts/create", body, Idempotency_Key="k1").json()["id"] for _ in range(2)]
        by_body = [
            alice.post("/accounts/create", body | {"idempotency_key": "k2"}, Idempotency_Key=header).json()["id"]
            for header in ("h1", "h2")
        ]
        assert by_header[0] == by_header[1] != by_body[0] == by_body[1]

    def test_the_same_key_for_another_product_is_409(self, bank: Bank) -> None:
        alice = bank.customer(accounts=0)
        ask(alice, "savings", idempotency_key="k")
        answer = ask(alice, "current", idempotency_key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")

    def test_a_decision_repeated_on_the_other_path_is_the_same_decision(self, bank: Bank) -> None:
        """C7: both paths are one operation, so they share their keys."""
        alice, admin = bank.customer(accounts=0), bank.admin()
        body = {"account_id": ask(alice).json()["id"], "action": "approve", "idempotency_key": "yes"}
        first, again = admin.post("/accounts/approve", body), admin.post("/admin/accounts/approve", body)
        assert (first.status_code, first.content) == (again.status_code, again.content)
        assert again.headers["idempotency-hit"] == "true"


class TestDecide:
    """S45, S46, S104, S180, S147, C7: staff approve or reject, on either path, once."""

    @pytest.mark.parametrize("path", ["/accounts/approve", "/admin/accounts/approve"])
    def test_anonymous_is_401_and_a_customer_403(self, bank: Bank, path: str) -> None:
        alice = bank.customer(accounts=0)
        body = {"account_id": ask(alice).json()["id"], "action": "approve"}
        assert bank.api.post(path, json=body).status_code == 401
        assert alice.post(path, body).status_code == 403
        assert alice.get("/accounts/me").json()[0]["status"] == "pending"

    @pytest.mark.parametrize("path", ["/accounts/approve", "/admin/accounts/approve"])
    @pytest.mark.parametrize(("action", "status"), [("approve", "approved"), ("reject", "rejected")])
    def test_the_decision_is_kept_and_the_customer_told(self, bank: Bank, path: str, action: str, status: str) -> None:
        alice, admin = bank.customer(accounts=0), bank.admin()
        account = ask(alice).json()["id"]
        bank.settle()
        before = len(unread(alice))
        answer = admin.post(path, {"account_id": account, "action": action, "reason": "as discussed"})
        assert answer.status_code == 200
        decided = answer.json()
        assert (decided["status"], decided["decided_by"], decided["decision_reason"]) == (
            status,
            admin.id,
            "as discussed",
        )
        assert [one["status"] for one in alice.get("/accounts/me").json()] == [status]
        bank.settle()
        assert len(unread(alice)) == before + 1

    @pytest.mark.parametrize("path", ["/accounts/approve", "/admin/accounts/approve"])
    @pytest.mark.parametrize("first", ["approve", "reject"])
    @pytest.mark.parametrize("second", ["approve", "reject"])
    def test_twice_is_409(self, bank: Bank, path: str, first: str, second: str) -> None:
        alice, admin = bank.customer(accounts=0), bank.admin()
        account = ask(alice).json()["id"]
        decide(admin, account, first)
        answer = admin.post(path, {"account_id": account, "action": second})
        assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
        assert alice.get("/accounts/me").json()[0]["status"] == {"approve": "approved", "reject": "rejected"}[first]

    def test_two_at_once_decide_once(self, bank: Bank) -> None:
        alice, admin = bank.customer(accounts=0), bank.admin()
        account, answers = ask(alice).json()["id"], list[int]()

        def say(action: str) -> None:
            answers.append(decide(admin, account, action).status_code)

        threads = [threading.Thread(target=say, args=(action,)) for action in ("approve", "reject") * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200] + [409] * 7

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"account_id": 987654321, "action": "approve"}, 404), ({"account_id": 0, "action": "approve"}, 422),
         ({"account_id": "1", "action": "approve"}, 422), ({"account_id": 1, "action": "delete"}, 422),
         ({"action": "approve"}, 422)],
    )  # fmt: skip
    def test_what_can_not_be_decided(self, bank: Bank, body: dict[str, Any], status: int) -> None:
        assert bank.admin().post("/admin/accounts/approve", body).status_code == status

    def test_only_an_approved_account_can_be_used(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(accounts=0), bank.customer(100_00), bank.admin()
        for action, code in (("reject", "recipient_not_found"), ("approve", None)):
            account = ask(alice).json()["id"]
            assert bob.send(account, 1).json()["code"] == "recipient_not_found"
            decide(admin, account, action)
            assert bob.send(account, 1).json().get("code") == code
        bank.settle()
        assert bank.findings() == []


class TestLists:
    """S47, S50, S147, S181.3: what customers see of their own."""

    def test_mine_are_all_of_mine_and_none_of_others(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(accounts=0), bank.customer(), bank.admin()
        approved, rejected, pending = (ask(alice).json()["id"] for _ in range(3))
        decide(admin, approved)
        decide(admin, rejected, "reject")
        mine = {one["id"]: one["status"] for one in alice.get("/accounts/me").json()}
        assert mine == {approved: "approved", rejected: "rejected", pending: "pending"}
        assert [one["id"] for one in alice.get("/accounts/my-approved").json()] == [approved]
        assert [one["id"] for one in bob.get("/accounts/me").json()] == bob.accounts

    def test_switched_off_is_mine_but_not_usable(self, bank: Bank) -> None:
        alice, admin = bank.customer(5_00, accounts=2), bank.admin()
        admin.put(f"/admin/accounts/{alice.account}/toggle-active", {"active": False, "reason": "lost phone"})
        assert [one["is_active"] for one in alice.get("/accounts/me").json()] == [False, True]
        assert [one["id"] for one in alice.get("/accounts/my-approved").json()] == alice.accounts[1:]

    def test_the_balance_is_the_ledgers(self, bank: Bank) -> None:
        alice = bank.customer(1234_56)
        (account,) = alice.get("/accounts/my-approved").json()
        assert (account["balance"], account["available"], account["currency"]) == (1234.56, 1234.56, "INR")

    def test_the_specified_fields_are_there(self, bank: Bank) -> None:
        (account,) = bank.customer().get("/accounts/me").json()
        assert {"id", "account_number", "account_type", "balance", "status", "created_at"} <= account.keys()


class TestOfAnotherUser:
    """S48, C20: where somebody can receive money, and nothing else about them."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.get(f"/accounts/user/{bank.customer().id}").status_code == 401

    def test_name_masked_number_and_type_but_no_balance(self, bank: Bank) -> None:
        alice, bob = bank.customer(1000_00, name="Alice Menon"), bank.customer()
        number = alice.get("/accounts/me").json()[0]["account_number"]
        answer = bob.get(f"/accounts/user/{alice.id}")
        assert answer.json() == [
            {
                "id": alice.account, "account_number": "••••" + number[-4:], "account_type": "savings", "currency": "INR",
                "holder_name": "Alice Menon",
            }
        ]  # fmt: skip
        assert number not in answer.text
        assert "1000" not in answer.text.replace(number[-4:], "")

    def test_only_what_can_receive(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(accounts=2), bank.customer(), bank.admin()
        bank.open_account(alice, approved=False)
        admin.put(f"/admin/accounts/{alice.account}/toggle-active", {"active": False})
        assert [one["id"] for one in bob.get(f"/accounts/user/{alice.id}").json()] == alice.accounts[1:]
        admin.put(f"/admin/users/{alice.id}", {"is_active": False})
        assert bob.get(f"/accounts/user/{alice.id}").json() == []

    def test_nobody_and_somebody_without_accounts_look_the_same(self, bank: Bank) -> None:
        alice, bob = bank.customer(accounts=0), bank.customer()
        answers = [bob.get(f"/accounts/user/{user_id}") for user_id in (alice.id, 987654321)]
        assert [(answer.status_code, answer.json()) for answer in answers] == [(200, [])] * 2


class TestToggle:
    """S59: staff switch an approved account off and on; while it is off nothing goes in or out."""

    def test_a_customer_may_not(self, bank: Bank) -> None:
        alice = bank.customer()
        assert alice.put(f"/admin/accounts/{alice.account}/toggle-active", {}).status_code == 403

    def test_off_and_on_again(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_00), bank.customer(100_00), bank.admin()
        path = f"/admin/accounts/{alice.account}/toggle-active"
        assert admin.put(path, {"active": False, "reason": "stolen card"}).json()["is_active"] is False
        assert alice.send(bob, 1).json()["code"] == "account_not_usable"
        assert bob.send(alice, 1).json()["code"] == "recipient_not_found"
        assert admin.put(path, {"active": True}).json()["is_active"] is True
        assert alice.send(bob, 1).status_code == bob.send(alice, 1).status_code == 201
        bank.settle()
        assert bank.findings() == []

    def test_without_a_wish_it_becomes_the_other_and_the_same_wish_twice_is_once(self, bank: Bank) -> None:
        alice, admin = bank.customer(), bank.admin()
        path = f"/admin/accounts/{alice.account}/toggle-active"
        wishes: list[dict[str, bool]] = [{}, {}, {"active": True}, {"active": False}, {"active": False}]
        states = [admin.put(path, body).json()["is_active"] for body in wishes]
        assert states == [False, True, True, False, False]

    def test_the_same_request_twice_is_once(self, bank: Bank) -> None:
        """S226: an answer that was lost is asked for again, and the account stays off."""
        alice, admin = bank.customer(), bank.admin()
        path = f"/admin/accounts/{alice.account}/toggle-active"
        first, again = (admin.put(path, {}, **{"Idempotency-Key": "lost-card"}) for _ in range(2))
        assert first.json() == again.json()
        assert first.json()["is_active"] is False
        assert ["idempotency-hit" in answer.headers for answer in (first, again)] == [False, True]
        assert admin.put(path, {"idempotency_key": "found-it"}).json()["is_active"] is True

    def test_switched_off_between_accepting_and_settling_the_transfer_fails(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_00), bank.customer(), bank.admin()
        sent = alice.send(bob, 40).json()["transaction_id"]
        admin.put(f"/admin/accounts/{bob.account}/toggle-active", {"active": False})
        bank.settle()
        assert (bank.status(sent), alice.balance(), bob.balance()) == ("FAILED", 100.0, 0.0)
        assert alice.get(f"/transactions/{sent}").json()["reason"] == "account_frozen"
        assert bank.findings() == []

    @pytest.mark.parametrize("action", [None, "reject"])
    def test_what_never_was_on_cannot_be_switched(self, bank: Bank, action: str | None) -> None:
        alice, admin = bank.customer(accounts=0), bank.admin()
        account = bank.open_account(alice, approved=False)
        if action:
            decide(admin, account, action)
        answer = admin.put(f"/admin/accounts/{account}/toggle-active", {"active": True})
        assert (answer.status_code, answer.json()["code"]) == (422, "account_not_approved")


class TestStaffsList:
    """S57: staff see accounts with their owners, narrowed and page by page."""

    def test_narrowed(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(7_00, name="Alice Menon"), bank.customer(), bank.admin()
        pending = bank.open_account(bob, approved=False)
        admin.put(f"/admin/accounts/{alice.account}/toggle-active", {"active": False})

        def ids(**wanted: Any) -> list[int]:
            return [one["id"] for one in admin.get("/admin/accounts", **wanted).json()["items"]]

        assert ids() == [pending, bob.account, alice.account]
        assert ids(status="pending") == [pending]
        assert ids(user_id=bob.id) == [pending, bob.account]
        assert ids(is_active=False) == [alice.account]
        assert ids(status="rejected") == []
        assert ids(q="menon") == ids(q=alice.username) == [alice.account]
        assert ids(q="%") == []
        (found,) = admin.get("/admin/accounts", user_id=alice.id).json()["items"]
        assert (found["full_name"], found["username"], found["balance"]) == ("Alice Menon", alice.username, 7.0)

    def test_one(self, bank: Bank) -> None:
        alice, admin = bank.customer(7_00, name="Alice Menon"), bank.admin()
        path = f"/admin/accounts/{alice.account}"
        assert alice.get(path).status_code == 403
        found = admin.get(path).json()
        assert (found["full_name"], found["balance"]) == ("Alice Menon", 7.0)
        assert admin.get("/admin/accounts", q=found["account_number"][2:]).json()["items"] == [found]
        assert admin.get("/admin/accounts/999999").status_code == 404

    def test_pages(self, bank: Bank) -> None:
        alice, admin = bank.customer(accounts=5), bank.admin()
        seen: list[int] = []
        page = admin.get("/admin/accounts", limit=2).json()
        while True:
            seen += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            page = admin.get("/admin/accounts", limit=2, cursor=page["next_cursor"]).json()
        assert seen == alice.accounts[::-1]


class TestOpening:
    """S147, S180, S181.3: from the first visit to the first rupee, as the specification tells it."""

    def test_the_whole_way(self, bank: Bank) -> None:
        """S142.2, S142.5: KYC, request, approval, account, deposit."""
        admin = bank.admin()
        signed_up = bank.api.post(
            "/auth/register",
            json={"username": "kavya", "email": "kavya@example.com", "password": "monsoon over the ghats"},
        ).json()
        kavya = Person(bank.api, signed_up["user"]["id"], "kavya", signed_up["access_token"], 0)
        assert ask(kavya).json()["code"] == "kyc_needed"
        assert kavya.id in [one["id"] for one in admin.get("/admin/kyc/pending").json()["items"]]
        assert admin.post("/admin/approve-kyc", {"user_id": kavya.id, "action": "approve"}).status_code == 200
        account = ask(kavya).json()["id"]
        assert kavya.get("/accounts/my-approved").json() == []
        deposit = {"account_id": account, "amount": 500}
        assert kavya.post("/transactions/deposit", deposit).json()["code"] == "account_not_usable"
        assert decide(admin, account).json()["status"] == "approved"
        assert [one["id"] for one in kavya.get("/accounts/my-approved").json()] == [account]
        assert kavya.post("/transactions/deposit", deposit).status_code == 201
        bank.settle()
        assert kavya.balance(account) == 500.0
        assert sorted(unread(kavya)) == ["account.updated", "account.updated", "deposit.completed", "kyc.approved"]
        assert bank.findings() == []
