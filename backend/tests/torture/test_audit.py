"""Guarantee: the auditor is silent about a bank that keeps its word, and names each way of breaking it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from app.torture.audit import Auditor
from app.torture.http import Answer
from app.torture.load import Load
from app.torture.memory import Memory, Promise, canonical
from app.torture.people import People, open_people
from tests.bank import Bank

TRANSFERS = 5


@pytest.fixture
def people(bank: Bank) -> People:
    return open_people(rich=TRANSFERS + 1, poor=0)


@pytest.fixture
def promises(bank: Bank, people: People) -> list[Promise]:
    """Transfers, one of them held and cleared, and a deposit, all settled; what was promised about them."""
    made = [transfer(bank, people, who, 60_000 if who == 0 else 5) for who in range(TRANSFERS)]
    body = json.dumps({"account_id": people.customers[1].account_id, "amount": 7, "idempotency_key": "cash"})
    made.append(ask(bank, people, "deposit", 1, "/transactions/deposit", "cash", body))
    bank.settle()
    held = made[0].facts["transaction_id"]
    cleared = bank.api.post(
        f"/admin/transactions/{held}/review",
        json={"action": "clear", "reason": "looked at it"},
        headers={"Authorization": f"Bearer {people.staff.token}"},
    )
    assert cleared.status_code == 200, cleared.text
    made.append(Promise("review", -1, "", "", "{}", 200, canonical({"transaction_id": held, "action": "clear"})))
    bank.settle()
    return made


def transfer(bank: Bank, people: People, who: int, amount: int) -> Promise:
    body = {
        "src_account": people.customers[who].account_id,
        "dest_account": people.customers[who + 1].account_id,
        "amount": amount,
        "idempotency_key": f"key-{who}",
    }
    return ask(bank, people, "transfer", who, "/transactions/initiate", f"key-{who}", json.dumps(body))


def ask(bank: Bank, people: People, what: str, who: int, path: str, key: str, body: str) -> Promise:
    headers = {"Authorization": f"Bearer {people.customers[who].token}", "Content-Type": "application/json"}
    answer = bank.api.post(path, content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return Promise(what, who, path, key, body, 201, canonical(answer.json()))


def tamper(url: str, statement: str) -> None:
    """Do what the bank would never do, past its triggers."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement.encode()).rowcount > 0, "nothing was broken"


# What no bank would do, and the question that it is the answer to; one after the other, on one bank.
TAMPERINGS = [
    ("lost", "DELETE FROM idempotency_records WHERE key = 'key-3'"),
    ("lost", "DELETE FROM transactions WHERE kind = 'deposit'"),
    ("not final", "UPDATE transactions SET status = 'PENDING' WHERE id = (SELECT max(id) FROM transactions)"),
    ("broken word", "UPDATE transactions SET status = 'FAILED' WHERE held_at IS NOT NULL"),
    (
        "duplicated",
        "INSERT INTO transactions (kind, status, src_account, dest_account, amount_minor, currency) SELECT kind, "
        "status, src_account, dest_account, amount_minor, currency FROM transactions WHERE kind = 'transfer' LIMIT 1",
    ),
    (
        "paise created",
        "UPDATE ledger_accounts SET credits_posted = credits_posted + 1 WHERE id = (SELECT min(id) FROM ledger_accounts)",
    ),
    (
        "accounts drifted",
        "DELETE FROM movements WHERE id = (SELECT max(id) FROM movements)",
    ),
    ("holds left", "UPDATE holds SET status = 'pending', resolved_at = NULL"),
    ("events not consumed", "DELETE FROM inbox WHERE queue = 'banking.audit'"),
    ("notifications missing", "DELETE FROM notifications"),
    (
        "notifications doubled",
        "INSERT INTO notifications (user_id, id, type, related_id, title, message, created_at) "
        "SELECT id, 999999999, 't', 1, 't', 'm', now() FROM users LIMIT 1",
    ),
    (
        "events doubled",
        "INSERT INTO outbox (topic, version, count, payload) "
        "SELECT topic, version, count, payload FROM outbox WHERE topic = 'transfer.completed' LIMIT 1",
    ),
    ("events missing", "DELETE FROM outbox WHERE topic = 'transfer.completed'"),
    (
        "dead letters",
        "INSERT INTO dead_letters (queue, message, topic, error, attempts) VALUES ('q', 'm', 't', 'e', 1)",
    ),
    (
        "verify",
        "UPDATE transactions SET amount_minor = amount_minor + 1 "
        "WHERE id = (SELECT min(id) FROM transactions WHERE kind = 'adjustment')",
    ),
]


class TestAudit:
    def test_a_bank_that_keeps_its_word(self, people: People, promises: list[Promise]) -> None:
        findings = Auditor(people).audit(promises)
        assert findings.is_clean, findings.samples
        assert len(findings.counts) > 12

    def test_each_way_of_breaking_it_has_its_name(self, database: str, people: People, promises: list[Promise]) -> None:
        counts = Auditor(people).audit(promises).counts
        for question, statement in TAMPERINGS:
            tamper(database, statement)
            now = Auditor(people).audit(promises).counts
            assert now[question] > counts[question], f"{statement} wasn't noticed as {question}"
            counts = now

    def test_another_transaction_than_promised(self, people: People, promises: list[Promise]) -> None:
        other = promises[2].facts | {"transaction_id": promises[3].facts["transaction_id"]}
        findings = Auditor(people).audit([promises[2]._replace(answer=canonical(other))])
        assert findings.counts["duplicated"] == 1

    def test_what_is_pending_and_what_is_on_its_way(self, bank: Bank, people: People) -> None:
        auditor = Auditor(people)
        bank.settle()
        transfer(bank, people, 0, 5)
        assert (auditor.pending(), auditor.on_its_way() > 0) == (1, True)
        bank.settle()
        assert (auditor.pending(), auditor.on_its_way()) == (0, 0)


class TestLoad:
    """The load's own judgement of answers."""

    @pytest.fixture
    def load(self, tmp_path: Path, people: People) -> Load:
        return Load(1, people, Memory(tmp_path / "promises"), seed=1, per_second=100, bulk=5)

    @pytest.fixture
    def asked_again(self, load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[str]]:
        def ask_again(answer: Answer) -> list[str]:
            async def answered(*_: object) -> Answer:
                return answer

            monkeypatch.setattr(load, "_until_answered", answered)
            promise = Promise("transfer", 0, "/transactions/initiate", "k", "{}", 201, canonical({"a": 1}))
            monkeypatch.setattr(load._chance, "random", lambda: 0.9)
            asyncio.run(load.repeat(None, promise))  # type: ignore[arg-type]
            return load.wrong

        return ask_again

    def test_the_same_answer_again_is_right(self, asked_again: Callable[[Answer], list[str]]) -> None:
        assert asked_again(Answer(201, {}, {"a": 1})) == []

    def test_another_answer_is_wrong(self, asked_again: Callable[[Answer], list[str]]) -> None:
        assert len(asked_again(Answer(201, {}, {"a": 2}))) == 1


class TestMemory:
    def test_what_was_promised_outlives_us(self, tmp_path: Path) -> None:
        promise = Promise("transfer", 3, "/transactions/initiate", "k", '{"amount": 1.5}', 201, '{"transaction_id":7}')
        with Memory(tmp_path / "promises") as memory:
            memory.keep(promise)
            memory.flush()
            lines = (tmp_path / "promises").read_text().splitlines()
        assert [Promise(*json.loads(line)) for line in lines] == [promise]
        assert (memory.transfers, promise.facts) == (1, {"transaction_id": 7})
