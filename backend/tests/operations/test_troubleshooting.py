"""docs/operations/troubleshooting.md, held against a bank that has the trouble (S185-S190, S192, S193; sockets next door)."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.consumers import consumers
from app.database import unit_of_work
from app.events.inbox import ATTEMPTS_MAX
from app.events.models import DeadLetter
from app.events.runner import drain
from app.transactions.batch import Batch
from tests.bank import Bank, without_index
from tests.conftest import BACKEND, JWT_SECRET
from tests.embedded.bank import command, environment, eventually
from tests.events.conftest import make_due
from tests.operations.test_debugging import PAGE as DEBUGGING

pytestmark = pytest.mark.slow

ROOT = BACKEND.parent
PAGE = (ROOT / "docs" / "operations" / "troubleshooting.md").read_text()
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
CHECKS = re.compile(r"^(\d)\. ", re.MULTILINE)


def rows(section: str) -> list[list[str]]:
    """Return the cells of a section's table, without its head."""
    lines = [line.strip().strip("|") for line in section.splitlines() if line.strip().startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines[2:]]


class TestPage:
    """Each complaint has as many checks as the specification gives it, and what they name exists."""

    @pytest.mark.parametrize(
        ("title", "checks"),
        [
            ("A WebSocket doesn't connect", 3),
            ("A WebSocket is open and nothing comes", 2),
            ("A WebSocket doesn't come back after RabbitMQ was restarted", 3),
            ("A transfer fails with 500, or for want of money", 2),
            ("Debugging a transfer that fails", 4),
            ("Transfers are late, or stay PENDING", 3),
            ("It works on the Transfer page and not on the Accounts page", 0),
            ('"Unknown User" in a list', 0),
            ("403 on the administration's addresses", 0),
            ("Vite answers 500: JSX in a function", 0),
            ("Transactions fail with locking errors", 2),
            ("Celery's tasks aren't done", 2),
        ],
    )
    def test_checks(self, title: str, checks: int) -> None:
        assert CHECKS.findall(SECTIONS[title]) == [str(number) for number in range(1, checks + 1)]

    def test_no_section_more(self) -> None:
        assert len(SECTIONS) == 12

    def test_every_address_exists(self, gateway: Any) -> None:
        paths = gateway.openapi()["paths"]
        named = set(re.findall(r"`(GET|POST|PUT) (/[^`?…]+)[^`]*`", PAGE)) - {("GET", "/admin/")}
        assert len(named) > 8
        for method, path in named:
            assert method.lower() in paths[path], path

    def test_every_link_and_every_file_is_there(self) -> None:
        for target in re.findall(r"\]\(([^)]+)\)", PAGE):
            path, _, anchor = target.partition("#")
            titles = re.findall(r"^## (.+)$", (ROOT / "docs" / "operations" / path).read_text(), re.MULTILINE)
            assert not anchor or anchor in {title.lower().replace(" ", "-") for title in titles}, target
        for module in re.findall(r"`([a-z_]+/[a-z_]+\.py)`", PAGE):
            assert (BACKEND / "app" / module).is_file(), module

    def test_every_line_of_the_log_is_one_that_is_written(self) -> None:
        source = "".join(path.read_text() for path in (BACKEND / "app").rglob("*.py"))
        said = ("not listening", "away", "event put off", "event became a dead letter", "unexpected_error", "request")
        for line in said:
            assert f"`{line}`" in PAGE
            assert f'"{line}"' in source

    def test_every_statement_runs(self, database: str) -> None:
        statements = re.findall(r"```sql\n(.+?)```", PAGE, flags=re.DOTALL)
        assert len(statements) == 2
        with psycopg.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)


