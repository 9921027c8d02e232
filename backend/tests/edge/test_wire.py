from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.core.money import AMOUNT_MINOR_MAX
from app.edge.exact import ExactRoute, exact_json
from app.edge.wire import AmountMinor, AmountOut, RowId, Strict


class Order(Strict):
    amount: AmountMinor
    account: RowId = 1
    note: str = ""


class Change(Strict):
    name: str | None = None


class Receipt(BaseModel):
    amount: AmountOut
    minor: int


@pytest.fixture
def amounts(app: FastAPI, api: TestClient) -> TestClient:
    """A route that takes an amount and answers it, in both ways."""
    router = APIRouter(prefix="/shop", route_class=ExactRoute)

    @router.post("/orders")
    def order(body: Order) -> Receipt:
        return Receipt(amount=body.amount, minor=body.amount)

    app.include_router(router)
    return api


def _post(api: TestClient, text: str | bytes) -> Any:
    return api.post("/shop/orders", content=text, headers={"content-type": "application/json"})


class TestAmountMinor:
    """C22: amounts are JSON numbers on the wire, parsed from their text, and minor units inside."""

    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("150.00", 150_00),
            ("150", 150_00),
            ("150.1", 150_10),
            ("0.01", 1),
            ("1e2", 100_00),
            ("1.5E1", 15_00),
            ("1.500", 1_50),
            ("0.07", 7),
            ("0.29", 29),
            ("1000000000000.00", AMOUNT_MINOR_MAX),
            ("999999999999.99", AMOUNT_MINOR_MAX - 1),
        ],
    )
    def test_accepted_to_the_paisa(self, amounts: TestClient, text: str, minor: int) -> None:
        answer = _post(amounts, f'{{"amount": {text}}}')

        assert answer.status_code == 200
        assert answer.json()["minor"] == minor

    @pytest.mark.parametrize(
        "text",
        [
            "0.001",
            "150.005",
            "1e400",
            "1e-400",
            "1e99",
            "NaN",
            "Infinity",
            "-Infinity",
            '"150"',
            '"150.00"',
            "true",
            "false",
            "null",
            "0",
            "0.00",
            "-0",
            "-1",
            "-0.01",
            "[150]",
            '{"minor": 150}',
            "1000000000000.01",
            "9" * 30,
            "9" * 900,
            "0." + "0" * 900 + "1",
            "",
            "1,5",
            "+1",
            "01",
            ".5",
            "1.",
            "0x10",
            "1_000",
            "١٢",
        ],
    )
    def test_refused(self, amounts: TestClient, text: str) -> None:
        answer = _post(amounts, f'{{"amount": {text}}}')

        assert answer.status_code == 422
        assert set(answer.json()) == {"detail", "code", "data"}

    @given(st.integers(1, AMOUNT_MINOR_MAX))
    def test_what_is_said_is_what_is_heard(self, minor: int) -> None:
        said = Receipt(amount=minor, minor=minor).model_dump_json()

        heard = Order(amount=exact_json(said.encode())["amount"])

        assert heard.amount == minor

    @given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("1e12"), places=2))
    def test_every_amount_with_two_decimals_is_exact(self, amount: Decimal) -> None:
        heard = Order(amount=exact_json(f'{{"amount": {amount}}}'.encode())["amount"])

        assert heard.amount == int(amount * 100)

    def test_a_router_that_forgets_the_exact_route_fails_closed(self, app: FastAPI, api: TestClient) -> None:
        @app.post("/forgetful")
        def forgetful(body: Order) -> int:
            return body.amount

        assert api.post("/forgetful", json={"amount": 150.10}).status_code == 422

    def test_the_openapi_document_says_number(self, app: FastAPI, amounts: TestClient) -> None:
        schemas = app.openapi()["components"]["schemas"]

        assert schemas["Order"]["properties"]["amount"]["type"] == "number"
        assert schemas["Receipt"]["properties"]["amount"]["type"] == "number"


