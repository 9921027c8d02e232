from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.core import clock
from app.identity import tokens

from .conftest import PASSWORD, Person, events

NEW_PASSWORD = "staple wagon orchid"


class TestMe:
    """S43: `/auth/me` says the role and whether the KYC is approved; S22: and the permissions."""

    def test_anonymous_is_401(self, api: TestClient) -> None:
        assert api.get("/auth/me").status_code == 401

    def test_customer(self, asha: Person) -> None:
        me = asha.get("/auth/me").json()

        assert (me["id"], me["username"], me["email"]) == (asha.id, "asha", "asha@example.com")
        assert (me["role"], me["kyc_approved"]) == ("customer", False)
        assert "accounts:read" in me["permissions"]
        assert "users:write" not in me["permissions"]
        assert list(tokens.verified(asha.token).permissions) == me["permissions"]
        assert "hashed_password" not in me

    def test_staff(self, staff_member: Person) -> None:
        me = staff_member.get("/auth/me").json()

        assert me["role"] == "admin"
        assert "users:write" in me["permissions"]


class TestUpdateMe:
    """S33: profile fields belong to the user; everything else to the bank."""

    def test_anonymous_is_401(self, api: TestClient) -> None:
        assert api.put("/auth/me", json={"full_name": "x"}).status_code == 401

    def test_changes_what_is_named_and_nothing_else(self, asha: Person, session: Session) -> None:
        answer = asha.put("/auth/me", phone="+91 98765 43210", language="hi", address="12 MG Road\nPune")

        assert answer.status_code == 200
        me = asha.get("/auth/me").json()
        assert (me["phone"], me["language"], me["address"]) == ("+91 98765 43210", "hi", "12 MG Road\nPune")
        assert me["full_name"] == "Asha Rao"
        changes = [event["changes"] for event in events(session, "user.changed")]
        assert changes == [{"phone": True, "language": "hi", "address": True}], "phone and address stay private"

    def test_nothing_new_is_no_event(self, asha: Person, session: Session) -> None:
        assert asha.put("/auth/me", full_name="Asha Rao").status_code == 200
        assert asha.put("/auth/me").status_code == 200
        assert events(session, "user.changed") == []

    @pytest.mark.parametrize(
        "field", ["role", "kyc_approved", "is_active", "email", "username", "id", "hashed_password", "failed_logins"]
    )
    def test_not_the_users_to_change(self, asha: Person, field: str) -> None:
        before = asha.get("/auth/me").json()

        assert asha.put("/auth/me", **{field: "admin"}).status_code == 422
        assert asha.get("/auth/me").json() == before

    @pytest.mark.parametrize(
        "changed",
        [
            {"language": "fr"},
            {"phone": "call me"},
            {"full_name": "x" * 61},
            {"full_name": 5},
            {"address": "x" * 301},
            {"full_name": "a\u2028line"},
            {"full_name": "\u3164"},
            {"full_name": "..."},
        ],
    )
    def test_what_cannot_be_accepted(self, asha: Person, changed: dict[str, object]) -> None:
        assert asha.put("/auth/me", **changed).status_code == 422


class TestNameThatWasChecked:
    """S33: others see a name when they pay; once the bank has checked it with the identity, the bank alone changes it."""

    def test_stays_as_it_is(self, person: Callable[..., Person], session: Session) -> None:
        ravi = person("ravi", kyc_approved=True, full_name="Ravi Kumar")

        for name in ("Nyord Bank Support", "ravi kumar", ""):
            answer = ravi.put("/auth/me", full_name=name, phone="+91 98765 43210")
            assert (answer.status_code, answer.json()["code"]) == (403, "name_checked")

        me = ravi.get("/auth/me").json()
        assert (me["full_name"], me["phone"]) == ("Ravi Kumar", ""), "nothing of it is done"
        assert events(session, "user.changed") == []

    def test_the_same_again_is_no_change(self, person: Callable[..., Person]) -> None:
        ravi = person("ravi", kyc_approved=True, full_name="Ravi Kumar")

        answer = ravi.put("/auth/me", full_name="Ravi Kumar", phone="+91 98765 43210")

        assert (answer.status_code, answer.json()["phone"]) == (200, "+91 98765 43210")

    def test_who_isn_t_approved_yet_may_correct_theirs(self, asha: Person, staff_member: Person) -> None:
        assert asha.put("/auth/me", full_name="Asha Raman").json()["full_name"] == "Asha Raman"
        staff_member.post(
            "/admin/approve-kyc", user_id=asha.id, action="reject", reason="Another name in the passport."
        )
        assert asha.put("/auth/me", full_name="Asha Rao").json()["full_name"] == "Asha Rao"

    def test_staff_change_it_and_the_trail_says_so(
        self, person: Callable[..., Person], staff_member: Person, session: Session
    ) -> None:
        ravi = person("ravi", kyc_approved=True, full_name="Ravi Kumar")

        answer = staff_member.put(f"/admin/users/{ravi.id}", full_name="Ravi Kumar Sharma", reason="Married.")

        assert (answer.status_code, answer.json()["full_name"]) == (200, "Ravi Kumar Sharma")
        recorded = events(session, "user.changed")
        assert [(e["actor_id"], e["user_id"], e["changes"], e["reason"]) for e in recorded] == [
            (staff_member.id, ravi.id, {"full_name": "Ravi Kumar Sharma"}, "Married.")
        ]

    def test_staff_change_nobody_s_to_what_no_name_is_and_not_their_own(
        self, asha: Person, staff_member: Person
    ) -> None:
        for name in ("x" * 61, "\u200b", "two\nlines", 5):
            assert staff_member.put(f"/admin/users/{asha.id}", full_name=name).status_code == 422
        own = staff_member.put(f"/admin/users/{staff_member.id}", full_name="The Governor")
        assert (own.status_code, own.json()["code"]) == (403, "own_matter")


