from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts import router as accounts
from app.core.errors import Invalid, NotFound, Refused, TooMany, Unavailable
from app.edge import idempotency
from app.edge.exact import ExactRoute
from app.edge.idempotency import IdempotencyRecord, Once, Repeatable
from app.edge.session import Write
from app.edge.wire import AmountMinor
from app.transactions import admin_router as transactions_admin
from app.transactions import router as transactions


class Order(Repeatable):
    amount: AmountMinor
    note: str = ""


class Made(BaseModel):
    id: int


class Shop:
    """A side effect that can be counted, refused and held up."""

    def __init__(self) -> None:
        self.refusal: Exception | None = None
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def sell(self, session: Session) -> Made:
        self.entered.set()
        assert self.open.wait(20)
        number = session.scalar(text("INSERT INTO sales DEFAULT VALUES RETURNING id"))
        if self.refusal is not None:
            raise self.refusal
        assert isinstance(number, int)
        return Made(id=number)


@pytest.fixture
def shop(app: FastAPI, session: Session) -> Iterator[Shop]:
    """Routes that sell something once."""
    session.execute(text("CREATE TABLE sales (id int GENERATED ALWAYS AS IDENTITY)"))
    session.commit()
    made = Shop()
    router = APIRouter(route_class=ExactRoute)

    @router.post("/users/{user_id}/orders", status_code=201, response_model=Made)
    def order(user_id: int, body: Order, session: Write, once: Once) -> Response:
        return once(session, user_id=user_id, body=body, action=lambda: made.sell(session))

    @router.post("/users/{user_id}/returns/{order_id}", status_code=201, response_model=Made)
    def give_back(user_id: int, order_id: int, body: Order, session: Write, once: Once) -> Response:
        return once(session, user_id=user_id, body=body, action=lambda: made.sell(session))

    app.include_router(router)
    yield made
    made.open.set()
    session.rollback()
    session.execute(text("DROP TABLE sales"))
    session.commit()


def _sales(session: Session) -> int:
    session.rollback()
    return session.scalar(text("SELECT count(*) FROM sales")) or 0


ORDER = "/users/1/orders"


