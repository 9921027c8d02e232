from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import bcrypt
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock
from app.database import unit_of_work
from app.identity import passwords
from app.identity.errors import WeakPassword
from app.identity.models import User, UserSession

from .conftest import PASSWORD, Person, events

pytestmark = pytest.mark.usefixtures("real_passwords")


class TestHashes:
    """S20: passwords are hashed (Argon2id now; bcrypt hashes of before are still accepted)."""

    def test_argon2id_with_the_recommended_cost(self) -> None:
        hashed = passwords.hash_password(PASSWORD)

        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert passwords.matches(PASSWORD, hashed) == (True, None)
        assert passwords.matches(PASSWORD + " ", hashed) == (False, None)

    def test_a_bcrypt_hash_is_accepted_and_renewed(self) -> None:
        old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()

        right, renewed = passwords.matches(PASSWORD, old)

        assert right
        assert renewed is not None
        assert passwords.matches(PASSWORD, renewed) == (True, None)
        assert passwords.matches("not the password", old) == (False, None)

    def test_bcrypt_never_looked_beyond_72_bytes(self) -> None:
        long = "₹" * 40  # 120 bytes
        old = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()

        right, renewed = passwords.matches(long, old)

        assert right
        assert renewed is not None
        assert passwords.matches(long, renewed)[0]
        assert not passwords.matches(long[:24], renewed)[0], "the new hash must cover the whole password"

    @pytest.mark.parametrize(
        "hashed", [None, "", "!", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"]
    )
    def test_without_a_hash_that_we_know_no_password_is_right(self, hashed: str | None) -> None:
        assert passwords.matches("the password of somebody who doesn't exist", hashed) == (False, None)

    def test_login_renews_the_hash(self, asha: Person, session: Session) -> None:
        with unit_of_work() as writing:
            old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
            writing.get_one(User, asha.id).hashed_password = old

        assert asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}).status_code == 200
        assert session.get_one(User, asha.id).hashed_password.startswith("$argon2id$")
        assert asha.api.post("/auth/login", json={"username": "asha", "password": PASSWORD}).status_code == 200


class TestCheckStrength:
    """S29: length and a look at what everybody tries first; no rules of composition."""

    @settings(max_examples=200, deadline=None)
    @given(st.text(max_size=200))
    def test_answers_or_refuses_whatever_it_is(self, password: str) -> None:
        try:
            passwords.check_strength(password, username="alice", email="alice@example.com")
        except WeakPassword:
            return
        assert 12 <= len(password) <= 128

    @pytest.mark.parametrize("word", ["password", "cricket", "letmein", "welcome"])
    @pytest.mark.parametrize("pattern", ["{0}123456789", "2026{0}!!!!!!", "{0}{0}", "{0}{0}{0}"])
    def test_common_words_with_decoration(self, word: str, pattern: str) -> None:
        with pytest.raises(WeakPassword):
            passwords.check_strength(pattern.format(word), username="alice", email="alice@example.com")

    def test_a_short_username_does_not_spoil_every_password(self) -> None:
        passwords.check_strength("correct horse battery", username="e", email="e@r.in")


class TestLockOut:
    """S42: ten wrong tries lock a user out for thirty minutes, even from the right password."""

    def _try(self, api: TestClient, password: str) -> int:
        return api.post("/auth/login", json={"username": "asha", "password": password}).status_code

    def test_ten_tries_then_even_the_right_password_waits(self, asha: Person, session: Session) -> None:
        now = clock.now()
        with clock.at(now):
            assert [self._try(asha.api, "not the password") for _ in range(10)] == [401] * 10
            assert self._try(asha.api, PASSWORD) == 401
        with clock.at(now + timedelta(minutes=29, seconds=59)):
            assert self._try(asha.api, PASSWORD) == 401
        with clock.at(now + timedelta(minutes=30)):
            assert self._try(asha.api, PASSWORD) == 200

        reasons = [event["reason"] for event in events(session, "user.login_failed")]
        assert reasons == ["wrong_password"] * 10 + ["locked_out"] * 2

    def test_nine_tries_and_the_right_password_begin_again(self, asha: Person) -> None:
        for _ in range(2):
            assert [self._try(asha.api, "not the password") for _ in range(9)] == [401] * 9
            assert self._try(asha.api, PASSWORD) == 200

    def test_after_the_pause_there_are_ten_new_tries(self, asha: Person) -> None:
        now = clock.now()
        with clock.at(now):
            for _ in range(10):
                self._try(asha.api, "not the password")
        with clock.at(now + timedelta(minutes=31)):
            assert self._try(asha.api, "not the password") == 401
            assert self._try(asha.api, PASSWORD) == 200

    def test_tries_in_parallel_are_counted_one_by_one(self, asha: Person, session: Session) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self._try(asha.api, "not the password"), range(14)))

        assert answers == [401] * 14
        user = session.get_one(User, asha.id)
        assert user.failed_logins == 10
        assert user.locked_until is not None

    def test_a_try_does_not_hold_up_what_only_refers_to_the_user(
        self, asha: Person, monkeypatch: pytest.MonkeyPatch, session: Session
    ) -> None:
        """Money that arrives for somebody must not wait for a stranger who guesses at their password."""

        def somebody_opens_an_account_meanwhile(password: str, hashed: str | None) -> tuple[bool, str | None]:
            session.execute(text("SET lock_timeout = '2s'"))
            session.add(UserSession(user_id=asha.id, expires_at=clock.now()))
            session.commit()
            return False, None

        monkeypatch.setattr(passwords, "matches", somebody_opens_an_account_meanwhile)

        assert self._try(asha.api, "not the password") == 401
