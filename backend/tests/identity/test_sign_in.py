from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.core import clock
from app.identity import passwords

from .conftest import PASSWORD, Person, events

pytestmark = pytest.mark.usefixtures("real_passwords")

ALICE = {"username": "alice", "email": "alice@example.com", "password": "secret-password"}


class TestRegister:
    """S41: register answers a token and the user; S33: the user starts as a customer without KYC."""

    def test_the_specified_example_works(self, api: TestClient) -> None:
        answer = api.post("/auth/register", json=ALICE)

        assert answer.status_code == 201
        body = answer.json()
        assert body["token_type"] == "bearer"
        assert body["expires_in"] == 900
        assert body["user"]["username"] == "alice"
        assert body["user"]["role"] == "customer"
        assert body["user"]["kyc_approved"] is False
        me = api.get("/auth/me", headers={"Authorization": f"Bearer {body['access_token']}"})
        assert me.json()["id"] == body["user"]["id"]

    def test_no_answer_holds_the_password_or_its_hash(self, api: TestClient) -> None:
        answer = api.post("/auth/register", json=ALICE)

        assert "secret-password" not in answer.text
        assert "argon2" not in answer.text

    @pytest.mark.parametrize("field", ["role", "kyc_approved", "is_active", "id", "hashed_password", "permissions"])
    def test_nobody_chooses_what_the_bank_decides(self, api: TestClient, field: str) -> None:
        answer = api.post("/auth/register", json=ALICE | {field: "admin"})

        assert answer.status_code == 422
        assert answer.json()["data"]["errors"][0]["field"] == field
        assert api.post("/auth/register", json=ALICE).status_code == 201, "the refused request made a user"

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"email": "other@example.com", "username": "ALICE"}, "username_taken"),
            ({"username": "other", "email": "Alice@Example.com"}, "email_taken"),
        ],
    )
    def test_a_name_is_taken_whatever_the_capitals(self, api: TestClient, changed: dict[str, str], code: str) -> None:
        api.post("/auth/register", json=ALICE)

        answer = api.post("/auth/register", json=ALICE | changed)

        assert answer.status_code == 409
        assert answer.json()["code"] == code

    @pytest.mark.parametrize(
        "changed",
        [
            {"username": "al"},
            {"username": "a" * 33},
            {"username": "alice@example.com"},
            {"username": "al ice"},
            {"email": "alice"},
            {"email": "a@b"},
            {"email": "a b@example.com"},
            {"email": "a" * 250 + "@example.com"},
            {"password": "short"},
            {"password": "x" * 129},
            {"password": 123456789012},
            {"full_name": "x" * 61},
            {"full_name": "two\nlines"},
            {"full_name": "\u200b"},
            {"full_name": "\u202eatheM nahoR"},
            {"full_name": "12 — 34"},
            {"username": None},
        ],
    )
    def test_what_cannot_be_accepted(self, api: TestClient, changed: dict[str, object]) -> None:
        answer = api.post("/auth/register", json=ALICE | changed)

        assert answer.status_code == 422
        assert set(answer.json()) == {"detail", "code", "data"}

    def test_a_nul_character_is_refused_and_not_a_500(self, api: TestClient) -> None:
        body = (
            '{"username": "alice", "email": "a@example.com", "password": "secret-password", "full_name": "a\\u0000b"}'
        )
        answer = api.post("/auth/register", content=body, headers={"content-type": "application/json"})

        assert answer.status_code == 422

    @pytest.mark.parametrize(
        "password",
        [
            "password1234",
            "P@ssw0rd2024",
            "qwertyuiop12",
            "123456789012",
            "abcdefghijklm",
            "aaaaaaaaaaaa",
            "passwordpassword",
            "jaishreeram1",
            "alice@example.com",
            "alicealicealice",
            "alice1234567",
        ],
    )
    def test_a_password_that_anybody_would_try_is_refused(self, api: TestClient, password: str) -> None:
        answer = api.post("/auth/register", json=ALICE | {"password": password})

        assert answer.status_code == 422
        assert answer.json()["code"] == "weak_password"
        assert password not in answer.text

    @pytest.mark.parametrize(
        "password", ["correct horse battery", "मेरा पासवर्ड बहुत लंबा", "x9!kQ2#vLm7p", "  spaces  count  "]
    )
    def test_a_good_password_needs_no_composition(self, api: TestClient, password: str) -> None:
        assert api.post("/auth/register", json=ALICE | {"password": password}).status_code == 201
        assert api.post("/auth/login", json={"username": "alice", "password": password}).status_code == 200

    def test_two_at_once_make_one_user(self, api: TestClient) -> None:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: api.post("/auth/register", json=ALICE).status_code, range(4)))

        assert sorted(answers) == [201, 409, 409, 409]

    def test_user_and_events_are_one_commit(self, api: TestClient, session: Session) -> None:
        answer = api.post("/auth/register", json=ALICE)
        api.post("/auth/register", json=ALICE)  # refused: records nothing

        user_id = answer.json()["user"]["id"]
        assert [(e["user_id"], e["role"]) for e in events(session, "user.registered")] == [(user_id, "customer")]
        assert [e["user_id"] for e in events(session, "user.logged_in")] == [user_id]


