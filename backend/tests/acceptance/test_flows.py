"""The specification's own flows and its manual checklist, as a person would go through them, over HTTP and a socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bank import Bank, Person

PASSWORD = "monsoon over the ghats"


def sign_up(bank: Bank, username: str) -> Person:
    body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
    answer = bank.api.post("/auth/register", json=body)
    assert answer.status_code == 201
    return Person(bank.api, answer.json()["user"]["id"], username, answer.json()["access_token"], 0)


def sign_in(bank: Bank, username: str) -> Person:
    answer = bank.api.post("/auth/login", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200
    return Person(bank.api, answer.json()["user"]["id"], username, answer.json()["access_token"], 0)


def approved_customer(bank: Bank, admin: Person, username: str, amount: int = 0) -> Person:
    """Somebody who went all the way: signed up, KYC approved, account asked for and approved, first money paid in."""
    person = sign_up(bank, username)
    admin.post("/admin/approve-kyc", {"user_id": person.id, "action": "approve"})
    account = person.post("/accounts/create", {"account_type": "savings"}).json()["id"]
    admin.post("/admin/accounts/approve", {"account_id": account, "action": "approve"})
    person.accounts.append(account)
    if amount:
        person.post("/transactions/deposit", {"account_id": account, "amount": amount})
    bank.settle()
    return person


@pytest.fixture
def admin(bank: Bank) -> Person:
    return bank.admin()


class TestChecklist:
    """S180: the specification's manual tests, done by a machine."""

    def test_sign_up_then_sign_in_then_who_am_i(self, bank: Bank) -> None:
        """S181.2, S141.1-S141.3: the token works at once, and `me` says role and KYC."""
        sign_up(bank, "kavya")
        kavya = sign_in(bank, "kavya")
        me = kavya.get("/auth/me").json()
        assert (me["username"], me["role"], me["kyc_approved"]) == ("kavya", "customer", False)

    def test_find_a_friend_and_send(self, bank: Bank, admin: Person) -> None:
        """S181.4, S140.2: search, the recipient's accounts, a transfer, and both have it in their lists."""
        kavya, ravi = approved_customer(bank, admin, "kavya", 500), approved_customer(bank, admin, "ravi")
        (found,) = kavya.get("/users/search", q="rav").json()
        (to,) = kavya.get(f"/accounts/user/{found['id']}").json()
        assert kavya.send(to["id"], 501).json()["code"] == "insufficient_funds"
        sent = kavya.send(to["id"], 150, key="lunch").json()
        bank.settle()
        for person in (kavya, ravi):
            assert person.get("/transactions/me").json()["items"][0]["id"] == sent["transaction_id"]
        assert (kavya.balance(), ravi.balance()) == (350.0, 150.0)
        assert bank.findings() == []

    def test_success_arrives_over_the_socket_and_counts_as_unread(self, bank: Bank, admin: Person) -> None:
        """S181.5: a notification over the socket, and one more unread."""
        kavya, ravi = approved_customer(bank, admin, "kavya", 500), approved_customer(bank, admin, "ravi")
        before = ravi.get("/notifications/stats").json()["unread"]
        with bank.api.websocket_connect(f"/ws?token={ravi.token}") as socket:
            kavya.send(ravi, 150)
            bank.settle()
            messages = self.until_both(socket)
        assert messages["transaction.success"]["new_dest_balance"] == 150.0
        assert messages["transaction.success"]["new_src_balance"] is None
        assert "₹150.00" in messages["notification"]["data"]["message"]
        assert ravi.get("/notifications/stats").json()["unread"] == before + 1

    def until_both(self, socket: Any) -> dict[str, Any]:
        """Read until a notification and a success have come."""
        messages: dict[str, Any] = {}
        while not {"notification", "transaction.success"} <= messages.keys():
            message = socket.receive_json()
            messages[message["type"]] = message
        return messages

    def test_kyc_is_decided_and_the_customer_is_told(self, bank: Bank, admin: Person) -> None:
        """S181.6: the list of those who wait, the decision in the database, and a notification."""
        kavya = sign_up(bank, "kavya")
        assert kavya.id in [one["id"] for one in admin.get("/admin/kyc/pending").json()["items"]]
        assert admin.post("/admin/approve-kyc", {"user_id": kavya.id, "action": "approve"}).status_code == 200
        bank.settle()
        assert kavya.get("/auth/me").json()["kyc_approved"] is True
        assert kavya.id not in [one["id"] for one in admin.get("/admin/kyc/pending").json()["items"]]
        assert [one["type"] for one in kavya.get("/notifications").json()["items"]] == ["kyc.approved"]


class TestOrigins:
    """S21: browsers may call from FRONTEND_URL, and from nowhere else."""

    def test_the_front_ends_origin_alone(self, bank: Bank) -> None:
        def allowed(origin: str) -> str | None:
            headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            return bank.api.options("/auth/login", headers=headers).headers.get("access-control-allow-origin")

        assert allowed("http://localhost:3000") == "http://localhost:3000"
        for stranger in ("http://localhost:3001", "https://evil.example", "null", "http://localhost:3000.evil.example"):
            assert allowed(stranger) is None