class TestStrict:
    """S29: the gateway validates its input: unknown fields and other types are refused, nothing is converted."""

    @pytest.mark.parametrize(
        "extra",
        [
            {"unknown": 1},
            {"account": "1"},
            {"account": 1.0},
            {"account": True},
            {"account": 0},
            {"account": 2**53},
            {"note": 5},
            {"note": None},
        ],
    )
    def test_refused(self, amounts: TestClient, extra: dict[str, Any]) -> None:
        answer = amounts.post("/shop/orders", json={"amount": 1} | extra)

        assert answer.status_code == 422
        assert answer.json()["data"]["errors"][0]["field"] == next(iter(extra))

    def test_the_answer_does_not_repeat_what_was_sent(self, amounts: TestClient) -> None:
        answer = amounts.post("/shop/orders", json={"amount": "4111111111111111", "note": ["hunter2-secret"]})

        assert answer.status_code == 422
        assert "4111" not in answer.text
        assert "hunter2" not in answer.text

    @pytest.mark.parametrize("body", ["1.5", "-3.4e38", "1", "[]", "null", "true", '"{}"'])
    def test_a_body_that_is_no_object_is_refused_even_if_every_field_may_be_left_out(
        self, app: FastAPI, api: TestClient, body: str
    ) -> None:
        router = APIRouter(route_class=ExactRoute)

        @router.post("/change")
        def change(body: Change) -> Change:
            return body

        app.include_router(router)
        answer = api.post("/change", content=body, headers={"content-type": "application/json"})

        assert answer.status_code == 422


class TestExactJson:
    """S29: JSON that two readers could understand differently, or that PostgreSQL can't keep, is refused."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b'{"amount": 1, "amount": 2}',
            b'{"a": {"b": 1, "b": 1}}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"note": "\\u0000"}',
            b'{"\\u0000": 1}',
            b'{"note": ["\\ud800"]}',
            b'{"note": "\\udc00x"}',
            b'{"note": "\x00"}',
            b"1" * 10_000,
            b"NaN",
            b"{} {}",
        ],
    )
    def test_refused(self, body: bytes) -> None:
        with pytest.raises(json.JSONDecodeError):
            exact_json(body)

    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b"{}", {}),
            (b'{"note": "\\ud83d\\ude00 \\u20b9"}', {"note": "😀 ₹"}),
            (b'{"note": "\\\\u0000"}', {"note": "\\u0000"}),
            (b'[1, 2.50, null, true, "x"]', [1, Decimal("2.50"), None, True, "x"]),
        ],
    )
    def test_accepted(self, body: bytes, value: Any) -> None:
        assert exact_json(body) == value

    @given(st.recursive(st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(), st.lists, max_leaves=20))
    def test_agrees_with_the_standard_reader(self, value: Any) -> None:
        text = json.dumps(value)
        try:
            assert exact_json(text.encode()) == value
        except json.JSONDecodeError:
            assert "\\u0000" in text or "\\ud" in text

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_only_json_is_read(self, amounts: TestClient, content_type: str) -> None:
        answer = amounts.post("/shop/orders", content=b'{"amount": 1}', headers={"content-type": content_type})

        assert answer.status_code == 422


class TestEveryRoute:
    """S29: the whole API reads its bodies exactly and strictly; a new route that doesn't is found here."""

    def test_bodies_are_exact_and_strict(self, gateway: FastAPI) -> None:
        from app.main import ROUTERS  # importing it makes an app, which needs the settings of `gateway`

        routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
        taking_bodies = [route for route in routes if route.body_field is not None]

        assert len(taking_bodies) > 10
        for route in taking_bodies:
            assert isinstance(route, ExactRoute), route.path
            assert route.body_field is not None
            model = route.body_field.field_info.annotation
            assert isinstance(model, type), route.path
            assert issubclass(model, Strict), route.path
