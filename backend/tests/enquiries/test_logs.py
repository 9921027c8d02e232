"""Log lines are found by staff, and say nothing that a log may not say."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.enquiries import rebuild, shipping
from app.enquiries.consumers import index
from app.enquiries.indexes import LOGS
from app.enquiries.log_lines import masked, of_line
from app.enquiries.shipping import LINES_WAITING_MAX, OwnLines, Shipper, TailedFiles
from app.events.consumer import Envelope
from app.search.engine import search_engine
from tests.bank import Bank
from tests.money import ARJUN, transfer_completed, transfer_failed

NOW = "2026-11-23T10:00:00.123456Z"


def line(event: str = "request", **more: Any) -> dict[str, Any]:
    return {"event": event, "level": "info", "logger": "app.access", "role": "gateway", "timestamp": NOW} | more


class TestLines:
    """S175: structured JSON lines as documents."""

    def test_what_a_line_says(self) -> None:
        document = of_line(line("the disk is full", level="error", request_id="abc", user_id=7, free=12))
        assert document is not None
        assert document.content == {
            "at": 1_795_428_000_123, "timestamp": "2026-11-23T10:00:00.123456+00:00", "level": "error",
            "logger": "app.access", "role": "gateway", "event": "the disk is full", "request_id": "abc", "user_id": 7,
            "data": {"free": 12},
        }  # fmt: skip
        assert {"disk", "full", "12"} <= set(document.words["text"])

    def test_the_same_line_is_one_document(self) -> None:
        one, same, other = of_line(line()), of_line(line()), of_line(line(status=200))
        assert one is not None and same is not None and other is not None
        assert one.id == same.id != other.id
        assert 0 <= one.id < 2**53

    @pytest.mark.parametrize("broken", [{}, {"event": "x"}, line() | {"timestamp": "today"}])
    def test_what_is_no_line_of_ours(self, broken: dict[str, Any]) -> None:
        assert of_line(broken) is None

    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
            ("4111 1111 1111 1111", "1111 1111"),
            ("4111111111111111", "11111111"),
            ("Bearer abcdefghijklmnop", "abcdefgh"),
            ("/ws?token=abcdefgh", "abcdefgh"),
            ("postgresql://nyord:hunter22@host/db", "hunter22"),
        ],
    )
    def test_no_secret_survives(self, text: str, secret: str) -> None:
        told = str(masked({"event": f"seen {text} here", "list": [text], "password": "xyz", "deep": {"otp": "123456"}}))
        assert "seen" in told
        for hidden in (secret, "123456", "xyz"):
            assert hidden not in told

    def test_ids_amounts_and_times_survive(self) -> None:
        facts = {"transaction_id": 41, "amount": "1,50,000.00", "at": NOW, "request_id": "8f2a-11", "ip": "203.0.113.7"}
        assert masked(facts) == facts


class TestOwnLines:
    """S151: a process ships its lines in the background and never waits for it."""

    def test_collected_and_bounded(self) -> None:
        lines = OwnLines()
        logger = logging.getLogger("app.test")
        logger.addHandler(lines)
        logger.propagate = False
        logger.setLevel(logging.INFO)
        try:
            for number in range(LINES_WAITING_MAX + 10):
                logger.info({"event": f"line {number}"})
        finally:
            logger.removeHandler(lines)
        assert lines.dropped == 10
        assert lines.take()[0].content["event"] == "line 10"

    def test_our_own_work_is_not_indexed(self) -> None:
        lines = OwnLines()
        for name in ("search", "elastic_transport.transport", "urllib3.connectionpool"):
            lines.emit(logging.LogRecord(name, logging.INFO, "", 0, "x", (), None))
        assert lines.take() == []

    def test_an_engine_that_is_away_costs_lines_and_nothing_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SEARCH_URL", "http://127.0.0.1:1")
        get_settings.cache_clear()
        lines = OwnLines()
        lines.emit(logging.LogRecord("app", logging.ERROR, "", 0, "trouble", (), None))
        shipper = Shipper(lines)
        assert shipper.ship() == 0
        assert shipper.lost == 1


class TestTailedFiles:
    """S175: the embedded bank's log files are read on, across rotation."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        (tmp_path / "logs").mkdir()
        return tmp_path / "logs" / "gateway.log"

    def write(self, log: Path, *lines: dict[str, Any]) -> None:
        with log.open("a") as file:
            file.writelines(json.dumps(one, separators=(",", ":")) + "\n" for one in lines)

    def events(self, source: TailedFiles) -> list[str]:
        return [document.content["event"] for document in source.take()]

    def test_each_line_once_and_only_whole_ones(self, log: Path) -> None:
        source = TailedFiles(log.parent)
        self.write(log, line("one"), line("two"))
        with log.open("a") as file:
            file.write('{"event":"half')
        assert self.events(source) == ["one", "two"]
        with log.open("a") as file:
            file.write(f'","level":"info","timestamp":"{NOW}"}}\nnot json\n[1]\n{{"event"\n')
        assert self.events(source) == ["half"]
        assert self.events(source) == []

    def test_goes_on_in_the_next_file(self, log: Path) -> None:
        source = TailedFiles(log.parent)
        self.write(log, line("one"))
        assert self.events(source) == ["one"]
        log.rename(log.with_suffix(".log.1"))
        self.write(log, line("two"))
        assert self.events(source) == ["two"]

    def test_money_is_not_told_twice(self, log: Path) -> None:
        self.write(log, line("transfer.completed", logger="audit"), line("three", logger="search"))
        assert self.events(TailedFiles(log.parent)) == []

    def test_too_much_is_skipped_and_counted(self, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shipping, "TAIL_BYTES_AT_ONCE", 1_000)
        monkeypatch.setattr(shipping, "TAIL_BYTES_BEHIND_MAX", 4_000)
        source = TailedFiles(log.parent)
        self.write(log, line("first"))
        self.events(source)
        self.write(log, *(line(f"line {number}") for number in range(500)))
        assert self.events(source)[-1] == "line 499"
        assert source.dropped > 0


