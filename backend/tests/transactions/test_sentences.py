"""What the bank says in English has a code, and the web app's words for it in Hindi."""

from __future__ import annotations

import re

from app.core.errors import BankError
from app.transactions.errors import FAILURE_SENTENCES
from app.transactions.schemas import STEP_SENTENCES
from app.web.build import FRONTEND
from tests.bank import Bank

HINDI = FRONTEND / "src" / "locales" / "hi" / "bank.ts"
STAFFS = FRONTEND / "src" / "locales" / "en" / "adminReasons.ts"
# They are told to programs and to whoever runs the bank, never to somebody who looks at the web app.
NOT_FOR_PEOPLE = {
    "error",
    "fail_point",
    "ledger_account_not_found",
    "overdraft_in_use",
    "search_index_missing",
    "shards_missing",
    "ticket_invalid",
    "topology_mismatch",
}


def codes(error: type[BankError]) -> set[str]:
    """Return the codes of a kind of error and of all that are more exact."""
    found = {error.code} if "code" in vars(error) else set()
    return found.union(*(codes(child) for child in error.__subclasses__() if child.__module__.startswith("app.")))


class TestSentences:
    """S78, S88: a refusal is a code and a sentence; a person reads it in their own language."""

    def test_everything_that_is_said_can_be_said_in_hindi(self, database: str) -> None:
        import app.main  # noqa: F401 - every room, so that every error is known

        known = set(re.findall(r"^  (\w+): '", HINDI.read_text(), re.MULTILINE))

        assert (codes(BankError) | STEP_SENTENCES.keys() | FAILURE_SENTENCES.keys()) - NOT_FOR_PEOPLE - known == set()

    def test_staff_have_words_of_their_own_for_every_step_and_failure(self) -> None:
        words = dict(re.findall(r"""^  (\w+): ['"](.*)['"],$""", STAFFS.read_text(), re.MULTILINE))

        assert words.keys() == STEP_SENTENCES.keys() | FAILURE_SENTENCES.keys()
        assert [text for text in words.values() if re.search(r"\byour?s?\b", text, re.IGNORECASE)] == []

    def test_staff_are_not_told_of_an_account_of_their_own(self, bank: Bank) -> None:
        """A refund and a correction are staff's word on a customer's account; the same codes are told to customers."""
        arjun, zoe, admin = bank.customer(100_00), bank.customer(), bank.admin()
        sent = arjun.send(zoe, 40).json()["transaction_id"]
        bank.settle()
        zoe.post("/transactions/withdraw", {"account_id": zoe.account, "amount": 40})
        bank.settle()
        path = f"/admin/accounts/{arjun.account}/adjust-balance"
        debit = {"amount": 70, "direction": "debit", "reason": "by mistake"}
        met = [admin.post(f"/transactions/{sent}/refund", {"reason": "fraud report"}), admin.post(path, debit)]
        bank.api.put(f"/admin/accounts/{arjun.account}/toggle-active", json={"active": False}, headers=admin.headers)
        met += [admin.post(path, debit), admin.post("/admin/accounts/987654/adjust-balance", debit)]
        hindi = dict(re.findall(r"^  (\w+): '(.*)',$", HINDI.read_text(), re.MULTILINE))

        assert [answer.json()["code"] for answer in met] == [
            "insufficient_funds", "insufficient_funds", "account_not_usable", "account_not_found",
        ]  # fmt: skip
        for answer in met:
            assert "your account" not in answer.json()["detail"]
            assert "आपके खाते" not in hindi[answer.json()["code"]]

    def test_each_step_of_a_payment_has_its_code(self, bank: Bank) -> None:
        arjun, zoe = bank.customer(100_00), bank.customer()
        sent = arjun.send(zoe, 40).json()["transaction_id"]
        bank.settle()

        steps = arjun.get(f"/transactions/{sent}").json()["timeline"]

        assert [(step["code"], step["detail"]) for step in steps] == [
            ("accepted", "Accepted by the bank."),
            ("moved", "The money has moved."),
        ]
