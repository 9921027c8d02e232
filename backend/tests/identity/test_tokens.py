from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from app.core import clock
from app.identity import tokens
from app.identity.errors import TokenExpired, TokenInvalid
from tests.conftest import JWT_SECRET, point_at

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(monkeypatch, "postgresql://nobody@/none")
    tokens.forget_verified()


def _issue() -> str:
    return tokens.issue(
        user_id=12, role="customer", permissions=["accounts:read"], session_id=34, auth_time=NOON - timedelta(hours=1)
    )


def _payload(**changed: Any) -> dict[str, Any]:
    with clock.at(NOON):
        payload: dict[str, Any] = jwt.decode(_issue(), options={"verify_signature": False})
    return {name: value for name, value in (payload | changed).items() if value is not None}


def _signed(payload: dict[str, Any], *, key: str = JWT_SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, key, algorithm)


class TestIssue:
    """S22-S24: the token carries user id, role, permissions, time of authentication and expiry."""

    def test_claims(self) -> None:
        payload = _payload()

        assert payload["user_id"] == 12
        assert payload["role"] == "customer"
        assert payload["permissions"] == ["accounts:read"]
        assert payload["session"] == 34
        assert payload["auth_time"] == int(NOON.timestamp()) - 3600
        assert payload["exp"] == int(NOON.timestamp()) + 900
        assert (payload["iss"], payload["aud"], payload["typ"]) == ("nyord", "nyord-api", "access")

    def test_no_two_tokens_have_one_id(self) -> None:
        with clock.at(NOON):
            assert _issue() != _issue()


class TestVerified:
    """S23: only what the bank signed, with the bank's algorithm, for this purpose, at this time."""

    def test_good_until_its_last_second(self) -> None:
        with clock.at(NOON):
            token = _issue()
            claims = tokens.verified(token)
        assert (claims.user_id, claims.session_id, claims.role, claims.permissions) == (
            12,
            34,
            "customer",
            ("accounts:read",),
        )
        with clock.at(NOON + timedelta(seconds=899)):
            assert tokens.verified(token) == claims

    def test_remembered_tokens_expire_too(self) -> None:
        with clock.at(NOON):
            token = _issue()
            tokens.verified(token)
        with clock.at(NOON + timedelta(seconds=900)), pytest.raises(TokenExpired):
            tokens.verified(token)

    def test_not_before_its_time(self) -> None:
        with clock.at(NOON):
            token = _issue()
        with clock.at(NOON - timedelta(seconds=60)), pytest.raises(TokenInvalid):
            tokens.verified(token)

    def test_another_gateways_clock_may_be_a_little_ahead(self) -> None:
        with clock.at(NOON):
            token = _issue()
        with clock.at(NOON - timedelta(seconds=2)):
            assert tokens.verified(token).user_id == 12

    @pytest.mark.parametrize(
        "changed",
        [
            {"iss": "another-bank"},
            {"aud": "another-api"},
            {"typ": "refresh"},
            {"typ": None},
            {"exp": None},
            {"jti": None},
            {"session": None},
            {"role": None},
        ],
    )
    def test_every_claim_is_checked(self, changed: dict[str, Any]) -> None:
        with clock.at(NOON), pytest.raises(TokenInvalid):
            tokens.verified(_signed(_payload(**changed)))

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    def test_the_header_does_not_choose_the_algorithm(self, algorithm: str) -> None:
        with clock.at(NOON), pytest.raises(TokenInvalid):
            tokens.verified(_signed(_payload(), algorithm=algorithm))

    def test_unsigned(self) -> None:
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
        body = base64.urlsafe_b64encode(json.dumps(_payload()).encode()).decode().rstrip("=")

        with clock.at(NOON), pytest.raises(TokenInvalid):
            tokens.verified(f"{header}.{body}.")

    def test_somebody_elses_signature(self) -> None:
        with clock.at(NOON), pytest.raises(TokenInvalid):
            tokens.verified(_signed(_payload(), key="another secret that is long enough too"))

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 20, "a" * 5000])
    def test_not_a_token_at_all(self, token: str) -> None:
        with pytest.raises(TokenInvalid):
            tokens.verified(token)

    def test_a_refused_token_is_not_remembered(self) -> None:
        with pytest.raises(TokenInvalid):
            tokens.verified("a.b.c")

        assert tokens._remembered == {}

    def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tokens, "REMEMBERED_MAX", 3)
        with clock.at(NOON):
            for _ in range(10):
                tokens.verified(_issue())

        assert len(tokens._remembered) <= 3


class TestRefreshTokens:
    """C21: refresh tokens are opaque, and what is stored of them is of no use to a thief."""

    def test_first_tokens_are_random(self) -> None:
        assert len({tokens.new_refresh_token() for _ in range(100)}) == 100
        assert len(tokens.new_refresh_token()) >= 43

    def test_the_successor_is_always_the_same_and_never_the_token(self) -> None:
        first = tokens.new_refresh_token()

        assert tokens.successor_of(first) == tokens.successor_of(first) != first

    def test_without_the_secret_nobody_finds_the_successor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = tokens.new_refresh_token()
        ours = tokens.successor_of(first)
        point_at(monkeypatch, "postgresql://nobody@/none", jwt_secret="another secret that is long enough too")

        assert tokens.successor_of(first) != ours
