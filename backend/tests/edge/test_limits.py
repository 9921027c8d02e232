from __future__ import annotations

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection

from app.edge import limits
from tests.conftest import point_at


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(monkeypatch, "postgresql://nobody@/none", rate_limit_enabled="true", rate_limit_per_user="3/minute")
    limits.forget_all()


class TestHit:
    """S27, S154.3: the gateway limits how often anybody may call."""

    def test_as_often_as_the_setting_says(self) -> None:
        for _ in range(3):
            limits.hit("rate_limit_per_user", "7")

        with pytest.raises(limits.TooManyRequests) as refused:
            limits.hit("rate_limit_per_user", "7")
        assert 1 <= refused.value.retry_after_seconds <= 60

    def test_everybody_has_their_own(self) -> None:
        for who in ("7", "8", "77"):
            for _ in range(3):
                limits.hit("rate_limit_per_user", who)

    def test_one_limit_does_not_use_up_another(self) -> None:
        for _ in range(3):
            limits.hit("rate_limit_per_user", "7")

        limits.hit("rate_limit_login", "7")

    def test_a_refused_try_costs_nothing(self) -> None:
        for _ in range(3):
            limits.hit("rate_limit_per_user", "7")
        waits = []
        for _ in range(20):
            with pytest.raises(limits.TooManyRequests) as refused:
                limits.hit("rate_limit_per_user", "7")
            waits.append(refused.value.retry_after_seconds)

        assert max(waits) <= 60

    def test_can_be_switched_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://nobody@/none", rate_limit_enabled="false", rate_limit_per_user="1/minute")

        for _ in range(10):
            limits.hit("rate_limit_per_user", "7")


class TestPerAddress:
    """S27, S154.3: who hasn't signed in is counted by address."""

    def test_answers_429_with_retry_after(self, app: FastAPI, api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://nobody@/none", rate_limit_enabled="true", rate_limit_login="2/minute")

        @app.post("/knock", dependencies=[Depends(limits.per_address("rate_limit_login"))])
        def knock() -> str:
            return "come in"

        answers = [api.post("/knock") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60
        assert answers[2].json()["code"] == "rate_limited"

    def test_who_has_a_network_is_one_visitor(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, "postgresql://nobody@/none", rate_limit_enabled="true", rate_limit_login="20/minute")

        @app.post("/knock", dependencies=[Depends(limits.per_address("rate_limit_login"))])
        def knock() -> str:
            return "come in"

        addresses = [f"2001:db8:1:2:{number:x}::{number:x}" for number in range(60)]
        answers = [TestClient(app, client=(address, 5_000)).post("/knock").status_code for address in addresses]

        assert answers == [200] * 20 + [429] * 40
        assert TestClient(app, client=("2001:db8:1:3::1", 5_000)).post("/knock").status_code == 200

    @pytest.mark.parametrize(
        ("address", "visitor"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),  # IPv4 as a socket of both kinds says it
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:0db8:0001:0002::", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("::1", "::/64"),
            ("testclient", "testclient"),
            ("203.0.113.7, 2001:db8::1", "203.0.113.7, 2001:db8::1"),
        ],
    )
    def test_visitors(self, address: str, visitor: str) -> None:
        assert limits.visitor_of(HTTPConnection({"type": "http", "client": (address, 5_000)})) == visitor

    def test_a_visitor_without_an_address(self) -> None:
        assert limits.visitor_of(HTTPConnection({"type": "http"})) == "unknown"