class TestRefusals:
    """S185: each refusal has its status and code, and none is a 500; a fault of ours is one, and leads to the log."""

    SECTION = SECTIONS["A transfer fails with 500, or for want of money"]

    def codes(self) -> dict[str, int]:
        return {code.strip("`"): int(status) for status, code, _ in rows(self.SECTION)}

    def test_every_code_is_met(self, bank: Bank) -> None:
        arjun, meera, poor = bank.customer(60_000_00), bank.customer(10_00), bank.customer(60_000_00, kyc=False)
        pending = bank.open_account(arjun, approved=False)
        body = {"dest_account": meera.account, "amount": 1}
        met = [
            arjun.send(meera, 60_000.01),
            arjun.post("/transactions/initiate", body | {"src_account": meera.account}),
            arjun.post("/transactions/initiate", body | {"src_account": pending}),
            meera.send(pending, 1),
            meera.send(999_999, 1),
            poor.send(meera, 55_000),
        ]
        told = self.codes()
        for answer in met:
            said = answer.json()
            assert set(said) == {"detail", "code", "data"}
            assert told[said["code"]] == answer.status_code
        assert {answer.json()["code"] for answer in met} == set(told) - {"internal_error"}
        assert met[0].json()["data"]["available"] == 60_000.0
        wrong = {"field": "src_account", "code": "account_not_usable", "message": met[2].json()["detail"], "facts": {}}
        assert met[2].json()["data"] == {"status": "pending", "active": True, "errors": [wrong]}

    @pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost:3000"}], ids=["program", "browser"])
    def test_a_fault_of_ours(
        self, bank: Bank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
    ) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()

        async def broken(*_: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        with monkeypatch.context() as patch:
            patch.setattr(Batch, "commit", broken)
            body = {"src_account": arjun.account, "dest_account": meera.account, "amount": 1, "idempotency_key": "one"}
            answer = arjun.post("/transactions/initiate", body, x_request_id="trouble-of-today", **headers)
        assert (answer.status_code, self.codes()[answer.json()["code"]]) == (500, 500)
        assert answer.json()["data"] == {"request_id": "trouble-of-today"}
        assert answer.headers["x-request-id"] == "trouble-of-today"
        assert "ZeroDivisionError" not in answer.text
        [line] = [record for record in caplog.records if "unexpected_error" in record.getMessage()]
        assert "trouble-of-today" in line.getMessage()
        assert arjun.post("/transactions/initiate", body).status_code == 201, "the same key: nothing was written"
        assert bank.findings() == []


class TestFailingTransfer:
    """S186: the payload, the log of the request, what it was checked against, and the code that decided."""

    @pytest.mark.parametrize("headers", [{}, {"origin": "http://localhost:3000"}], ids=["program", "browser"])
    def test_a_refusal_leaves_a_line_under_its_id(
        self, bank: Bank, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
    ) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        body = {"src_account": arjun.account, "dest_account": meera.account, "amount": 101}
        with caplog.at_level(logging.INFO):
            answer = arjun.post("/transactions/initiate", body, **headers)
        request_id = answer.headers["x-request-id"]
        lines = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg.get("request_id") == request_id]
        assert [(one["event"], one["status"], one["user_id"]) for one in lines] == [("request", 422, arjun.id)]

    def test_what_succeeds_by_the_busiest_way_leaves_none(self, bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        with caplog.at_level(logging.INFO, "app.access"):
            assert arjun.send(meera, 1).status_code == 201
        assert [record for record in caplog.records if record.name == "app.access"] == []

    def test_one_that_failed_afterwards_says_why(self, bank: Bank) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        sent = [arjun.send(meera, 80).json()["transaction_id"] for _ in range(2)]
        bank.settle()
        failed = arjun.get(f"/transactions/{sent[1]}").json()
        assert failed["status"] == "FAILED"
        assert "doesn't have enough" in str(failed)


class TestLate:
    """S187: where they wait, whether a worker stumbles, and what the same key does."""

    def test_without_a_worker(self, bank: Bank) -> None:
        arjun, meera, admin = bank.customer(100_00), bank.customer(), bank.admin()
        bank.settle()
        sent = arjun.send(meera, 1).json()["transaction_id"]
        assert admin.get("/admin/queues").json()["unsent_bundles"] == 1
        drain({})
        lengths = {one["queue"]: one["waiting"] for one in admin.get("/admin/queues").json()["queues"]}
        assert (lengths["banking.transactions"], bank.status(sent)) == (1, "PENDING")

    def test_a_worker_that_stumbles(self, bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
        arjun, meera, admin = bank.customer(100_00), bank.customer(), bank.admin()
        bank.settle()
        arjun.send(meera, 1)

        def broken(*_: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        known = without_index(consumers())
        for _ in range(ATTEMPTS_MAX):
            drain(known | {"banking.transactions": known["banking.transactions"]._replace(handler=broken)})
            make_due()
        assert caplog.text.count("event put off") == ATTEMPTS_MAX - 1
        assert caplog.text.count("event became a dead letter") == 1
        [letter] = admin.get("/admin/dead-letters").json()["items"]
        assert (letter["queue"], "a fault of ours" in letter["error"]) == ("banking.transactions", True)
        with unit_of_work() as session:
            assert session.query(DeadLetter).count() == 1

    def test_the_same_key(self, bank: Bank) -> None:
        arjun, meera = bank.customer(100_00), bank.customer()
        first, again, other = (arjun.send(meera, 1, key=key) for key in ("lunch", "lunch", "dinner"))
        assert (again.json(), again.headers["idempotency-hit"]) == (first.json(), "true")
        assert other.json()["transaction_id"] != first.json()["transaction_id"]
        bank.settle()
        assert (arjun.balance(), meera.balance()) == (98.0, 2.0)


class TestOneWay:
    """S188: one's own accounts take the road of every transfer; nobody else's account is reached by the other address."""

    def test_own_accounts_and_nobody_else_s(self, bank: Bank) -> None:
        arjun, meera = bank.customer(100_00, accounts=2), bank.customer()
        path, body = "/accounts/transfer-between-accounts", {"src_account": arjun.account, "amount": 10}
        own = arjun.post(path, body | {"dest_account": arjun.accounts[1]}).json()["transaction_id"]
        bank.settle()
        assert bank.status(own) == "SUCCESS"
        refused = arjun.post(path, body | {"dest_account": meera.account})
        assert (refused.status_code, refused.json()["code"]) == (404, "recipient_not_found")
        for asked in (path, "/transactions/initiate"):
            answer = arjun.post(asked, body | {"dest_account": arjun.accounts[1], "amount": 91})
            assert answer.json()["code"] == "insufficient_funds"


class TestNobodyIsUnknown:
    """S189: wherever transactions are listed, both sides have a name."""

    def test_in_every_list(self, bank: Bank) -> None:
        arjun, nameless, admin = bank.customer(100_00, name="Arjun Rao"), bank.customer(), bank.admin()
        sent = arjun.send(nameless, 1).json()["transaction_id"]
        arjun.post("/transactions/withdraw", {"account_id": arjun.account, "amount": 5})
        Bank(bank.api, indexes=True).settle()  # the last two lists come from the index
        lists = [
            (arjun, "/transactions/me"), (nameless, "/transactions/me"), (admin, "/admin/transactions"),
            (arjun, "/search"), (admin, "/admin/search/transactions"),
        ]  # fmt: skip
        for asker, path in lists:
            assert eventually(lambda asker=asker, path=path: asker.get(path).json()["items"] != []), path  # type: ignore[misc]
            for item in asker.get(path).json()["items"]:
                assert item["src_user_name"] and item["dest_user_name"]
                assert "unknown" not in (item["src_user_name"] + item["dest_user_name"]).lower()
        one = arjun.get(f"/transactions/{sent}").json()
        assert (one["src_user_name"], one["dest_user_name"]) == ("Arjun Rao", nameless.username)


class TestForbidden:
    """S190: 403 has a reason; a new role acts at once. (That the app doesn't even ask: browser's TestNobodyElses.)"""

    def test_until_the_role_is_changed(self, bank: Bank) -> None:
        meera, admin = bank.customer(accounts=0), bank.admin()
        refused = meera.get("/admin/users")
        assert (refused.status_code, refused.json()["code"]) == (403, "admin_only")
        assert refused.json()["detail"] == "Only staff of the bank may do this."
        assert meera.get("/auth/me").json()["role"] == "customer"
        assert admin.put(f"/admin/users/{meera.id}", {"role": "admin"}).status_code == 200
        assert meera.get("/admin/users").status_code == 200
        assert meera.get("/auth/me").json()["role"] == "admin"


class TestLocks:
    """S192: who is in the way is found, transfers never deadlock, and the bank's reports hold up none of them."""

    def test_the_page_s_words_lead_to_who_is_in_the_way(self, bank: Bank, database: str) -> None:
        assert "pg_blocking_pids(pid)" in SECTIONS["Transactions fail with locking errors"]
        assert "pg_locks" in DEBUGGING and "pg_stat_activity" in DEBUGGING
        arjun, meera = bank.customer(100_00), bank.customer()
        bank.settle()
        sent = arjun.send(meera, 1).json()["transaction_id"]
        worker = threading.Thread(target=bank.settle)
        blocking = "SELECT DISTINCT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(database) as holding, psycopg.connect(database, autocommit=True) as looking:
            holding.execute("SELECT id FROM ledger_accounts FOR UPDATE")
            worker.start()
            mine = holding.info.backend_pid
            assert eventually(lambda: looking.execute(blocking).fetchall() == [(mine,)], 20)
            assert bank.status(sent) == "PENDING"
            holding.rollback()
        worker.join(30)
        assert bank.status(sent) == "SUCCESS", "it waited, and failed for nobody's lock"
        assert bank.findings() == []

    def test_a_report_waits_for_no_transfer_and_no_transfer_for_a_report(self, bank: Bank, database: str) -> None:
        arjun, meera, admin = bank.customer(100_00), bank.customer(), bank.admin()
        bank.settle()
        with psycopg.connect(database) as holding:
            holding.execute("SELECT id FROM ledger_accounts FOR UPDATE")
            for path in ("trends", "user-growth", "suspicious-activity", "errors", "fraud-alerts"):
                assert admin.get(f"/admin/analytics/{path}").status_code == 200
            locks = holding.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation "
                "WHERE pid <> pg_backend_pid() AND a.datname = current_database() "
                "AND c.relname IN ('movements', 'ledger_accounts', 'transactions') AND l.mode <> 'AccessShareLock'"
            ).fetchone()
            assert locks == (0,)
        sent = arjun.send(meera, 1).json()["transaction_id"]
        bank.settle()
        assert bank.status(sent) == "SUCCESS"


@pytest.mark.slow
class TestCelery:
    """S193, S153.2: a worker is seen on its own broker and from another one nobody is; what waited for it is done then."""

    def test_on_the_same_broker_and_on_another(
        self, fresh_database: Callable[[], str], rabbitmq_vhost: str, rabbitmq_url: str, tmp_path: Path
    ) -> None:
        database = fresh_database()
        settings = environment(
            DATABASE_URL=database, RABBITMQ_URL=rabbitmq_vhost, JWT_SECRET=JWT_SECRET,
            SEARCH_FOLDER=str(tmp_path / "search"),
        )  # fmt: skip

        def celery(*words: str, url: str) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "celery", "-A", "app.celery_app", *words], cwd=BACKEND,
                env=settings | {"RABBITMQ_URL": url}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            return done.stdout + done.stderr

        def proofs() -> int:
            with psycopg.connect(database) as connection:
                rows = connection.execute("SELECT 1 FROM outbox WHERE topic = 'system.books_verified'").fetchall()
            return len(rows)

        assert "No nodes replied" in celery("status", url=rabbitmq_vhost)
        celery("call", "nyord.verify", url=rabbitmq_vhost)  # the longest of all: it proves every movement of the bank
        with (tmp_path / "worker.txt").open("wb") as output:
            worker = subprocess.Popen(
                command("worker"), env=settings, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
        try:
            assert eventually(lambda: "1 node online" in celery("status", url=rabbitmq_vhost), 90)
            assert eventually(lambda: proofs() == 1, 60), (
                "the task waited for a worker, and was done by the one that came"
            )
            assert "1 node online" in celery("inspect", "active", url=rabbitmq_vhost)
            assert "No nodes replied" in celery("status", url=rabbitmq_url)
        finally:
            worker.terminate()
            worker.wait(60)
