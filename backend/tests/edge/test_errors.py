from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import AfterValidator, Field
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
from structlog.typing import EventDict

from app import database as database_module
from app.core import errors as kinds
from app.database import driver_connection, forget_engine
from app.edge import errors
from app.edge.session import Read, Write
from app.edge.wire import RowId, Strict
from tests.bank import Bank
from tests.conftest import BACKEND, point_at, read_only


class OutOfCoffee(kinds.Refused):
    code = "out_of_coffee"


class Order(Strict):
    """A body with one of each limit."""

    name: str = Field(min_length=3, max_length=5)
    count: int = Field(ge=1, lt=10)
    size: float = Field(default=2, gt=1.5)
    word: Annotated[str, AfterValidator(lambda text: text.index("x"))] = "x"


KINDS: list[tuple[kinds.BankError, int]] = [
    (kinds.Invalid("Wrong."), 422),
    (kinds.Unauthenticated("Who?"), 401),
    (kinds.Forbidden("No."), 403),
    (kinds.NotFound("Nothing."), 404),
    (kinds.Conflict("There already."), 409),
    (kinds.Refused("Not today."), 422),
    (kinds.TooMany("Slowly.", retry_after_seconds=7), 429),
    (kinds.Unavailable("Later.", retry_after_seconds=3), 503),
    (OutOfCoffee("Brew some first.", cups=0), 422),
]


class TestKinds:
    """S75: every error has one shape, and one table says its status."""

    @pytest.mark.parametrize(("error", "status"), KINDS)
    def test_status_shape_and_headers(self, app: FastAPI, api: TestClient, error: kinds.BankError, status: int) -> None:
        @app.get("/fails")
        def fails() -> None:
            raise error

        answer = api.get("/fails")

        assert answer.status_code == status == errors.status_of(error)
        assert answer.json() == {"detail": error.detail, "code": error.code, "data": error.data}
        assert answer.content == errors.error_body(error)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers.get("retry-after") == ({429: "7", 503: "3"}).get(status)
        assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)

    def test_every_kind_has_a_status(self) -> None:
        assert {kind for kind in kinds.BankError.__subclasses__() if kind.__module__ == kinds.__name__} == set(
            errors.STATUS_OF_KIND
        )

    def test_facts_that_json_does_not_know(self) -> None:
        error = kinds.Refused("Not before Monday.", on=date(2026, 3, 2), rate=Decimal("8.5"))

        assert json.loads(errors.error_body(error))["data"] == {"on": "2026-03-02", "rate": "8.5"}