class TestLogin:
    """S42, S141: login with a username or an e-mail address (C8); S24: the token says who, which role, when."""

    @pytest.mark.parametrize(
        "who",
        [
            {"username": "asha"},
            {"username": "ASHA"},
            {"email": "asha@example.com"},
            {"email": "Asha@Example.COM"},
            {"identifier": "asha"},
            {"identifier": "asha@example.com"},
            {"username": "asha@example.com"},
            {"username": "  asha "},
        ],
    )
    def test_by_either_name(self, asha: Person, who: dict[str, str]) -> None:
        answer = asha.api.post("/auth/login", json=who | {"password": PASSWORD})

        assert answer.status_code == 200
        assert answer.json()["user"]["id"] == asha.id

    @pytest.mark.parametrize("email", ["İnan@example.com", "ΟΔΟΣ@example.com", "ÖZ@example.com"])
    def test_by_the_address_that_one_signed_up_with(self, api: TestClient, email: str) -> None:
        api.post("/auth/register", json=ALICE | {"email": email})

        assert api.post("/auth/login", json={"email": email, "password": ALICE["password"]}).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            {"password": PASSWORD},
            {"username": "asha"},
            {"username": "asha", "email": "asha@example.com", "password": PASSWORD},
            {"username": "", "password": PASSWORD},
            {"username": "asha", "password": PASSWORD, "role": "admin"},
            {"username": ["asha"], "password": PASSWORD},
        ],
    )
    def test_what_cannot_be_accepted(self, asha: Person, body: dict[str, object]) -> None:
        answer = asha.api.post("/auth/login", json=body)

        assert answer.status_code == 422
        assert PASSWORD not in answer.text

    def test_the_refresh_token_is_out_of_reach_of_scripts(self, asha: Person) -> None:
        answer = asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD})

        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("nyord_refresh=")
        for attribute in ("httponly", "samesite=strict", "path=/auth", "expires="):
            assert attribute in cookie
        assert answer.cookies["nyord_refresh"] not in answer.text

    def test_a_right_password_is_an_event(self, asha: Person, session: Session) -> None:
        asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}, headers={"User-Agent": "a phone"})

        event = events(session, "user.logged_in")[-1]
        assert (event["user_id"], event["user_agent"]) == (asha.id, "a phone")


class TestStrangers:
    """S42: a stranger learns nothing from a refused sign-in."""

    def test_unknown_and_wrong_and_locked_get_the_same_answer(self, asha: Person) -> None:
        def try_(username: str) -> tuple[int, str]:
            answer = asha.api.post("/auth/login", json={"username": username, "password": "not the password"})
            return answer.status_code, answer.text

        wrong = try_("asha")
        unknown = try_("nobody")
        for _ in range(10):
            locked = try_("asha")

        assert wrong == unknown == locked
        assert wrong[0] == 401
        assert "wrong_credentials" in wrong[1]

    def test_an_unknown_user_costs_a_comparison_too(self, api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[str] = []
        verify = passwords._hashers.verify

        def spy(given: str, against: str) -> bool:
            compared.append(against)
            return verify(given, against)

        monkeypatch.setattr(passwords._hashers, "verify", spy)
        api.post("/auth/login", json={"username": "nobody", "password": "not the password"})

        assert [hashed[:31] for hashed in compared] == ["$argon2id$v=19$m=19456,t=2,p=1$"]


class TestClockSetBack:
    """S42: a lock-out is as long as it should be, whatever clock it was made by."""

    def _lock_out(self, asha: Person, at: datetime) -> None:
        with clock.at(at):
            for _ in range(10):
                asha.api.post("/auth/login", json={"username": "asha", "password": "not the password"})

    def _signs_in(self, asha: Person, at: datetime) -> bool:
        with clock.at(at):
            answer = asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD})
        return answer.status_code == 200

    def test_by_a_day_it_is_over(self, asha: Person) -> None:
        now = clock.now()
        self._lock_out(asha, now + timedelta(days=1))
        assert self._signs_in(asha, now)

    def test_nobody_is_told_to_wait_for_a_day(self, asha: Person) -> None:
        now = clock.now()
        self._lock_out(asha, now + timedelta(days=1))
        with clock.at(now):
            answer = asha.post(
                "/auth/change-password", current_password="not the password", new_password="quiet rivers 2026"
            )
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")

    def test_by_a_little_or_by_the_clock_of_another_gateway_it_holds(self, asha: Person) -> None:
        now = clock.now()
        self._lock_out(asha, now + timedelta(seconds=5))
        assert not self._signs_in(asha, now)