@pytest.mark.usefixtures("either_engine")
class TestSearchLogs:
    """S70, S151, S170, S175: staff search the logs of all processes."""

    def test_found_by_words_level_and_request(self, bank: Bank, searchable: Callable[[], None]) -> None:
        rebuild.build_missing()
        documents = [of_line(line("the disk is full", level="error", request_id="r1")), of_line(line(status=200))]
        search_engine().write(LOGS, [one for one in documents if one is not None])
        search_engine().refresh(LOGS)
        admin = bank.admin()
        found = admin.get("/admin/logs/search", q="disk ful").json()
        assert [one["event"] for one in found["items"]] == ["the disk is full"]
        assert found["total"] == 1
        assert admin.get("/admin/logs/search", level="error").json()["total"] == 1
        assert admin.get("/admin/logs/search", request_id="r1", logger="app.access").json()["total"] == 1
        assert admin.get("/admin/logs/search", level="warning").json()["items"] == []
        page = admin.get("/admin/logs/search", limit=1).json()
        rest = admin.get("/admin/logs/search", limit=1, cursor=page["next_cursor"]).json()
        assert len({page["items"][0]["event"], rest["items"][0]["event"]}) == 2
        assert rest["next_cursor"] is None

    def test_a_refused_transfer_leaves_a_line(self, bank: Bank) -> None:
        """S161: the failure is in the log index; everyday money isn't."""
        rebuild.build_missing()
        with unit_of_work() as session:
            index(session, [Envelope(transfer_failed(), 1_000), Envelope(transfer_completed(transaction_id=42), 2_000)])
        search_engine().refresh(LOGS)
        found = bank.admin().get("/admin/logs/search").json()["items"]
        assert [(one["event"], one["level"], one["user_id"]) for one in found] == [
            ("transfer.failed.insufficient_funds", "warning", ARJUN)
        ]
        assert "STATUS: failed" in found[0]["data"]["text"]

    def test_old_lines_are_forgotten(self, bank: Bank) -> None:
        rebuild.build_missing()
        fresh = of_line(line() | {"timestamp": clock.now().isoformat()})
        old = of_line(line() | {"timestamp": (clock.now() - timedelta(days=20)).isoformat()})
        assert fresh is not None and old is not None
        search_engine().write(LOGS, [fresh, old])
        search_engine().refresh(LOGS)
        assert rebuild.forget_old_logs(before=clock.now() - timedelta(days=14)) == 1
        assert search_engine().count(LOGS) == 1


class TestShipping:
    """S153.4, S175: every process ships its own lines to Elasticsearch."""

    @pytest.mark.usefixtures("elasticsearch")
    def test_from_the_logger_to_the_search(self, bank: Bank) -> None:
        rebuild.build_missing()
        with shipping.shipping("gateway") as shipper:
            assert shipper is not None
            structlog.get_logger("app.trouble").error("the moon is blue", user_id=7)
        search_engine().refresh(LOGS)
        found = bank.admin().get("/admin/logs/search", q="moon").json()["items"]
        assert [(one["event"], one["level"], one["user_id"]) for one in found] == [("the moon is blue", "error", 7)]

    def test_nobody_ships_for_others_embedded(self, database: str) -> None:
        assert shipping.shipper_of("gateway")[0] is None
