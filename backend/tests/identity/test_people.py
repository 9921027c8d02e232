"""Guarantee: strangers learn a name and a username, and whether a username is free, and nothing more."""

from __future__ import annotations

import pytest

from app.database import unit_of_work
from app.edge import limits
from app.identity.models import User
from tests.bank import Bank
from tests.conftest import point_at


class TestAvailable:
    """S90: the form to sign up says at once whether a username is free."""

    def test_free_and_taken_whatever_the_capitals(self, bank: Bank) -> None:
        alice = bank.customer()
        name = alice.get("/auth/me").json()["username"]
        assert bank.api.get("/users/available", params={"username": "nobody.yet"}).json() == {"available": True}
        for spelling in (name, name.upper()):
            assert bank.api.get("/users/available", params={"username": spelling}).json() == {"available": False}

    def test_what_can_be_no_username_is_422(self, bank: Bank) -> None:
        for name in ("", "ab", "a b c", "x" * 33, "<script>"):
            assert bank.api.get("/users/available", params={"username": name}).status_code == 422


class TestLimitOfLookingUp:
    """S27, S154.3: who pays finds whom to pay; who walks through the ids doesn't get a list of the bank's customers."""

    def test_all_ways_to_look_somebody_up_are_counted_together_and_per_person(
        self, bank: Bank, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alice, bob = bank.customer(), bank.customer()
        point_at(monkeypatch, database, rate_limit_enabled="true", rate_limit_people="4/minute")
        limits.forget_all()
        ways = [f"/users/{bob.id}", f"/accounts/user/{bob.id}", "/users/search?q=cu", "/users/987654"]

        assert [bank.api.get(path, headers=alice.headers).status_code for path in ways] == [200, 200, 200, 404]
        for path in ways:
            answer = bank.api.get(path, headers=alice.headers)
            assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert [alice.get(path).status_code for path in ("/auth/me", "/accounts/me")] == [200, 200]
        assert bob.get(f"/users/{alice.id}").status_code == 200


class TestPerson:
    """S61, C20: who one is about to pay."""

    def test_anonymous_is_401(self, bank: Bank) -> None:
        assert bank.api.get(f"/users/{bank.customer().id}").status_code == 401

    def test_a_name_and_a_username(self, bank: Bank) -> None:
        alice, bob = bank.customer(), bank.customer(name="Bob Iyer")
        found = alice.get(f"/users/{bob.id}").json()
        assert found.keys() == {"id", "username", "name"}
        assert found["name"] == "Bob Iyer"

    def test_staff_and_disabled_users_are_nobody(self, bank: Bank) -> None:
        alice, bob, admin = bank.customer(), bank.customer(), bank.admin()
        with unit_of_work() as session:
            session.get_one(User, bob.id).is_active = False
        for user_id in (admin.id, bob.id, 10**9):
            assert alice.get(f"/users/{user_id}").status_code == 404
