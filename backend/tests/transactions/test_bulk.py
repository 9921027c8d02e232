"""Guarantee: a bulk is as good as its transfers sent one by one: each once, each with its answer, and none by halves."""

from __future__ import annotations

import json
import re

import pytest

from tests.bank import Bank, Person
from tests.transactions.test_initiate import count_of_transactions


class TestBulk:
    """S51, S226: many transfers, each with its own key and answer."""

    def test_one_that_is_refused_refuses_only_itself(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        transfers = [
            {
                "src_account": alice.account,
                "dest_account": bob.account,
                "amount": amount,
                "idempotency_key": f"k{amount}",
            }
            for amount in (10, 5000, 20)
        ]
        answer = alice.post("/transactions/bulk", {"transfers": transfers})
        assert answer.status_code == 200
        assert [result["http_status"] for result in answer.json()["results"]] == [201, 422, 201]
        bank.settle()
        assert alice.balance() == 70.00

    def bulk(self, sender: Person, taker: Person, *amounts: int, **own_keys: str) -> list[dict[str, object]]:
        """Return the transfers of a bulk; those named `k1`, … have a key of their own."""
        return [
            {"src_account": sender.account, "dest_account": taker.account, "amount": amount}
            | ({"idempotency_key": own_keys[f"k{number}"]} if f"k{number}" in own_keys else {})
            for number, amount in enumerate(amounts)
        ]

    def test_a_bulk_with_a_key_pays_once_however_often_it_is_sent(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        transfers = self.bulk(alice, bob, 10, 10, 500, 20, k3="mine")
        first, again = (
            alice.post("/transactions/bulk", {"transfers": transfers}, **{"Idempotency-Key": "salaries-11"})
            for _ in range(2)
        )
        assert [result["http_status"] for result in first.json()["results"]] == [201, 201, 422, 201]
        assert first.json() == again.json()
        assert ["idempotency-hit" in answer.headers for answer in (first, again)] == [False, True]
        assert count_of_transactions() == 3
        bank.settle()
        assert alice.balance() == 60.00

    def test_a_bulk_s_key_is_for_one_bulk(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        statuses = [
            [
                result["http_status"]
                for result in alice.post(
                    "/transactions/bulk", {"transfers": self.bulk(alice, bob, *amounts)}, **{"Idempotency-Key": "k"}
                ).json()["results"]
            ]
            for amounts in ((10, 20), (10, 30, 5))
        ]
        assert statuses == [[201, 201], [201, 409, 201]]
        assert count_of_transactions() == 3

    @pytest.mark.parametrize("key", ["", "two words", "x" * 196])
    def test_a_bulk_s_key_that_can_t_be_kept(self, bank: Bank, key: str) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        answer = alice.post("/transactions/bulk", {"transfers": self.bulk(alice, bob, 1)}, **{"Idempotency-Key": key})
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("Idempotency-Key must be 1 to 195 printable ASCII characters")
        assert count_of_transactions() == 0

    def test_the_longest_key_a_bulk_may_have(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        transfers = self.bulk(alice, bob, *([1] * 100))
        answer = alice.post("/transactions/bulk", {"transfers": transfers}, **{"Idempotency-Key": "x" * 195})
        assert {result["http_status"] for result in answer.json()["results"]} == {201}

    @pytest.mark.parametrize(
        "twice",
        [
            '"amount":1,"amount":2',
            '"amount":1,"\\u0061mount":2',
            '"amount":1,"note":"a","note":"b"',
            '"amount":1,"dest_account":1',
        ],
    )
    def test_a_field_that_is_said_twice_is_refused(self, bank: Bank, twice: str) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        body = f'{{"src_account":{alice.account},"dest_account":{bob.account},{twice}}}'
        for path, content in (
            ("/transactions/initiate", body),
            ("/accounts/transfer-between-accounts", body),
            ("/transactions/bulk", f'{{"transfers":[{body}]}}'),
        ):
            answer = alice.post(path, content=content)
            assert answer.status_code == 422
            assert re.fullmatch(r"The body says `\w+` twice; send each field once\.", answer.json()["detail"])
        assert count_of_transactions() == 0

    @pytest.mark.parametrize(
        "wrong",
        [{"amount": 0.001}, {"currency": "inr"}, {"metadata": [1]}, {"note": "two\nlines"}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_the_one_that_can_t_be_understood_is_named_and_nothing_is_begun(
        self, bank: Bank, wrong: dict[str, object]
    ) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        transfers = self.bulk(alice, bob, 1, 2, 3)
        transfers[1] |= wrong
        answer = alice.post("/transactions/bulk", {"transfers": transfers})
        assert (answer.status_code, answer.json()["data"]["transfer"]) == (422, 1)
        assert answer.json()["detail"].startswith("Transfer 2 of 3: ")
        assert count_of_transactions() == 0

    def test_two_lists_of_transfers_are_refused(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        one = json.dumps(self.bulk(alice, bob, 1))
        answer = alice.post("/transactions/bulk", content=f'{{"transfers":{one},"transfers":{one}}}')
        assert answer.json()["detail"] == "The body says `transfers` twice; send each field once."
        assert count_of_transactions() == 0

    def test_what_only_looks_like_a_field_said_twice_is_taken(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        (plain,) = self.bulk(alice, bob, 1)
        for inner in (
            {"metadata": {"amount": 1, "note": "x"}},
            {"note": 'a "note" of \\ and "amount"'},
            {"metadata": {"transfers": []}, "note": "amount"},
        ):
            assert alice.post("/transactions/initiate", plain | inner).status_code == 201
            bulk = alice.post("/transactions/bulk", {"transfers": [plain | inner]})
            assert bulk.json()["results"][0]["http_status"] == 201

    def test_an_escape_in_a_body_that_is_hard_to_read(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        start = f'{{"src_account":{alice.account},"dest_account":{bob.account},"note":"\\u0061",'
        for rest in (f'"amount":{"9" * 5_000}}}', f'"amount":1,"metadata":{"[" * 9_000}{"]" * 9_000}}}'):
            assert alice.post("/transactions/initiate", content=start + rest).status_code == 422

    def test_a_hundred_and_one_are_too_many(self, bank: Bank) -> None:
        alice, bob = bank.customer(100_00), bank.customer()
        transfer = {"src_account": alice.account, "dest_account": bob.account, "amount": 0.01}
        assert alice.post("/transactions/bulk", {"transfers": [transfer] * 101}).status_code == 422
        assert alice.post("/transactions/bulk", {"transfers": []}).status_code == 422
