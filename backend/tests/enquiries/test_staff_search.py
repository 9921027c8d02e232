"""What staff find: everything, grouped; figures over time; and PostgreSQL's answers when search is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.config import get_settings
from app.core import clock
from app.database import unit_of_work
from app.enquiries import service
from app.search.engine import forget_search_engines
from tests.bank import Bank, Person

pytestmark = pytest.mark.slow

PATHS = (
    "/admin/search",
    "/admin/search/transactions",
    "/admin/search/drift",
    "/admin/logs/search",
    "/admin/analytics/trends",
    "/admin/analytics/user-growth",
    "/admin/analytics/suspicious-activity",
    "/admin/analytics/errors",
    "/admin/analytics/fraud-alerts",
)


@pytest.fixture
def staff(bank: Bank, searchable: Callable[[], None]) -> tuple[Person, Person, Person]:
    """A member of staff and two customers; one payment went through, one is held."""
    admin, arjun, zoe = bank.admin(), bank.customer(100_000_00, name="Arjun Rao"), bank.customer(name="Zoë Nair")
    arjun.send(zoe, 120, note="rent")
    arjun.send(zoe, 60_000, note="a car")
    searchable()
    return admin, arjun, zoe


@pytest.fixture
def search_is_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Point the bank at an Elasticsearch that nobody runs."""

    def leave() -> None:
        monkeypatch.setenv("SEARCH_URL", "http://127.0.0.1:1")
        get_settings.cache_clear()
        service.forget_health()

    return leave


def register(bank: Bank, username: str) -> None:
    """Let somebody register: the audit trail keeps that."""
    body = {"username": username, "email": f"{username}@b.example", "password": "calm-seas-2026", "full_name": "Asha R"}
    assert bank.api.post("/auth/register", json=body).status_code == 201


class TestAccess:
    """S70: the search of everything is for staff."""

    @pytest.mark.parametrize("path", PATHS)
    def test_anonymous_is_401_and_a_customer_403(self, bank: Bank, path: str) -> None:
        assert bank.api.get(path).status_code == 401
        assert bank.customer().get(path).status_code == 403


