"""S52: one's own transactions on either side, newest first, a page at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bank import Bank, Person


class TestMyTransactions:
    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.get("/transactions/me").status_code == 401

    def test_both_sides_see_it_and_strangers_dont(self, bank: Bank) -> None:
        alice, bob, carol = bank.customer(100_00, name="Alice Menon"), bank.customer(name="Bob Iyer"), bank.customer()
        sent = alice.send(bob, 40).json()["transaction_id"]
        bank.settle()
        for person in (alice, bob):
            found = person.get("/transactions/me").json()["items"][0]
            assert (found["id"], found["status"], found["amount"]) == (sent, "SUCCESS", 40.0)
            assert (found["src_user_name"], found["dest_user_name"]) == ("Alice Menon", "Bob Iyer")  # S77
        assert carol.get("/transactions/me").json() == {"items": [], "next_cursor": None}

    def test_between_ones_own_accounts_it_is_there_once(self, bank: Bank) -> None:
        alice = bank.customer(100_00, accounts=2)
        alice.send(alice.accounts[1], 1)
        assert [item["kind"] for item in alice.get("/transactions/me").json()["items"]] == ["transfer", "adjustment"]

    def test_ten_at_a_time_without_gap_or_repetition(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer(100_00)
        for number in range(12):
            alice.send(bob, 1) if number % 2 else bob.send(alice, 2)
        everything = [item["id"] for item in alice.get("/transactions/me").json()["items"]]
        first = alice.get("/transactions/me", limit=10).json()
        second = alice.get("/transactions/me", limit=10, cursor=first["next_cursor"]).json()
        assert (
            [item["id"] for item in first["items"] + second["items"]] == everything == sorted(everything, reverse=True)
        )
        assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (10, 3, None)

    @pytest.mark.parametrize("limit", [0, -1, 201, "ten"])
    def test_a_page_has_a_limit(self, bank: Bank, limit: object) -> None:
        assert bank.customer().get("/transactions/me", limit=limit).status_code == 422


class TestFilters:
    """S88: a statement: of one account, with the balance after each, by date, state and direction."""

    def test_the_balance_after_each_on_one_account(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00, accounts=2), bank.customer()
        alice.send(bob, 40)
        alice.send(alice.accounts[1], 10)
        bank.settle()
        alice.send(bob, 5)
        first, second = (
            alice.get("/transactions/me", account_id=account).json()["items"] for account in alice.accounts
        )
        assert [(item["amount"], item["balance_after"]) for item in first] == [
            (5, None),
            (10, 50),
            (40, 60),
            (100, 100),
        ]
        assert [(item["amount"], item["balance_after"]) for item in second] == [(10, 10)]
        assert {item["balance_after"] for item in alice.get("/transactions/me").json()["items"]} == {None}

    def test_somebody_elses_account_is_404(self, bank: Bank) -> None:
        alice, mallory = bank.customer(100_00), bank.customer()
        assert mallory.get("/transactions/me", account_id=alice.account).status_code == 404

    def test_direction_state_and_time(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer(50_00)
        out = alice.send(bob, 1).json()["transaction_id"]
        into = bob.send(alice, 2).json()["transaction_id"]
        bank.settle()
        pending = alice.send(bob, 3).json()["transaction_id"]

        def ids(**filters: str) -> list[int]:
            return [
                item["id"]
                for item in alice.get("/transactions/me", **filters).json()["items"]
                if item["kind"] == "transfer"
            ]

        assert ids(direction="out") == [pending, out]
        assert ids(direction="in") == [into]
        assert ids(status="PENDING") == [pending]
        assert ids(**{"to": "2020-01-01T00:00:00Z"}) == []
        assert ids(**{"from": "2020-01-01T00:00:00Z"}) == [pending, into, out]
        assert alice.get("/transactions/me", **{"from": "2020-01-01T00:00:00"}).status_code == 422, (
            "a time says its zone"
        )

    def test_cash_has_one_direction(self, bank: Bank) -> None:
        alice = bank.customer(100_00)
        alice.post("/transactions/deposit", {"account_id": alice.account, "amount": 5})
        alice.post("/transactions/withdraw", {"account_id": alice.account, "amount": 3})

        def kinds(**filters: str) -> list[str]:
            return [item["kind"] for item in alice.get("/transactions/me", **filters).json()["items"]]

        assert kinds(direction="out") == ["withdrawal"]
        assert kinds(direction="in") == ["deposit", "adjustment"]
        assert kinds() == ["withdrawal", "deposit", "adjustment"]


class TestNames:
    """S77: every transaction names both people; the bank itself has a name too."""

    def test_nobody_is_unknown(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00, name="Alice Menon"), bank.customer()
        alice.send(bob, 1)
        alice.post("/transactions/deposit", {"account_id": alice.account, "amount": 5})
        bank.settle()
        names = [(one["src_user_name"], one["dest_user_name"]) for one in alice.get("/transactions/me").json()["items"]]
        assert names == [("Alice Menon", "Alice Menon"), ("Alice Menon", bob.username), ("Nyord", "Alice Menon")]


class TestSecrets:
    """S155: the recipient isn't told why the sender's payment failed or is held, nor either side what staff noted."""

    def seen(self, person: Person, transaction_id: int) -> list[dict[str, Any]]:
        """What somebody reads of a transaction, wherever it is shown."""
        summary = person.get("/dashboard/summary").json()
        rows = [
            *summary["recent"],
            *summary["waiting"],
            *person.get("/transactions/me").json()["items"],
            *person.get("/search").json()["items"],
            person.get(f"/transactions/{transaction_id}").json(),
        ]
        return [row for row in rows if row["id"] == transaction_id]

    def test_a_failure_is_the_senders(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        alice.send(bob, 80)
        failed = alice.send(bob, 80).json()["transaction_id"]
        Bank(bank.api, indexes=True).settle()
        for person, shown, reason, code in (
            (alice, 4, "insufficient_funds", "insufficient_funds"),
            (bob, 4, None, "not_carried_out"),
            (bank.admin(), 1, "insufficient_funds", "insufficient_funds"),
        ):
            rows = self.seen(person, failed)
            assert len(rows) == shown
            assert {(row["status"], row["reason"]) for row in rows} == {("FAILED", reason)}
            assert all((row["reason_text"] is None) == (reason is None) for row in rows)
            assert rows[-1]["timeline"][-1]["code"] == code

    def test_a_review_is_the_senders_and_its_note_the_banks(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_000_00), bank.customer(), bank.admin()
        held = alice.send(bob, 60_000).json()["transaction_id"]
        bank.settle()
        assert {row["reason"] for row in self.seen(alice, held)} == {"high-value"}
        assert {row["reason"] for row in self.seen(bob, held)} == {None}
        admin.post(f"/admin/transactions/{held}/review", {"action": "reject", "reason": "on our watch list"})
        assert {row["reason"] for row in self.seen(bob, held)} == {None}
        noted = [
            (one["decision_reason"], one["decided_by"])
            for one in (person.get(f"/transactions/{held}").json() for person in (alice, bob, admin))
        ]
        assert noted == [(None, None), (None, None), ("on our watch list", admin.id)]

    def test_why_money_came_or_went_back_is_told_to_whom_it_belongs(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(100_00), bank.customer(), bank.admin()
        sent = alice.send(bob, 40).json()["transaction_id"]
        bank.settle()
        refund = admin.post(f"/transactions/{sent}/refund", {"reason": "paid twice"}).json()
        assert (refund["decision_reason"], refund["decided_by"]) == ("paid twice", admin.id)
        for person in (alice, bob):
            found = person.get(f"/transactions/{refund['id']}").json()
            assert (found["decision_reason"], found["decided_by"]) == ("paid twice", None)
