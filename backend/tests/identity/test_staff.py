from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.core.errors import BankError
from app.database import unit_of_work
from app.identity import service, staff
from app.identity.errors import LastAdmin
from app.identity.models import Role, User
from tests.waiting import wait_for_a_waiter

from .conftest import PASSWORD, Person, events

STAFF_ROUTES = [
    ("GET", "/admin/users"),
    ("GET", "/admin/users/1"),
    ("PUT", "/admin/users/1"),
    ("GET", "/admin/kyc/pending"),
    ("POST", "/admin/approve-kyc"),
]


class TestStaffOnly:
    """S31: every staff route refuses strangers with 401 and customers with 403, whatever else the request says."""

    @pytest.mark.parametrize(("method", "path"), STAFF_ROUTES)
    def test_anonymous_and_customer(self, api: TestClient, asha: Person, method: str, path: str) -> None:
        body = {"role": "admin"} if method == "PUT" else {"user_id": asha.id, "action": "approve"}
        send = {} if method == "GET" else {"json": body}

        assert api.request(method, path, **send).status_code == 401
        assert api.request(method, path, headers=asha.headers, **send).status_code == 403
        me = asha.get("/auth/me").json()
        assert (me["role"], me["kyc_approved"]) == ("customer", False)


class TestListUsers:
    """S54: staff list the users, by role, activity, KYC and text, page by page."""

    def _names(self, staff_member: Person, **params: object) -> list[str]:
        return [user["username"] for user in staff_member.get("/admin/users", **params).json()["items"]]

    def test_filters(self, staff_member: Person, asha: Person, person: Callable[..., Person]) -> None:
        person("ravi", kyc_approved=True, full_name="Ravi Kumar")
        person("zoya")
        staff_member.put(f"/admin/users/{asha.id}", is_active=False)

        assert self._names(staff_member) == ["zoya", "ravi", "asha", "meera"]
        assert self._names(staff_member, role="admin") == ["meera"]
        assert self._names(staff_member, is_active=False) == ["asha"]
        assert self._names(staff_member, kyc_approved=True) == ["ravi"]
        assert self._names(staff_member, q="KUMAR") == ["ravi"]
        assert self._names(staff_member, q="zoya@example") == ["zoya"]
        assert self._names(staff_member, q="%") == []
        assert self._names(staff_member, role="customer", kyc_approved=False, is_active=True) == ["zoya"]

    def test_pages_follow_each_other_without_gap_or_repetition(
        self, staff_member: Person, person: Callable[..., Person]
    ) -> None:
        for number in range(5):
            person(f"user{number}")
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = staff_member.get("/admin/users", limit=2, **({"cursor": cursor} if cursor else {})).json()
            seen += [user["username"] for user in page["items"]]
            cursor = page["next_cursor"]

        assert seen == ["user4", "user3", "user2", "user1", "user0", "meera"]
        assert cursor is None

    @pytest.mark.parametrize(
        "params", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"role": "king"}, {"q": "x" * 61}]
    )
    def test_what_cannot_be_asked(self, staff_member: Person, params: dict[str, object]) -> None:
        assert staff_member.get("/admin/users", **params).status_code == 422

    def test_one_user_without_the_secrets(self, staff_member: Person, asha: Person) -> None:
        shown = staff_member.get(f"/admin/users/{asha.id}").json()

        assert (shown["username"], shown["is_active"], shown["is_locked"]) == ("asha", True, False)
        assert "password" not in str(shown)
        assert staff_member.get("/admin/users/999999").status_code == 404

    def test_staff_see_who_is_locked_out(self, staff_member: Person, asha: Person) -> None:
        for _ in range(10):
            asha.api.post("/auth/login", json={"username": "asha", "password": "not the password"})

        assert staff_member.get(f"/admin/users/{asha.id}").json()["is_locked"] is True