@pytest.mark.usefixtures("either_engine")
class TestSearchEverything:
    """S70, S168, S170: transactions, customers and the audit trail by words, grouped."""

    def test_groups(self, staff: tuple[Person, Person, Person]) -> None:
        admin, arjun, _ = staff
        body = admin.get("/admin/search", q="arjun").json()
        assert body["degraded"] is False
        assert [one["id"] for one in body["customers"]["items"]] == [arjun.id]
        assert {one["src_user_name"] for one in body["transactions"]["items"]} >= {"Arjun Rao"}
        assert body["transactions"]["total"] == 3
        assert admin.get("/admin/search", q="fraud check").json()["audit"]["total"] >= 1

    def test_pages_of_one_group(self, staff: tuple[Person, Person, Person]) -> None:
        admin = staff[0]
        seen, cursor = [], None
        while True:
            asked = {"within": "transactions", "limit": 1} | ({"cursor": cursor} if cursor else {})
            body = admin.get("/admin/search", q="arjun", **asked).json()
            assert body["customers"] is None
            seen += [one["id"] for one in body["transactions"]["items"]]
            cursor = body["transactions"]["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == 3
        assert seen == sorted(seen, reverse=True)
        assert admin.get("/admin/search", cursor="bmV3ZXN0OjE6MQ").status_code in (400, 422)

    def test_of_everybody_with_filters(self, staff: tuple[Person, Person, Person]) -> None:
        body = staff[0].get("/admin/search/transactions", q="car", status="UNDER_REVIEW").json()
        assert [one["amount"] for one in body["items"]] == [60_000.0]


@pytest.mark.usefixtures("either_engine")
class TestAnalytics:
    """S169, S171, C17: transaction trends, user growth, suspicious activity, errors and fraud alerts, by period."""

    def test_trends_add_up(self, staff: tuple[Person, Person, Person]) -> None:
        body = staff[0].get("/admin/analytics/trends", interval="day").json()
        assert len(body["periods"]) == 30
        today = body["periods"][-1]
        assert today["count"] == body["total"] == 3
        assert today["groups"] == {"SUCCESS": 2, "UNDER_REVIEW": 1}
        assert today["amount"] == 160_120.0
        assert body["degraded"] is False
        assert all(period["count"] == 0 for period in body["periods"][:-1])

    @pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
    def test_periods_touch_and_hold_everything(self, staff: tuple[Person, Person, Person], interval: str) -> None:
        for name in ("trends", "user-growth", "suspicious-activity", "errors", "fraud-alerts"):
            periods = staff[0].get(f"/admin/analytics/{name}", interval=interval).json()["periods"]
            assert all(one["end"] == other["start"] for one, other in pairwise(periods))
            assert datetime.fromisoformat(periods[-1]["end"]) >= datetime.now(UTC)

    def test_users_and_alerts(self, staff: tuple[Person, Person, Person]) -> None:
        assert staff[0].get("/admin/analytics/user-growth").json()["periods"][-1]["groups"] == {"approved": 2}
        alerts = staff[0].get("/admin/analytics/fraud-alerts").json()["periods"][-1]["groups"]
        assert alerts["fraud.check_required"] == 1

    def test_what_cannot_be_divided_is_refused(self, bank: Bank) -> None:
        admin = bank.admin()
        for asked in (
            {"interval": "hour", "from": "2020-01-01T00:00:00Z"},
            {"from": "2099-01-01T00:00:00Z"},
            {"interval": "year"},
            {"from": "yesterday"},
        ):
            assert admin.get("/admin/analytics/trends", **asked).status_code in (400, 422)


class TestDegraded:
    """S168, C17: search away or behind is slower, never an error, and says so."""

    def test_the_same_answers_from_postgresql(
        self, staff: tuple[Person, Person, Person], search_is_away: Callable[[], None]
    ) -> None:
        admin, arjun, zoe = staff
        asked: list[tuple[Person, str, dict[str, Any]]] = [
            (arjun, "/search", {"q": "ren"}),
            (arjun, "/search", {"party": "nair", "sort": "largest"}),
            (arjun, "/search", {"kind": "transfer", "amount_max": "500"}),
            (arjun, "/search", {"account_id": zoe.account, "status": "UNDER_REVIEW", "sort": "oldest"}),
            (zoe, "/search", {"q": "zoe", "sort": "smallest"}),
            (admin, "/admin/search/transactions", {"q": "arjun"}),
        ]
        healthy = [person.get(path, **query).json() for person, path, query in asked]
        search_is_away()
        for (person, path, query), before in zip(asked, healthy, strict=True):
            answer = person.get(path, **query)
            assert answer.status_code == 200
            assert answer.json()["degraded"] is True
            assert before["degraded"] is False
            assert [one["id"] for one in answer.json()["items"]] == [one["id"] for one in before["items"]]

    def test_figures_from_postgresql(
        self, staff: tuple[Person, Person, Person], search_is_away: Callable[[], None]
    ) -> None:
        # User growth needs events that the test's people never had: they are compared above.
        names = ("trends", "suspicious-activity", "fraud-alerts")
        healthy = [staff[0].get(f"/admin/analytics/{name}").json() for name in names]
        search_is_away()
        for name, before in zip(names, healthy, strict=True):
            after = staff[0].get(f"/admin/analytics/{name}").json()
            assert after == before | {"degraded": True}
        for path in PATHS:
            assert staff[0].get(path).status_code == 200

    def test_pages_from_postgresql(
        self, staff: tuple[Person, Person, Person], search_is_away: Callable[[], None]
    ) -> None:
        search_is_away()
        _, arjun, _ = staff
        seen, cursor = [], None
        while True:
            body = arjun.get("/search", limit=1, q="arjun", **({"cursor": cursor} if cursor else {})).json()
            seen += [one["id"] for one in body["items"]]
            cursor = body["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == 3

    @pytest.mark.parametrize("group", ["customers", "audit"])
    def test_the_next_page_of_a_group_when_search_goes_away(
        self, bank: Bank, searchable: Callable[[], None], search_is_away: Callable[[], None], group: str
    ) -> None:
        admin = bank.admin()
        for number in range(5):
            register(bank, f"asha{number}")
        searchable()
        whole = admin.get("/admin/search", within=group, q="asha", limit=100).json()[group]
        asked = {"within": group, "q": "asha", "limit": 2}
        page = admin.get("/admin/search", **asked).json()[group]
        assert page["degraded"] is whole["degraded"] is False
        seen = page["items"]
        search_is_away()
        while page["next_cursor"] is not None:
            page = admin.get("/admin/search", **asked, cursor=page["next_cursor"]).json()[group]
            assert page["degraded"] is True
            seen += page["items"]
        assert len(seen) >= 5
        assert seen == whole["items"]

    def test_the_trail_is_searched_for_the_same_words(
        self, bank: Bank, searchable: Callable[[], None], search_is_away: Callable[[], None]
    ) -> None:
        admin = bank.admin()
        register(bank, "asha")
        searchable()
        words = ("user", "asha", "username", "event", "null", "true", "full")
        healthy = [admin.get("/admin/search", within="audit", q=word).json()["audit"] for word in words]
        search_is_away()
        for word, before in zip(words, healthy, strict=True):
            after = admin.get("/admin/search", within="audit", q=word).json()["audit"]
            assert after == before | {"degraded": True}

    def test_customers_by_the_end_of_their_account_number(
        self, staff: tuple[Person, Person, Person], search_is_away: Callable[[], None]
    ) -> None:
        admin, arjun, _ = staff
        with unit_of_work() as session:
            number = session.scalars(select(Account.account_number).where(Account.id == arjun.account)).one()
        before = admin.get("/admin/search", within="customers", q=number[-4:]).json()["customers"]
        assert [one["id"] for one in before["items"]] == [arjun.id]
        search_is_away()
        after = admin.get("/admin/search", within="customers", q=number[-4:]).json()["customers"]
        assert after == before | {"degraded": True}

    def test_an_index_that_is_behind_is_not_asked(
        self, staff: tuple[Person, Person, Person], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, arjun, zoe = staff
        late = arjun.send(zoe, 7, note="late").json()["transaction_id"]
        service.forget_health()
        assert arjun.get("/search", q="late").json() == {
            "items": [], "total": 0, "next_cursor": None, "degraded": False
        }  # fmt: skip
        service.forget_health()
        monkeypatch.setattr(service, "BEHIND", timedelta(seconds=-60))
        body = arjun.get("/search", q="late").json()
        assert body["degraded"] is True
        assert [one["id"] for one in body["items"]] == [late]

    def test_a_deleted_folder_is_degraded_until_it_is_built_again(
        self, staff: tuple[Person, Person, Person], searchable: Callable[[], None]
    ) -> None:
        import shutil

        _, arjun, zoe = staff
        shutil.rmtree(get_settings().search_folder)
        assert arjun.get("/search", q="rent").json()["degraded"] is True
        arjun.send(zoe, 1)
        searchable()
        service.forget_health()
        body = arjun.get("/search", q="rent").json()
        assert body["degraded"] is False
        assert body["total"] == 1

    def test_a_search_that_failed_is_left_alone_for_a_moment(
        self, staff: tuple[Person, Person, Person], search_is_away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        search_is_away()
        _, arjun, _ = staff
        arjun.get("/search")
        monkeypatch.setenv("SEARCH_URL", "")
        get_settings.cache_clear()
        forget_search_engines()
        assert arjun.get("/search").json()["degraded"] is True
        service.forget_health()
        assert arjun.get("/search").json()["degraded"] is False


class TestPeriods:
    """S169: periods are the bank's own days, weeks and months (Indian Standard Time)."""

    def test_a_month_begins_at_midnight_in_india(self, bank: Bank) -> None:
        with clock.at(datetime(2026, 3, 15, tzinfo=UTC)):
            asked = {"interval": "month", "from": "2026-01-31T20:00:00Z", "to": "2026-03-01T00:00:00Z"}
            periods = bank.admin().get("/admin/analytics/trends", **asked).json()["periods"]
        assert [period["start"] for period in periods] == ["2026-02-01T00:00:00+05:30", "2026-03-01T00:00:00+05:30"]

    @pytest.mark.parametrize(
        "asked",
        [
            {"to": "9999-12-31T23:59:59Z"},
            {"from": "9999-12-31T20:00:00Z", "to": "9999-12-31T21:00:00Z"},
            {"to": "0001-03-01T00:00:00Z", "interval": "month"},
        ],
    )
    def test_where_the_calendar_ends(self, bank: Bank, asked: dict[str, str]) -> None:
        answer = bank.admin().get("/admin/analytics/trends", **asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")
