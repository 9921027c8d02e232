from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from app.core import clock
from app.database import unit_of_work
from app.edge import limits
from app.identity import staff, tokens
from app.identity.models import Role, UserSession
from app.identity.permissions import AdminUser, CurrentUser, KYCApproved
from tests.conftest import point_at

from .conftest import Person

routes = APIRouter()


@routes.get("/doors/anybody")
def anybody(user: CurrentUser) -> int:
    return user.id


@routes.get("/doors/staff")
def staff_only(user: AdminUser) -> int:
    return user.id


@routes.get("/doors/known")
def known(user: KYCApproved) -> int:
    return user.id


@pytest.fixture
def doors(api: TestClient) -> Iterator[TestClient]:
    """Three routes, one behind each permission type, added to the app for a test."""
    app = api.app
    assert isinstance(app, FastAPI)
    app.router.routes.extend(routes.routes)
    yield api
    del app.router.routes[-len(routes.routes) :]


DOORS = ["/doors/anybody", "/doors/staff", "/doors/known"]


class TestPermissionTypes:
    """S11, S18, S19, S31: protected and staff-only routes by a type in the signature; the database has the last word."""

    @pytest.mark.parametrize("door", DOORS)
    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer \xe9"])
    def test_anonymous_is_401(self, doors: TestClient, door: str, authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}

        answer = doors.get(door, headers=headers)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()) == {"detail", "code", "data"}

    def test_customer(self, doors: TestClient, asha: Person) -> None:
        assert [asha.get(door).status_code for door in DOORS] == [200, 403, 403]
        assert asha.get("/doors/anybody").json() == asha.id

    def test_known_customer(self, doors: TestClient, person: Callable[..., Person]) -> None:
        ravi = person("ravi", kyc_approved=True)

        assert [ravi.get(door).status_code for door in DOORS] == [200, 403, 200]

    def test_staff(self, doors: TestClient, staff_member: Person) -> None:
        assert [staff_member.get(door).status_code for door in DOORS] == [200, 200, 403]

    def test_a_new_role_acts_at_once_on_the_old_token(
        self, doors: TestClient, asha: Person, staff_member: Person
    ) -> None:
        with unit_of_work() as session:
            staff.update_user(session, user_id=asha.id, by=staff_member.id, role=Role.ADMIN)
        assert asha.get("/doors/staff").status_code == 200

        with unit_of_work() as session:
            staff.update_user(session, user_id=asha.id, by=staff_member.id, role=Role.CUSTOMER)
        assert asha.get("/doors/staff").status_code == 403

    def test_switched_off_acts_at_once_and_for_good(
        self, doors: TestClient, asha: Person, staff_member: Person
    ) -> None:
        assert asha.get("/doors/anybody").status_code == 200
        with unit_of_work() as session:
            staff.update_user(session, user_id=asha.id, by=staff_member.id, is_active=False)
        assert asha.get("/doors/anybody").status_code == 401

        with unit_of_work() as session:
            staff.update_user(session, user_id=asha.id, by=staff_member.id, is_active=True)
        assert asha.get("/doors/anybody").status_code == 401, "old sessions stay ended"

    def test_an_approval_taken_back_acts_at_once(
        self, doors: TestClient, person: Callable[..., Person], staff_member: Person
    ) -> None:
        ravi = person("ravi", kyc_approved=True)
        with unit_of_work() as session:
            staff.decide_kyc(session, user_id=ravi.id, approved=False, reason="lapsed", decided_by=staff_member.id)

        answer = ravi.get("/doors/known")

        assert answer.status_code == 403
        assert answer.json()["code"] == "kyc_needed"

    def test_session_over(self, doors: TestClient, asha: Person) -> None:
        with unit_of_work() as session:
            session.get_one(UserSession, asha.session_id).expires_at = clock.now()

        assert asha.get("/doors/anybody").json()["code"] == "session_ended"

    def test_token_over(self, doors: TestClient, asha: Person) -> None:
        with clock.at(clock.now() + timedelta(minutes=15)):
            assert asha.get("/doors/anybody").json()["code"] == "token_expired"

    def test_a_token_for_somebody_elses_session_opens_nothing(
        self, doors: TestClient, asha: Person, staff_member: Person
    ) -> None:
        forged = tokens.issue(
            user_id=staff_member.id, role="admin", permissions=[], session_id=asha.session_id, auth_time=clock.now()
        )
        staff_member.token = forged

        assert staff_member.get("/doors/anybody").status_code == 401

    def test_no_connection_is_kept_for_the_user(self, doors: TestClient, asha: Person) -> None:
        from app.database import engine

        for _ in range(50):
            asha.get("/doors/anybody")

        assert engine().pool.checkedout() == 0  # type: ignore[attr-defined]


class TestLimitsOfUse:
    """S29: everybody has a limit: a user by id, a stranger by address."""

    def test_user(self, doors: TestClient, asha: Person, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_per_user="3/minute")
        limits.forget_all()

        assert [asha.get("/doors/anybody").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = asha.get("/doors/anybody")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["code"] == "rate_limited"

    def test_bad_tokens_from_one_address(
        self, doors: TestClient, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_anonymous="3/minute")
        limits.forget_all()

        answers = [doors.get("/doors/anybody", headers={"Authorization": f"Bearer {n}"}) for n in range(4)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]

    def test_sign_in_from_one_address(self, doors: TestClient, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_login="2/minute")
        limits.forget_all()

        def login() -> int:
            return doors.post("/auth/login", json={"username": "x", "password": "not the password"}).status_code

        assert [login() for _ in range(3)] == [401, 401, 429]
