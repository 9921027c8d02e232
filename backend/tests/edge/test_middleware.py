from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from structlog.typing import EventDict

from app.edge import middleware
from app.edge.middleware import EdgeMiddleware


@pytest.fixture(autouse=True)
def _routes(app: FastAPI) -> None:
    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.post("/json")
    def read(body: dict[str, str]) -> int:
        return len(body)

    @app.get("/things/{thing_id}")
    def thing(thing_id: int, request: Request) -> int:
        request.state.user_id = 7
        middleware.log.info("inside")
        return thing_id

    @app.get("/page")
    def page() -> Response:
        headers = {"Cache-Control": "max-age=60", "X-Frame-Options": "SAMEORIGIN", "Vary": "Origin"}
        return Response("<p>hello</p>", media_type="text/html", headers=headers)


class TestBodyLimit:
    """S29: every body has a limit, said or unsaid, and more is answered with 413 in the one shape."""

    @pytest.mark.parametrize("streamed", [False, True])
    def test_exactly_the_limit_and_one_more(self, api: TestClient, streamed: bool) -> None:
        def send(size: int) -> Iterator[bytes]:
            for _ in range(size // 100):
                yield b"x" * 100
            yield b"x" * (size % 100)

        def post(size: int) -> int:
            answer = api.post("/echo", content=send(size) if streamed else b"x" * size)
            if answer.status_code == 413:
                assert answer.json()["code"] == "body_too_large"
            return answer.status_code

        assert [post(1_000), post(1_001), post(50_000)] == [200, 413, 413]

    @pytest.mark.parametrize("path", ["/nothing", "/things/1"])
    def test_routes_without_a_body_too(self, api: TestClient, path: str) -> None:
        answer = api.request("GET", path, content=b"x" * 2_000)

        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    def test_streamed_json(self, api: TestClient) -> None:
        def body() -> Iterator[bytes]:
            yield b'{"a": "'
            for _ in range(100):
                yield b"x" * 100
            yield b'"}'

        answer = api.post("/json", content=body(), headers={"content-type": "application/json"})

        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    @pytest.mark.parametrize("length", ["x", "-1", "1" * 30])
    def test_a_length_that_is_none(self, api: TestClient, length: str) -> None:
        assert api.post("/echo", content=b"", headers={"content-length": length}).status_code == 413


class TestRequestId:
    """S175: one id follows a request through answer, log and events."""

    def test_made_if_there_is_none_and_never_twice_the_same(self, api: TestClient) -> None:
        ids = {api.get("/things/1").headers["x-request-id"] for _ in range(20)}

        assert len(ids) == 20

    def test_a_sane_one_is_kept(self, api: TestClient) -> None:
        assert api.get("/things/1", headers={"X-Request-ID": "proxy-0001"}).headers["x-request-id"] == "proxy-0001"

    @pytest.mark.parametrize("given", ["short", "x" * 65, "has space here", 'quote"quote"', "new\tline-tab", "é" * 10])
    def test_a_strange_one_is_not(self, api: TestClient, given: str) -> None:
        answer = api.get("/things/1", headers={"X-Request-ID": given.encode("utf-8")})

        assert answer.headers["x-request-id"] != given


class TestAccessLog:
    """S175: one structured line for each request: what, how it went, how long, who; never what was in it."""

    def test_one_line(self, api: TestClient, logs: list[EventDict]) -> None:
        api.get("/things/5?token=hunter2", headers={"X-Request-ID": "proxy-0001"})

        assert [entry["event"] for entry in logs] == ["inside", "request"]
        line = logs[1]
        assert (line["method"], line["route"], line["status"], line["user_id"]) == ("GET", "/things/{thing_id}", 200, 7)
        assert {entry["request_id"] for entry in logs} == {"proxy-0001"}
        assert 0 <= line["duration_ms"] < 60_000
        assert "hunter2" not in str(logs)

    def test_a_path_nobody_knows_is_not_repeated(self, api: TestClient, logs: list[EventDict]) -> None:
        api.get("/secret-hunter2")

        assert "hunter2" not in str(logs)
        assert logs[0]["status"] == 404

    def test_one_request_does_not_speak_for_the_next(self, api: TestClient, logs: list[EventDict]) -> None:
        api.get("/things/5", headers={"X-Request-ID": "proxy-0001"})
        api.get("/page")

        assert logs[-1]["user_id"] is None
        assert logs[-1]["request_id"] != "proxy-0001"


class TestHeaders:
    """S29: answers can't be framed, sniffed or, where they say money, cached."""

    @pytest.mark.parametrize("path", ["/things/1", "/nothing", "/things/x"])
    def test_data(self, api: TestClient, path: str) -> None:
        headers = api.get(path).headers

        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "Accept" in headers["vary"]

    def test_a_route_may_say_it_differently(self, api: TestClient) -> None:
        headers = api.get("/page").headers

        assert headers["cache-control"] == "max-age=60"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "content-security-policy" not in headers
        assert headers["vary"] == "Origin, Accept"

    def test_tls_only_where_there_is_tls(self, app: FastAPI, api: TestClient) -> None:
        assert "strict-transport-security" not in api.get("/page").headers

        behind_tls = TestClient(EdgeMiddleware(app, body_bytes_max=1_000, secure=True))

        assert behind_tls.get("/page").headers["strict-transport-security"].startswith("max-age=31536000")

    @pytest.mark.parametrize("path", ["/things/1?q=%00", "/things/%00", "/nothing%00?x=%00"])
    def test_a_nul_character_goes_nowhere(self, api: TestClient, path: str) -> None:
        assert api.get(path).status_code == 422