class TestUpdateUser:
    """S55: `updateUser(userId, {role: 'admin'})`; nobody saws off the branch the bank sits on."""

    def test_the_specified_example_works(self, staff_member: Person, asha: Person, session: Session) -> None:
        answer = staff_member.put(f"/admin/users/{asha.id}", role="admin")

        assert answer.status_code == 200
        assert answer.json()["role"] == "admin"
        assert asha.get("/admin/users").status_code == 200
        recorded = events(session, "user.changed")
        assert [(e["actor_id"], e["user_id"], e["changes"], e["reason"]) for e in recorded] == [
            (staff_member.id, asha.id, {"role": "admin"}, "")
        ]

    def test_the_reason_is_kept_with_the_change(self, staff_member: Person, asha: Person, session: Session) -> None:
        staff_member.put(f"/admin/users/{asha.id}", is_active=False, reason="She called: her phone was stolen.")

        recorded = events(session, "user.changed")
        assert [(e["changes"], e["reason"]) for e in recorded] == [
            ({"is_active": False}, "She called: her phone was stolen.")
        ]

    def test_switching_off_ends_every_session_and_bars_the_door(
        self, staff_member: Person, asha: Person, session: Session
    ) -> None:
        assert staff_member.put(f"/admin/users/{asha.id}", is_active=False).json()["is_active"] is False

        assert asha.get("/auth/me").status_code == 401
        login = asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD})
        assert (login.status_code, login.json()["code"]) == (403, "user_switched_off")
        wrong = asha.api.post("/auth/login", json={"username": "asha", "password": "not the password"})
        assert wrong.status_code == 401, "only who knows the password learns that the user is switched off"
        assert [e["reason"] for e in events(session, "user.session_revoked")] == ["user_switched_off"]

    def test_the_same_again_is_no_event(self, staff_member: Person, asha: Person, session: Session) -> None:
        staff_member.put(f"/admin/users/{asha.id}", role="customer", is_active=True)
        staff_member.put(f"/admin/users/{asha.id}")

        assert events(session, "user.changed") == []

    @pytest.mark.parametrize("change", [{"role": "customer"}, {"is_active": False}])
    def test_not_ones_own_access(self, staff_member: Person, change: dict[str, object]) -> None:
        answer = staff_member.put(f"/admin/users/{staff_member.id}", **change)

        assert (answer.status_code, answer.json()["code"]) == (422, "own_access")
        assert staff_member.get("/admin/users").status_code == 200

    def test_the_last_admin_stays(self, staff_member: Person) -> None:
        with pytest.raises(LastAdmin), unit_of_work() as session:
            staff.update_user(session, user_id=staff_member.id, by=None, role=Role.CUSTOMER)

    def test_of_two_who_switch_each_other_off_one_is_late(
        self, staff_member: Person, person: Callable[..., Person], session: Session
    ) -> None:
        other, third = person("other", admin=True), person("third", admin=True)

        with ThreadPoolExecutor(1) as pool:
            staff.update_user(session, user_id=other.id, by=staff_member.id, is_active=False)
            late = pool.submit(other.put, f"/admin/users/{staff_member.id}", is_active=False)
            wait_for_a_waiter()
            session.commit()

            assert (late.result().status_code, late.result().json()["code"]) == (403, "admin_only")
        assert third.get(f"/admin/users/{staff_member.id}").json()["is_active"] is True

    def test_two_admins_who_demote_each_other_leave_one(
        self, staff_member: Person, person: Callable[..., Person], session: Session
    ) -> None:
        other = person("other", admin=True)

        def strike_back() -> str:
            try:
                with unit_of_work() as writing:
                    staff.update_user(writing, user_id=staff_member.id, by=other.id, role=Role.CUSTOMER)
            except BankError as error:
                return error.code
            return "done"

        with ThreadPoolExecutor(1) as pool:
            staff.update_user(session, user_id=other.id, by=staff_member.id, role=Role.CUSTOMER)
            second = pool.submit(strike_back)  # begins before the first one has committed
            with pytest.raises(TimeoutError):
                second.result(0.5)
            session.commit()

            assert second.result(10) == "last_admin"

    @pytest.mark.parametrize(
        "field", ["username", "email", "hashed_password", "kyc_approved", "id", "failed_logins", "phone"]
    )
    def test_not_for_staff_to_change_here(self, staff_member: Person, asha: Person, field: str) -> None:
        before = staff_member.get(f"/admin/users/{asha.id}").json()

        assert staff_member.put(f"/admin/users/{asha.id}", **{field: "x"}).status_code == 422
        assert staff_member.get(f"/admin/users/{asha.id}").json() == before

    @pytest.mark.parametrize(
        "change",
        [
            {"role": "king"},
            {"role": 1},
            {"is_active": "no"},
            {"is_active": 0},
            {"role": "admin", "reason": "x" * 201},
            {"role": "admin", "reason": "a\nb"},
        ],
    )
    def test_what_cannot_be_accepted(self, staff_member: Person, asha: Person, change: dict[str, object]) -> None:
        assert staff_member.put(f"/admin/users/{asha.id}", **change).status_code == 422

    def test_unknown_user(self, staff_member: Person) -> None:
        assert staff_member.put("/admin/users/999999", role="admin").status_code == 404