class TestChangePassword:
    """S25: a sensitive action asks for the password again, and ends every other session."""

    def _change(self, who: Person, current: str, new: str) -> int:
        return who.post("/auth/change-password", current_password=current, new_password=new).status_code

    def test_anonymous_is_401(self, api: TestClient) -> None:
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert api.post("/auth/change-password", json=body).status_code == 401

    def test_new_password_works_old_one_and_other_sessions_end(self, asha: Person, session: Session) -> None:
        other = asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}).json()["access_token"]

        assert self._change(asha, PASSWORD, NEW_PASSWORD) == 204

        assert asha.get("/auth/me").status_code == 200
        assert asha.api.get("/auth/me", headers={"Authorization": f"Bearer {other}"}).status_code == 401
        for password, status in ((PASSWORD, 401), (NEW_PASSWORD, 200)):
            assert asha.api.post("/auth/login", json={"username": "asha", "password": password}).status_code == status
        assert events(session, "user.changed")[0]["changes"] == {"password": True}

    def test_a_wrong_current_password_is_counted_like_a_wrong_sign_in(self, asha: Person) -> None:
        assert [self._change(asha, "not the password", NEW_PASSWORD) for _ in range(10)] == [403] * 10
        assert self._change(asha, PASSWORD, NEW_PASSWORD) == 403, "locked out"

    def test_the_owner_is_told_of_the_pause_and_a_thief_of_the_session_learns_nothing(self, asha: Person) -> None:
        for _ in range(10):
            asha.api.post("/auth/login", json={"username": "asha", "password": "not the password"})

        right, wrong = (
            asha.post("/auth/change-password", current_password=current, new_password=NEW_PASSWORD)
            for current in (PASSWORD, "not the password")
        )

        assert (right.status_code, right.json()["code"]) == (403, "password_paused")
        assert right.json()["data"] == {"minutes": 30}
        assert "30 minutes" in right.json()["detail"]
        assert wrong.json() == right.json()
        with clock.at(clock.now() + timedelta(minutes=29)):
            assert " in 1 minute, " in self._told(asha)
        with clock.at(clock.now() + timedelta(minutes=30)):
            assert self._change(asha, PASSWORD, NEW_PASSWORD) == 204

    def _told(self, who: Person) -> str:
        who.token = tokens.issue(
            user_id=who.id, role="customer", permissions=[], session_id=who.session_id, auth_time=clock.now()
        )
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        return str(who.post("/auth/change-password", **body).json()["detail"])

    @pytest.mark.parametrize("new", ["short", "password12345", "asha@example.com"])
    def test_a_weak_new_password_changes_nothing(self, asha: Person, new: str) -> None:
        assert self._change(asha, PASSWORD, new) == 422
        assert asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}).status_code == 200


