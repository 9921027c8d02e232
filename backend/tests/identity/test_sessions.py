from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import Session

from app import config
from app.core import clock
from app.database import unit_of_work
from app.identity import sessions, tokens
from app.identity.errors import SessionEnded
from app.identity.models import RefreshToken, User, UserSession
from tests.waiting import wait_for_a_waiter

from .conftest import HERE, PASSWORD, Person, events

COOKIE = "nyord_refresh"


def _login(api: TestClient) -> tuple[str, str]:
    """Sign asha in; return the access token and the refresh token."""
    answer = api.post("/auth/login", json={"username": "asha", "password": PASSWORD})
    api.cookies.clear()
    return answer.json()["access_token"], answer.cookies[COOKIE]


def _refresh(api: TestClient, token: str) -> tuple[int, str]:
    """Refresh with this token; return the status and the next refresh token (empty if refused)."""
    answer = api.post("/auth/refresh", headers={"Cookie": f"{COOKIE}={token}"})
    api.cookies.clear()
    return answer.status_code, answer.cookies.get(COOKIE, "")


def _me(api: TestClient, token: str) -> int:
    return api.get("/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code


class TestRefresh:
    """C21: an HttpOnly refresh token that is used once; its reuse ends the family."""

    def test_without_a_cookie_is_401(self, asha: Person) -> None:
        assert asha.api.post("/auth/refresh").status_code == 401

    @pytest.mark.parametrize("token", ["unknown", "x" * 43])
    def test_an_unknown_token_is_401(self, asha: Person, token: str) -> None:
        assert _refresh(asha.api, token) == (401, "")

    def test_gives_a_new_pair_for_the_same_session(self, asha: Person) -> None:
        access, refresh = _login(asha.api)

        answer = asha.api.post("/auth/refresh", headers={"Cookie": f"{COOKIE}={refresh}"})

        assert answer.status_code == 200
        assert answer.cookies[COOKIE] != refresh
        renewed = answer.json()["access_token"]
        assert tokens.verified(renewed).session_id == tokens.verified(access).session_id
        assert tokens.verified(renewed).auth_time == tokens.verified(access).auth_time
        assert _me(asha.api, renewed) == 200

    def test_a_chain_of_refreshes(self, asha: Person) -> None:
        _, token = _login(asha.api)
        seen = {token}
        for _ in range(5):
            status, token = _refresh(asha.api, token)
            assert status == 200
            seen.add(token)

        assert len(seen) == 6

    def test_two_tabs_within_the_grace_get_the_same_successor(self, asha: Person) -> None:
        _, first = _login(asha.api)
        now = clock.now()
        with clock.at(now):
            one = _refresh(asha.api, first)
        with clock.at(now + timedelta(seconds=20)):
            other = _refresh(asha.api, first)

        assert one == other
        assert one[0] == 200

    def test_two_tabs_at_the_same_instant(self, asha: Person) -> None:
        _, first = _login(asha.api)

        def rotate(_: int) -> str:
            with unit_of_work() as session:
                return sessions.refresh(session, refresh_token=first).refresh_token

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(rotate, range(8)))) == 1

    def test_reuse_after_the_grace_ends_the_session_for_thief_and_owner(self, asha: Person, session: Session) -> None:
        access, first = _login(asha.api)
        now = clock.now()
        with clock.at(now):
            _, second = _refresh(asha.api, first)
            assert _me(asha.api, access) == 200
        with clock.at(now + timedelta(seconds=21)):
            assert _refresh(asha.api, first)[0] == 401
            assert _me(asha.api, access) == 401
            assert _refresh(asha.api, second)[0] == 401

        assert [e["reason"] for e in events(session, "user.session_revoked")] == ["refresh_token_reused"]

    def test_a_clock_that_is_set_back_makes_the_grace_no_longer(self, asha: Person) -> None:
        _, first = _login(asha.api)
        now = clock.now()
        with clock.at(now + timedelta(hours=1)):
            _refresh(asha.api, first)
        with clock.at(now):
            assert _refresh(asha.api, first)[0] == 401

    def test_whoever_is_signed_in_stays_so_when_a_clock_is_set_back(self, asha: Person) -> None:
        now = clock.now()
        with clock.at(now + timedelta(days=1)):
            access, refresh = _login(asha.api)
            assert _me(asha.api, access) == 200
        with clock.at(now):
            assert _me(asha.api, access) == 401, "it isn't valid yet"
            answer = asha.api.post("/auth/refresh", headers={"Cookie": f"{COOKIE}={refresh}"})
            assert _me(asha.api, answer.json()["access_token"]) == 200

    def test_a_new_jwt_secret_signs_nobody_out(self, asha: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        access, first = _login(asha.api)
        _, second = _refresh(asha.api, first)
        monkeypatch.setenv("JWT_SECRET", "another secret, which is long enough, too")
        config.get_settings.cache_clear()
        tokens.forget_verified()
        assert _me(asha.api, access) == 401
        answer = asha.api.post("/auth/refresh", headers={"Cookie": f"{COOKIE}={second}"})
        assert _me(asha.api, answer.json()["access_token"]) == 200
        asha.api.cookies.clear()
        assert _refresh(asha.api, answer.cookies[COOKIE])[0] == 200

    def test_the_owners_other_sessions_live_on(self, asha: Person) -> None:
        _, first = _login(asha.api)
        now = clock.now()
        with clock.at(now):
            _refresh(asha.api, first)
        with clock.at(now + timedelta(minutes=5)):
            _refresh(asha.api, first)
            assert _me(asha.api, asha.token) == 200

    def test_ends_with_the_session_however_often_it_is_refreshed(self, asha: Person) -> None:
        now = clock.now()
        with clock.at(now):
            _, token = _login(asha.api)
        with clock.at(now + timedelta(days=29)):
            status, token = _refresh(asha.api, token)
            assert status == 200
        with clock.at(now + timedelta(days=30)):
            assert _refresh(asha.api, token)[0] == 401

    def test_a_refresh_token_is_no_access_token(self, asha: Person) -> None:
        _, refresh = _login(asha.api)

        assert _me(asha.api, refresh) == 401

    def test_nothing_stored_can_be_used_to_sign_in(self, asha: Person, session: Session) -> None:
        _, first = _login(asha.api)
        _, second = _refresh(asha.api, first)

        stored = session.scalars(select(RefreshToken.token_hash)).all()
        assert tokens.hash_of(first) in stored
        assert tokens.hash_of(second) in stored
        assert not any(token.encode() in row for token in (first, second) for row in stored)


class TestForeignPages:
    """S21, C21: a page of another port or subdomain is of the same site, and brings the cookie; it may not use it."""

    @pytest.mark.parametrize(
        "origin", ["http://testserver:8239", "http://evil.testserver", "https://evil.example", "null", "", "http://["]
    )
    @pytest.mark.parametrize("way", ["refresh", "logout"])
    def test_may_not(self, asha: Person, origin: str, way: str) -> None:
        access, refresh = _login(asha.api)
        headers = {"Cookie": f"{COOKIE}={refresh}", "Authorization": f"Bearer {access}", "Origin": origin}

        answer = asha.api.post(f"/auth/{way}", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (
            answer.json()["detail"] == "This page isn't one of the bank's. Open the bank's own page and sign in there."
        )
        assert "set-cookie" not in answer.headers
        assert _me(asha.api, access) == 200
        with clock.at(clock.now() + timedelta(minutes=5)):
            assert _refresh(asha.api, refresh)[0] == 200, "nothing was used up"

    @pytest.mark.parametrize("origin", ["http://testserver", "https://testserver", "http://localhost:3000"])
    def test_ours_and_the_front_end_s_may(self, asha: Person, origin: str) -> None:
        access, refresh = _login(asha.api)
        headers = {"Cookie": f"{COOKIE}={refresh}", "Authorization": f"Bearer {access}", "Origin": origin}

        assert asha.api.post("/auth/refresh", headers=headers).status_code == 200
        assert asha.api.post("/auth/logout", headers=headers).status_code == 204


class TestLogout:
    """S141: after logout neither the access token nor the refresh token works."""

    def test_anonymous_is_401(self, api: TestClient) -> None:
        assert api.post("/auth/logout").status_code == 401

    def test_ends_this_session_and_no_other(self, asha: Person, session: Session) -> None:
        access, refresh = _login(asha.api)

        answer = asha.api.post("/auth/logout", headers={"Authorization": f"Bearer {access}"})

        assert answer.status_code == 204
        assert 'nyord_refresh=""' in answer.headers["set-cookie"]
        assert _me(asha.api, access) == 401
        assert _refresh(asha.api, refresh)[0] == 401
        assert _me(asha.api, asha.token) == 200
        assert [e["reason"] for e in events(session, "user.session_revoked")] == ["logout"]


class TestEndsOnce:
    """S26, S163: whoever ends a session second finds it ended, and the trail has one end with the first reason."""

    def test_signed_out_while_staff_switch_the_user_off(self, asha: Person, session: Session) -> None:
        with ThreadPoolExecutor(1) as second:
            with unit_of_work() as first:
                sessions.end_all(first, user_id=asha.id, reason="user_switched_off", actor_id=None)
                late = second.submit(asha.post, "/auth/logout")
                wait_for_a_waiter()
            assert late.result().status_code == 204

        ended = session.get_one(UserSession, asha.session_id)
        assert ended.revoked_reason == "user_switched_off"
        assert [e["reason"] for e in events(session, "user.session_revoked")] == ["user_switched_off"]


class TestSessions:
    """S26: the token is stateless, and its session can still be ended at any moment."""

    def test_anonymous_is_401(self, api: TestClient) -> None:
        assert api.get("/auth/sessions").status_code == 401
        assert api.delete("/auth/sessions/1").status_code == 401

    def test_shows_ones_own_newest_first(self, asha: Person, person: Callable[..., Person]) -> None:
        person("ravi")
        _login(asha.api)

        shown = asha.get("/auth/sessions").json()

        assert [one["current"] for one in shown] == [False, True]
        assert shown[1]["id"] == asha.session_id
        assert (shown[1]["ip"], shown[1]["user_agent"]) == ("203.0.113.7", "pytest")

    def test_the_owner_ends_one_on_another_device(self, asha: Person) -> None:
        access, refresh = _login(asha.api)
        session_id = tokens.verified(access).session_id

        assert asha.delete(f"/auth/sessions/{session_id}").status_code == 204
        assert _me(asha.api, access) == 401
        assert _refresh(asha.api, refresh)[0] == 401
        assert asha.delete(f"/auth/sessions/{session_id}").status_code == 404, "ended already"

    def test_a_stranger_cannot_tell_whether_it_exists(self, asha: Person, person: Callable[..., Person]) -> None:
        ravi = person("ravi")

        other = asha.delete(f"/auth/sessions/{ravi.session_id}")
        none = asha.delete("/auth/sessions/999999")

        assert (other.status_code, other.text) == (none.status_code, none.text)
        assert other.status_code == 404
        assert ravi.get("/auth/me").status_code == 200

    @pytest.mark.parametrize("session_id", ["0", "-1", "9007199254740992", "x", "1%00"])
    def test_not_an_id(self, asha: Person, session_id: str) -> None:
        assert asha.delete(f"/auth/sessions/{session_id}").status_code == 422

    def test_one_is_found_and_locked_at_once(self, asha: Person, database: str) -> None:
        other = tokens.verified(_login(asha.api)[0]).session_id
        statements: list[str] = []

        def hear(*seen: object) -> None:
            statements.append(str(seen[2]))

        with unit_of_work() as session:
            listen(session.get_bind(), "before_cursor_execute", hear)
            try:
                sessions.end(session, user_id=asha.id, session_id=other, reason="signed_out")
            finally:
                remove(session.get_bind(), "before_cursor_execute", hear)

        [looked] = [one for one in statements if one.startswith("SELECT") and "FROM sessions" in one]
        assert looked.endswith("FOR UPDATE")

    def test_the_oldest_ends_when_there_are_too_many(self, asha: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sessions, "SESSIONS_PER_USER_MAX", 3)
        opened = [_login(asha.api)[0] for _ in range(3)]

        assert asha.get("/auth/me").status_code == 401, "the fixture's session is the oldest of four"
        assert [_me(asha.api, token) for token in opened] == [200, 200, 200]


class TestForgetOld:
    """C21: what can't be used any more is deleted, what still can is kept."""

    def test_only_tokens_of_sessions_that_ended_long_ago(self, asha: Person, session: Session) -> None:
        ended_long_ago = clock.now() - timedelta(days=200)
        with clock.at(ended_long_ago), unit_of_work() as writing:
            old = sessions.open_session(writing, user=writing.get_one(User, asha.id), device=HERE)

        with unit_of_work() as writing:
            assert sessions.forget_old(writing) == 1

        assert session.get(RefreshToken, tokens.hash_of(old.refresh_token)) is None
        assert session.get(UserSession, old.session.id) is not None
        assert len(session.scalars(select(RefreshToken)).all()) == 1
        with pytest.raises(SessionEnded), unit_of_work() as writing:
            sessions.refresh(writing, refresh_token=old.refresh_token)