class TestOnce:
    """S226: the same request twice has the effect of one, and gets the same answer."""

    def test_without_a_key_each_request_counts(self, api: TestClient, shop: Shop, session: Session) -> None:
        answers = [api.post(ORDER, json={"amount": 5}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert _sales(session) == 2
        assert session.scalars(select(IdempotencyRecord)).all() == []

    @pytest.mark.parametrize("how", ["body", "header"])
    def test_the_same_key_gets_the_first_answer_again(
        self, api: TestClient, shop: Shop, session: Session, how: str
    ) -> None:
        body = {"amount": 5} | ({"idempotency_key": "k-1"} if how == "body" else {})
        headers = {"Idempotency-Key": "k-1"} if how == "header" else {}

        first = api.post(ORDER, json=body, headers=headers)
        again = api.post(ORDER, json=body, headers=headers)

        assert (first.status_code, first.json()) == (201, {"id": 1})
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert ("idempotency-hit" in first.headers, again.headers["idempotency-hit"]) == (False, "true")
        assert _sales(session) == 1

    def test_the_bodys_key_wins_over_the_header(self, api: TestClient, shop: Shop, session: Session) -> None:
        """C10: the specification's own curl sends two that differ, and the header changes every time."""
        for attempt in range(2):
            api.post(
                ORDER,
                json={"amount": 5, "idempotency_key": "req-12345"},
                headers={"Idempotency-Key": f"req-{attempt}"},
            )

        assert _sales(session) == 1

    def test_a_number_written_differently_is_the_same_request(
        self, api: TestClient, shop: Shop, session: Session
    ) -> None:
        for amount in ("5", "5.00", "0.5e1"):
            answer = api.post(
                ORDER,
                content=f'{{"amount": {amount}, "idempotency_key": "k"}}',
                headers={"content-type": "application/json"},
            )
            assert answer.status_code == 201

        assert _sales(session) == 1

    @pytest.mark.parametrize("changed", [{"amount": 6}, {"note": "other"}])
    def test_another_request_with_the_key_is_409(
        self, api: TestClient, shop: Shop, session: Session, changed: dict[str, object]
    ) -> None:
        api.post(ORDER, json={"amount": 5, "idempotency_key": "k"})

        answer = api.post(ORDER, json={"amount": 5, "idempotency_key": "k"} | changed)

        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
        assert _sales(session) == 1

    def test_the_place_is_part_of_the_request(self, api: TestClient, shop: Shop, session: Session) -> None:
        body = {"amount": 5, "idempotency_key": "k"}

        assert api.post("/users/1/returns/7", json=body).status_code == 201
        assert api.post("/users/1/returns/8", json=body).status_code == 409
        assert _sales(session) == 1

    def test_users_and_routes_do_not_share_keys(self, api: TestClient, shop: Shop, session: Session) -> None:
        body = {"amount": 5, "idempotency_key": "k"}

        for path in ("/users/1/orders", "/users/2/orders", "/users/1/returns/7"):
            assert api.post(path, json=body).status_code == 201
        assert _sales(session) == 3

    @pytest.mark.parametrize("key", ["", " ", "two words", "x" * 201, "naïve", 5])
    def test_what_is_no_key(self, api: TestClient, shop: Shop, session: Session, key: object) -> None:
        assert api.post(ORDER, json={"amount": 5, "idempotency_key": key}).status_code == 422
        assert _sales(session) == 0


class TestRefusals:
    """S226: a refusal is an answer too; what nobody decided isn't."""

    @pytest.mark.parametrize(
        ("refusal", "status"),
        [(Refused("Sold out.", left=0), 422), (NotFound("Nothing."), 404), (Invalid("Never."), 422)],
    )
    def test_the_same_refusal_again_and_nothing_changed(
        self, api: TestClient, shop: Shop, session: Session, refusal: Exception, status: int
    ) -> None:
        shop.refusal = refusal
        body = {"amount": 5, "idempotency_key": "k"}
        first = api.post(ORDER, json=body)
        shop.refusal = None

        again = api.post(ORDER, json=body)

        assert (first.status_code, again.status_code) == (status, status)
        assert again.content == first.content
        assert again.headers["idempotency-hit"] == "true"
        assert _sales(session) == 0

    @pytest.mark.parametrize(
        ("failure", "status"),
        [
            (TooMany("Slowly.", retry_after_seconds=1), 429),
            (Unavailable("Later."), 503),
            (ValueError("a bug"), 500),
        ],
    )
    def test_a_failure_may_be_tried_again(
        self, api: TestClient, shop: Shop, session: Session, failure: Exception, status: int
    ) -> None:
        shop.refusal = failure
        body = {"amount": 5, "idempotency_key": "k"}
        assert api.post(ORDER, json=body).status_code == status
        assert _sales(session) == 0
        shop.refusal = None

        again = api.post(ORDER, json=body)

        assert again.status_code == 201
        assert "idempotency-hit" not in again.headers
        assert _sales(session) == 1


class TestTwins:
    """S226: of two at once, one happens; the other gets its answer."""

    BODY: ClassVar[dict[str, object]] = {"amount": 5, "idempotency_key": "k"}

    def test_many_at_once(self, api: TestClient, shop: Shop, session: Session) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: api.post(ORDER, json=self.BODY), range(16)))

        assert {answer.status_code for answer in answers} == {201}
        assert {answer.content for answer in answers} == {b'{"id":1}'}
        assert sum("idempotency-hit" not in answer.headers for answer in answers) == 1
        assert _sales(session) == 1

    def test_a_twin_waits_for_the_first_answer(self, api: TestClient, shop: Shop, session: Session) -> None:
        shop.open.clear()
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(api.post, ORDER, json=self.BODY)
            assert shop.entered.wait(10)
            twin = pool.submit(api.post, ORDER, json=self.BODY)
            with pytest.raises(TimeoutError):
                twin.result(0.3)
            shop.open.set()

            assert first.result(10).content == twin.result(10).content
        assert _sales(session) == 1

    def test_a_twin_does_not_wait_for_ever(
        self, api: TestClient, shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(idempotency, "TWIN_WAIT_SECONDS", 1)
        shop.open.clear()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(api.post, ORDER, json=self.BODY)
            assert shop.entered.wait(10)

            twin = api.post(ORDER, json=self.BODY)

            shop.open.set()
            assert first.result(10).status_code == 201
        assert (twin.status_code, twin.json()["code"]) == (409, "request_still_running")
        assert twin.headers["retry-after"] == "1"
        assert api.post(ORDER, json=self.BODY).headers["idempotency-hit"] == "true"
        assert _sales(session) == 1

    def test_if_the_first_fails_the_twin_does_it(self, api: TestClient, shop: Shop, session: Session) -> None:
        shop.open.clear()
        shop.refusal = ValueError("a bug")
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(api.post, ORDER, json=self.BODY)
            assert shop.entered.wait(10)
            twin = pool.submit(api.post, ORDER, json=self.BODY)
            with pytest.raises(TimeoutError):
                twin.result(0.3)
            shop.open.set()
            assert first.result(10).status_code == 500
            shop.refusal = None
            twin.result(10)

        assert api.post(ORDER, json=self.BODY).status_code == 201
        assert _sales(session) == 1


class TestNames:
    """S226: a key is kept with the name of its operation, so a name that changes would have an old request done once more."""

    def test_they_stay(self) -> None:
        keyed = [
            route.endpoint
            for router in (accounts.router, accounts.admin_router, transactions.router, transactions_admin.admin_router)
            for route in router.routes
            if isinstance(route, APIRoute) and "once" in inspect.signature(route.endpoint).parameters
        ]
        assert sorted({f"{one.__module__.split('.')[-2]}.{one.__name__}" for one in keyed}) == [
            "accounts.create_account",
            "accounts.decide_account",
            "accounts.toggle_account",
            "transactions.adjust_balance",
            "transactions.deposit",
            "transactions.refund",
            "transactions.review",
            "transactions.withdraw",
        ]