class TestFrameworkErrors:
    """S75: what FastAPI says by itself has the same shape as what we say."""

    @pytest.fixture(autouse=True)
    def _routes(self, app: FastAPI) -> None:
        @app.get("/things/{thing_id}")
        def thing(thing_id: RowId, size: int = 1) -> int:
            return thing_id

        @app.post("/things")
        def make(body: dict[str, int]) -> int:
            return len(body)

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/nothing", 404, "not_found"),
            ("POST", "/things/1", 405, "method_not_allowed"),
            ("GET", "/things/0", 422, "invalid_request"),
            ("GET", "/things/x", 422, "invalid_request"),
            ("GET", "/things/1?size=x", 422, "invalid_request"),
            ("POST", "/things", 422, "invalid_request"),
        ],
    )
    def test_shape(self, api: TestClient, method: str, path: str, status: int, code: str) -> None:
        answer = api.request(method, path)

        assert answer.status_code == status
        assert answer.json()["code"] == code
        assert set(answer.json()) == {"detail", "code", "data"}
        assert answer.json()["detail"].endswith(".")

    def test_405_names_the_methods(self, api: TestClient) -> None:
        assert api.post("/things/1").headers["allow"] == "GET"

    @pytest.mark.parametrize("body", [b"{", b"\xff\xfe\x00", b"[1,", b'"' + b"x" * 500])
    def test_undecodable_bodies(self, api: TestClient, body: bytes) -> None:
        answer = api.post("/things", content=body, headers={"content-type": "application/json"})

        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_request"

    def test_a_hundred_mistakes_get_a_short_answer(self, api: TestClient) -> None:
        answer = api.post("/things", json={str(n): "x" for n in range(100)})

        assert answer.status_code == 422
        assert len(answer.json()["data"]["errors"]) == errors.VALIDATION_ERRORS_MAX

    @pytest.mark.parametrize(
        ("path", "method", "errors_of_it"),
        [
            ("/things/{thing_id}", "get", {"404"}),
            ("/things", "post", {"401", "403", "404", "409", "413"}),
        ],
    )
    def test_the_documented_errors_stand_in_the_openapi_document(
        self, app: FastAPI, path: str, method: str, errors_of_it: set[str]
    ) -> None:
        responses = app.openapi()["paths"][path][method]["responses"]

        found = {status: said["content"]["application/json"]["schema"] for status, said in responses.items()}
        del found["200"]
        assert set(found) == errors_of_it | {"422", "429", "500", "503"}
        assert all(schema == {"$ref": "#/components/schemas/ErrorOut"} for schema in found.values())

    def test_what_a_route_says_of_an_error_itself_stays(self, app: FastAPI) -> None:
        @app.get("/rooms/{room_id}", responses={409: {"description": "The room is taken."}})
        def room(room_id: int) -> int:
            return room_id

        responses = app.openapi()["paths"]["/rooms/{room_id}"]["get"]["responses"]
        assert responses["409"]["description"] == "The room is taken."
        assert responses["422"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorOut"}


class TestFields:
    """S75: a mistake in a field has a code and the limits of the field; what was sent isn't repeated."""

    @pytest.fixture
    def order(self, app: FastAPI, api: TestClient) -> Any:
        @app.post("/orders")
        def make(body: Order) -> str:
            return body.name

        def ask(**body: Any) -> list[dict[str, Any]]:
            answer = api.post("/orders", json={"name": "long", "count": 1} | body)
            assert answer.status_code == 422
            found: list[dict[str, Any]] = answer.json()["data"]["errors"]
            return found

        return ask

    @pytest.mark.parametrize(
        ("body", "code", "limits"),
        [
            ({"name": "no"}, "string_too_short", {"min_length": 3}),
            ({"name": "4111111111"}, "string_too_long", {"max_length": 5}),
            ({"count": 0}, "greater_than_equal", {"ge": 1}),
            ({"count": 99}, "less_than", {"lt": 10}),
            ({"count": "99"}, "int_type", {}),
            ({"size": 1.0}, "greater_than", {}),  # a fraction isn't a number that a sentence would name
            ({"word": "hunter2"}, "value_error", {}),
            ({"hunter2": 1}, "extra_forbidden", {}),
        ],
    )
    def test_a_code_and_its_limits(self, order: Any, body: dict[str, Any], code: str, limits: dict[str, int]) -> None:
        [mistake] = order(**body)
        assert set(mistake) == {"field", "code", "message", "facts"}
        assert (mistake["field"], mistake["code"], mistake["facts"]) == (next(iter(body)), code, limits)

    def test_several_at_once(self, order: Any) -> None:
        assert [(one["field"], one["facts"]) for one in order(name="", count=0)] == [
            ("name", {"min_length": 3}),
            ("count", {"ge": 1}),
        ]

    def test_who_registers_hears_what_the_bank_asks(self, bank: Bank) -> None:
        body = {"username": "a", "email": "a@example.com", "password": "hunter2", "full_name": "A"}
        answer = bank.api.post("/auth/register", json=body)
        found = {one["field"]: (one["code"], one["facts"]) for one in answer.json()["data"]["errors"]}
        assert found == {
            "username": ("string_too_short", {"min_length": 3}),
            "password": ("string_too_short", {"min_length": 12}),
        }
        assert "hunter2" not in answer.text

    def test_a_transfer_s_mistakes_look_like_any_other_s(self, bank: Bank) -> None:
        """It is read by another reader, which finds one mistake at a time."""
        answer = bank.customer().post("/transactions/initiate", {"src_account": 0, "dest_account": 1, "amount": 1})
        assert answer.json()["data"]["errors"] == [
            {
                "field": "src_account",
                "code": "greater_than_equal",
                "message": "It must be at least 1",
                "facts": {"ge": 1},
            }
        ]


class TestUnexpected:
    """S75: what nobody expected is a 500 that says nothing but an id, and is in the log with its cause."""

    def test_answer_and_log(self, app: FastAPI, api: TestClient, logs: list[EventDict]) -> None:
        @app.get("/breaks")
        def breaks() -> None:
            raise ValueError("the password is hunter2")

        answer = api.get("/breaks", headers={"X-Request-ID": "trace-me-please"})

        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert answer.json()["data"] == {"request_id": "trace-me-please"}
        assert "hunter2" not in answer.text
        assert [entry["event"] for entry in logs] == ["unexpected_error", "request"]
        assert logs[0]["exc_info"]
        assert logs[1]["status"] == 500

    @pytest.mark.parametrize("log_format", ["json", "console"])
    def test_local_variables_stay_out_of_the_log(self, log_format: str) -> None:
        """Logging is set up once per process, so this asks another one."""
        program = """if True:
            import structlog
            from app.logs import configure_logging
            configure_logging("gateway")
            def sign_in(password):
                raise ValueError("nobody expected this")
            try:
                sign_in("".join(["hunter", "2"]))
            except ValueError:
                structlog.get_logger().exception("unexpected_error")
        """
        environment = {"LOG_FORMAT": log_format, "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=BACKEND, env=environment, capture_output=True, text=True, check=True
        )

        assert "nobody expected this" in done.stdout
        assert "sign_in" in done.stdout
        assert "hunter2" not in done.stdout + done.stderr


class TestDatabaseAway:
    """S75: without PostgreSQL the gateway says 503 and when to try again; it never hangs and never says 500."""

    def test_nobody_listens(
        self, app: FastAPI, api: TestClient, logs: list[EventDict], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point_at(monkeypatch, "postgresql://nyord:secret-word@127.0.0.1:1/none")

        @app.get("/reads")
        def reads(session: Read) -> int:
            return session.scalar(text("SELECT 1")) or 0

        answer = api.get("/reads")
        forget_engine()

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["code"] == "database_unavailable"
        assert "secret-word" not in answer.text + str(logs)

    def test_no_connection_free(
        self, app: FastAPI, api: TestClient, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @app.get("/reads")
        def reads(session: Read) -> int:
            return session.scalar(text("SELECT 1")) or 0

        url = database.replace("postgresql://", "postgresql+psycopg://")
        small = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.1)
        with monkeypatch.context() as patch:
            patch.setattr(database_module, "_session_factory", lambda: sessionmaker(small))
            assert api.get("/reads").status_code == 200
            with small.connect():
                answer = api.get("/reads")
            assert api.get("/reads").status_code == 200, "it comes back by itself"
        small.dispose()

        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"

    @pytest.mark.parametrize("by_driver", [False, True])
    def test_it_can_only_be_read(self, app: FastAPI, api: TestClient, database: str, *, by_driver: bool) -> None:
        """A full disk, or a standby that hasn't taken over yet. Connections made meanwhile stay as they are; we make new ones."""
        statement = "SELECT nextval('transactions_id_seq')"

        @app.get("/writes")
        def writes(session: Write) -> None:
            if by_driver:
                driver_connection(session).execute(statement)
            else:
                session.execute(text(statement))

        with read_only(database):
            answer = api.get("/writes")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.json()["code"] == "database_unavailable"
        assert api.get("/writes").status_code == 200