class TestUnlock:
    """S55, S141: anybody can lock out a user whose name they know; staff can let the user in again."""

    def _lock_out(self, who: Person) -> None:
        for _ in range(10):
            who.api.post("/auth/login", json={"username": who.user.username, "password": "not the password"})

    def test_lets_in_at_once_and_is_kept_in_the_trail(
        self, staff_member: Person, asha: Person, session: Session
    ) -> None:
        self._lock_out(asha)

        answer = staff_member.put(f"/admin/users/{asha.id}", unlock=True, reason="She called.")

        assert (answer.status_code, answer.json()["is_locked"]) == (200, False)
        assert asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}).status_code == 200
        recorded = events(session, "user.changed")
        assert [(e["actor_id"], e["user_id"], e["changes"], e["reason"]) for e in recorded] == [
            (staff_member.id, asha.id, {"is_locked": False}, "She called.")
        ]

    def test_tries_are_counted_from_the_beginning(self, staff_member: Person, asha: Person) -> None:
        self._lock_out(asha)
        staff_member.put(f"/admin/users/{asha.id}", unlock=True)

        for _ in range(9):
            asha.api.post("/auth/login", json={"username": "asha", "password": "not the password"})

        assert staff_member.get(f"/admin/users/{asha.id}").json()["is_locked"] is False

    def test_who_is_not_locked_out_stays_as_they_are(
        self, staff_member: Person, asha: Person, session: Session
    ) -> None:
        assert staff_member.put(f"/admin/users/{asha.id}", unlock=True).status_code == 200
        self._lock_out(asha)
        assert staff_member.put(f"/admin/users/{asha.id}", unlock=False).json()["is_locked"] is True
        assert events(session, "user.changed") == []

    def test_not_oneself(self, staff_member: Person) -> None:
        """Or a thief of the session could try passwords for ever."""
        self._lock_out(staff_member)

        answer = staff_member.put(f"/admin/users/{staff_member.id}", unlock=True)

        assert (answer.status_code, answer.json()["code"]) == (403, "own_matter")
        assert staff_member.get(f"/admin/users/{staff_member.id}").json()["is_locked"] is True

    @pytest.mark.parametrize("unlock", [1, "yes", []])
    def test_what_cannot_be_accepted(self, staff_member: Person, asha: Person, unlock: object) -> None:
        assert staff_member.put(f"/admin/users/{asha.id}", unlock=unlock).status_code == 422


class TestKYC:
    """S56, S60: staff approve or reject a customer's KYC; the list shows who waits."""

    def _waiting(self, staff_member: Person) -> list[str]:
        return [user["username"] for user in staff_member.get("/admin/kyc/pending").json()["items"]]

    def test_approve(self, staff_member: Person, asha: Person, session: Session) -> None:
        assert self._waiting(staff_member) == ["asha"]

        answer = staff_member.post("/admin/approve-kyc", user_id=asha.id, action="approve")

        assert answer.status_code == 200
        assert (answer.json()["kyc_approved"], answer.json()["kyc_approved_by"]) == (True, staff_member.id)
        assert asha.get("/auth/me").json()["kyc_approved"] is True
        assert self._waiting(staff_member) == []
        recorded = events(session, "kyc.status_changed")
        assert [(e["user_id"], e["status"], e["actor_id"]) for e in recorded] == [
            (asha.id, "approved", staff_member.id)
        ]

    def test_reject_with_a_reason_then_approve(self, staff_member: Person, asha: Person, session: Session) -> None:
        staff_member.post("/admin/approve-kyc", user_id=asha.id, action="reject", reason="The photo is blurred.")
        shown = staff_member.get(f"/admin/users/{asha.id}").json()
        assert (shown["kyc_approved"], shown["kyc_rejection_reason"]) == (False, "The photo is blurred.")
        assert self._waiting(staff_member) == []

        staff_member.post("/admin/approve-kyc", user_id=asha.id, action="approve")
        shown = staff_member.get(f"/admin/users/{asha.id}").json()
        assert (shown["kyc_approved"], shown["kyc_rejection_reason"], shown["kyc_rejected_at"]) == (True, "", None)
        assert [e["status"] for e in events(session, "kyc.status_changed")] == ["rejected", "approved"]

    def test_twice_is_once(self, staff_member: Person, asha: Person, session: Session) -> None:
        for _ in range(2):
            assert staff_member.post("/admin/approve-kyc", user_id=asha.id, action="approve").status_code == 200

        assert len(events(session, "kyc.status_changed")) == 1

    @pytest.mark.parametrize("body", [{"action": "maybe"}, {"action": None}, {"reason": "x" * 201}, {"user_id": "1"}])
    def test_what_cannot_be_accepted(self, staff_member: Person, asha: Person, body: dict[str, object]) -> None:
        answer = staff_member.post("/admin/approve-kyc", **({"user_id": asha.id, "action": "approve"} | body))

        assert answer.status_code == 422
        assert asha.get("/auth/me").json()["kyc_approved"] is False

    def test_unknown_user(self, staff_member: Person) -> None:
        assert staff_member.post("/admin/approve-kyc", user_id=999999, action="approve").status_code == 404


class TestCreateAdmin:
    """S55: the first admin comes from the command line, through the same service."""

    def test_can_sign_in_and_is_staff(self, api: TestClient, session: Session) -> None:
        with unit_of_work() as writing:
            service.create_admin(writing, username="root", email="root@example.com", password=PASSWORD)

        token = api.post("/auth/login", json={"username": "root", "password": PASSWORD}).json()["access_token"]
        assert api.get("/admin/users", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert [e["role"] for e in events(session, "user.registered")] == ["admin"]

    def test_a_refused_user_leaves_nothing(self, database: str, session: Session) -> None:
        with pytest.raises(BankError), unit_of_work() as writing:
            service.create_admin(writing, username="root", email="root@example.com", password="password1234")

        assert session.query(User).count() == 0
        assert events(session, "user.registered") == []