class TestChangeEmail:
    """S25, S33: the address one signs in with changes for whoever knows the password, and is nobody else's."""

    def _change(self, who: Person, email: str, password: str = PASSWORD) -> httpx2.Response:
        return who.post("/auth/change-email", email=email, current_password=password)

    def test_anonymous_is_401(self, api: TestClient) -> None:
        body = {"email": "new@example.com", "current_password": PASSWORD}
        assert api.post("/auth/change-email", json=body).status_code == 401

    def test_the_new_address_signs_in_and_the_old_one_does_not(self, asha: Person, session: Session) -> None:
        answer = self._change(asha, "asha.rao@example.in")

        assert (answer.status_code, answer.json()["email"]) == (200, "asha.rao@example.in")
        assert asha.get("/auth/me").json()["email"] == "asha.rao@example.in", "the session goes on"
        for email, status in (("asha@example.com", 401), ("asha.rao@example.in", 200)):
            assert asha.api.post("/auth/login", json={"email": email, "password": PASSWORD}).status_code == status
        recorded = events(session, "user.changed")
        assert [(e["actor_id"], e["changes"]) for e in recorded] == [(asha.id, {"email": True})], (
            "the address is private"
        )

    def test_a_wrong_password_changes_nothing_and_is_counted(self, asha: Person) -> None:
        answers = [self._change(asha, "new@example.com", "not the password") for _ in range(10)]

        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "wrong_password")}
        assert self._change(asha, "new@example.com").status_code == 403, "locked out"
        assert self._change(asha, "new@example.com").json()["code"] == "password_paused"
        assert asha.get("/auth/me").json()["email"] == "asha@example.com"

    def test_somebody_else_s_address_is_409_whatever_the_capitals(
        self, asha: Person, person: Callable[..., Person], session: Session
    ) -> None:
        person("ravi")

        answer = self._change(asha, "RAVI@example.com")

        assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
        assert asha.get("/auth/me").json()["email"] == "asha@example.com"
        assert events(session, "user.changed") == []

    def test_one_s_own_address_in_other_capitals_is_fine_and_the_same_again_is_no_event(
        self, asha: Person, session: Session
    ) -> None:
        assert self._change(asha, "asha@example.com").status_code == 200
        assert events(session, "user.changed") == []
        assert self._change(asha, "Asha@example.com").json()["email"] == "Asha@example.com"

    @pytest.mark.parametrize("email", ["", "asha", "asha@home", "a b@example.com", "x" * 250 + "@example.com"])
    def test_what_is_no_address(self, asha: Person, email: str) -> None:
        assert self._change(asha, email).status_code == 422


class TestSearch:
    """S61: find a recipient by name; a stranger sees id, username and name, nothing more."""

    def test_anonymous_is_401(self, api: TestClient) -> None:
        assert api.get("/users/search", params={"q": "ravi"}).status_code == 401

    def test_finds_by_the_beginning_of_username_or_any_name(self, asha: Person, person: Callable[..., Person]) -> None:
        ravi = person("ravi", full_name="Ravi Kumar Sharma")
        found = [{"id": ravi.id, "username": "ravi", "name": "Ravi Kumar Sharma"}]

        for text in ("ra", "RAVI", "kum", "sharma", "ravi kumar"):
            assert asha.get("/users/search", q=text).json() == found, text
        for text in ("avi", "harma", "example.com", "ravi@example.com"):
            assert asha.get("/users/search", q=text).json() == [], text

    @pytest.mark.parametrize("name", ["İpek Kaya", "ΟΔΟΣ Kaya", "Özlem Kaya", "Kaya İpek"])
    def test_a_name_is_found_by_its_own_letters(self, asha: Person, person: Callable[..., Person], name: str) -> None:
        person("kaya", full_name=name)

        for text in (name, *name.split()):
            assert [one["name"] for one in asha.get("/users/search", q=text).json()] == [name], text

    def test_without_a_name_the_username_stands_in(self, asha: Person, person: Callable[..., Person]) -> None:
        person("ravi")

        assert asha.get("/users/search", q="ravi").json()[0]["name"] == "ravi"

    def test_never_oneself_staff_or_somebody_switched_off(
        self, asha: Person, person: Callable[..., Person], staff_member: Person
    ) -> None:
        asgar = person("asgar")
        person("asadmin", admin=True)
        assert [one["username"] for one in asha.get("/users/search", q="as").json()] == ["asgar"]

        staff_member.put(f"/admin/users/{asgar.id}", is_active=False)

        assert asha.get("/users/search", q="as").json() == []

    def test_at_most_ten(self, asha: Person, person: Callable[..., Person]) -> None:
        for number in range(12):
            person(f"ravi{number:02}")

        assert len(asha.get("/users/search", q="ravi").json()) == 10

    @pytest.mark.parametrize("text", ["%%", "__", "\\%", "'; DROP TABLE users; --", "ra%"])
    def test_signs_of_the_database_mean_nothing(self, asha: Person, person: Callable[..., Person], text: str) -> None:
        person("ravi")

        answer = asha.get("/users/search", q=text)

        assert (answer.status_code, answer.json()) == (200, [])

    @pytest.mark.parametrize("text", ["", "r", "x" * 61, "ra\x00"])
    def test_what_cannot_be_looked_for(self, asha: Person, text: str) -> None:
        assert asha.get("/users/search", q=text).status_code == 422
