"""Guarantee: nobody stalls a gateway with a request that never ends, and nobody else is cut off."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from structlog.typing import EventDict
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.edge.incoming import HEAD_BYTES_MAX
from tests.edge.caller import Caller, answer, echo, served

HEAD = b"GET / HTTP/1.1\r\nHost: bank\r\n"
WHOLE = HEAD + b"\r\n"
POST = b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: 4\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: bank\r\nTransfer-Encoding: chunked\r\n\r\n"
SOCKET = b"GET /ws HTTP/1.1\r\nHost: bank\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"


async def half(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin an answer, and never end it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await asyncio.Event().wait()


class TestSize:
    """A head that never ends costs no more memory than the limit, and says so once."""

    @pytest.mark.parametrize(
        ("beginning", "more"),
        [
            (HEAD, b"a: b\r\n" * 200),
            (HEAD + b"X-A: ", b"a" * 1_000),
            (b"GET /", b"a" * 1_000),
            (CHUNKED + b"1\r\nx\r\n0\r\n", b"a: b\r\n" * 200),  # what follows a body is kept like a head
            (CHUNKED + b"1\r\nx\r\n0\r\nX-A: ", b"a" * 1_000),
            (CHUNKED + b"1;", b"a" * 1_000),
            (b"\r\n", b"\r\n" * 500),
        ],
    )
    @pytest.mark.parametrize("times_at_once", [1, 200])
    def test_what_is_too_large_is_refused(self, beginning: bytes, more: bytes, times_at_once: int) -> None:
        async def story(caller: Caller) -> None:
            caller.say(beginning)
            for _ in range(0, 200, times_at_once):
                if not caller.line.is_closed:
                    caller.say(more * times_at_once)
            assert caller.line.is_closed

        line = served(story)
        assert line.statuses == [431]
        assert line.error == {
            "detail": "The request's head is larger than we accept.",
            "code": "head_too_large",
            "data": {"bytes_max": HEAD_BYTES_MAX},
        }

    @pytest.mark.parametrize("bytes_at_once", [1_000, HEAD_BYTES_MAX])
    def test_what_is_large_is_not(self, bytes_at_once: int) -> None:
        large = HEAD + b"X-A: " + b"a" * (HEAD_BYTES_MAX - 100) + b"\r\n\r\n"

        async def story(caller: Caller) -> None:
            caller.say(*(large[start : start + bytes_at_once] for start in range(0, len(large), bytes_at_once)))
            await caller.answered()

        assert served(story).statuses == [200]

    def test_nor_does_it_pass_because_it_has_an_end(self) -> None:
        async def story(caller: Caller) -> None:
            caller.say(HEAD + b"X-A: " + b"a" * (HEAD_BYTES_MAX + 10_000) + b"\r\n\r\n")

        assert served(story).statuses == [431]

    def test_many_heads_one_after_the_other_are_not_one(self) -> None:
        async def story(caller: Caller) -> None:
            caller.say(WHOLE * 3_000)
            await caller.answered(3_000)
            caller.say(HEAD)
            for number in range(3_001, 3_101):
                caller.say(b"X-A: " + b"a" * 1_000 + b"\r\n\r\n" + HEAD)
                await caller.answered(number)

        assert served(story).statuses == [200] * 3_100

    @pytest.mark.parametrize(
        "large", [b"Content-Length: 200000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n30d40\r\n"]
    )
    @pytest.mark.parametrize("bytes_at_once", [1_000, 200_000])
    def test_a_body_isn_t_a_head(self, large: bytes, bytes_at_once: int) -> None:
        async def story(caller: Caller) -> None:
            caller.say(b"POST / HTTP/1.1\r\nHost: bank\r\n" + large)
            for _ in range(0, 200_000, bytes_at_once):
                caller.say(b"b" * bytes_at_once)
                await asyncio.sleep(0)
            caller.say(b"\r\n0\r\n\r\n" if b"chunked" in large else b"")
            await caller.answered()

        line = served(story)
        assert line.statuses == [200]
        assert line.sent.endswith(b"b" * 200_000)

    def test_a_broken_request_is_told_so_like_any_other(self) -> None:
        async def story(caller: Caller) -> None:
            caller.say(b"hello\r\n\r\n")
            assert caller.line.is_closed

        line = served(story)
        assert line.statuses == [400]
        assert line.error["code"] == "invalid_request"


class TestSockets:
    """A socket begins, or its connection ends: none stays that can neither speak nor be spoken to."""

    @pytest.mark.parametrize(
        "line", [b"X-A: " + b"a" * 20_000, b"\r\n".join([b"a: b"] * 200), b"Content-Length: 0, 0", b"Content-Length: 4"]
    )
    def test_a_head_that_their_own_reader_can_t_take(self, line: bytes) -> None:
        async def story(caller: Caller) -> None:
            caller.protocol.ws_protocol_class = WebSocketsSansIOProtocol
            caller.say(SOCKET[:-2] + line + b"\r\n\r\nbody")
            assert caller.line.is_closed

        line_seen = served(story)
        assert line_seen.statuses == [400]
        assert line_seen.error["code"] == "invalid_request"

    def test_a_head_that_it_can_take(self) -> None:
        key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

        async def accepting(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "websocket.accept"})
            await asyncio.Event().wait()

        async def story(caller: Caller) -> None:
            caller.protocol.ws_protocol_class = WebSocketsSansIOProtocol
            caller.say(SOCKET[:-2] + key)
            await caller.answered()
            assert not caller.line.is_closed

        assert served(story, accepting).statuses == [101]


class TestLog:
    """S175: what strangers send makes no line that isn't JSON, and none at all where nobody looks for it."""

    @pytest.mark.parametrize("said", [b"hello\r\n\r\n", SOCKET.replace(b"websocket", b"h2c")])
    def test_uvicorn_has_no_word_for_it(self, said: bytes, caplog: pytest.LogCaptureFixture) -> None:
        async def story(caller: Caller) -> None:
            caller.say(said)
            await caller.answered()

        served(story)
        assert caplog.records == []

    def test_it_is_told_when_the_level_is_debug(self, logs: list[EventDict]) -> None:
        async def story(caller: Caller) -> None:
            caller.say(b"hello\r\n\r\n")

        served(story)
        assert logs == [{"event": "request_refused", "status": 400, "code": "invalid_request", "log_level": "debug"}]


class TestTime:
    """A request that comes too slowly doesn't keep its connection."""

    @pytest.mark.parametrize(
        ("half", "seconds"),
        [
            ([b"G"], 10),
            ([HEAD, b"a: "], 10),
            ([POST], 30),
            ([POST, b"bod"], 30),
            ([CHUNKED, b"3\r\nbod\r\n0\r\n"], 30),
        ],
    )
    @pytest.mark.parametrize("earlier", [[], [WHOLE], [POST + b"body"], [POST, b"body"], [WHOLE * 3], [HEAD, b"\r\n"]])
    def test_half_a_request(self, half: list[bytes], seconds: int, earlier: list[bytes]) -> None:
        answers = b"".join(earlier).count(b"HTTP/1.1")

        async def story(caller: Caller) -> None:
            caller.say(*earlier)
            await caller.answered(answers)
            caller.line.sent = b""
            caller.clock.later(4 if earlier else 0)
            caller.say(*half)
            assert caller.closes_after(seconds)

        line = served(story)
        assert line.statuses == [408]
        assert line.error["code"] == "request_timeout"

    def test_a_little_at_a_time_gives_no_more_of_it(self) -> None:
        async def story(caller: Caller) -> None:
            for letter in HEAD[:9]:
                caller.say(bytes([letter]))
                caller.clock.later(1)
            assert caller.closes_after(1)

        assert served(story).statuses == [408]

    def test_each_request_has_its_own(self) -> None:
        async def story(caller: Caller) -> None:
            for number in range(1, 10):
                caller.say(POST[:-1])
                caller.clock.later(9)
                caller.say(POST[-1:])
                caller.clock.later(29)
                caller.say(b"body")
                await caller.answered(number)
                caller.clock.later(4)

        assert served(story).statuses == [200] * 9

    def test_a_connection_that_asks_nothing(self) -> None:
        async def story(caller: Caller) -> None:
            assert caller.closes_after(10)

        assert served(story).sent == b""

    @pytest.mark.parametrize(("little", "seconds"), [(b"", 5), (b"\r\n", 30)])
    def test_a_connection_that_asks_no_more(self, little: bytes, seconds: int) -> None:
        """Uvicorn's own time for quiet connections ends with the next byte, whatever that is."""

        async def story(caller: Caller) -> None:
            caller.say(WHOLE)
            await caller.answered()
            caller.say(*[little] * len(little))
            assert caller.closes_after(seconds)

        assert served(story).statuses == [200]

    def test_the_rest_of_a_body_that_has_its_answer(self) -> None:
        async def at_once(scope: Scope, receive: Receive, send: Send) -> None:
            await answer(send)

        async def story(caller: Caller) -> None:
            caller.say(POST)
            await caller.answered()
            caller.say(b"b")
            assert caller.closes_after(30)

        assert served(story, at_once).statuses == [200]

    def test_a_whole_request_waits_for_the_bank_as_long_as_it_takes(self) -> None:
        """Also if half of the next one has come meanwhile: only once the bank is ready for it can that be late."""
        is_ready = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await is_ready.wait()
            await answer(send)

        async def story(caller: Caller) -> None:
            caller.say(WHOLE + HEAD)
            await asyncio.sleep(0)
            caller.clock.later(100)
            assert not caller.line.is_closed
            is_ready.set()
            await caller.answered()
            caller.say(b"a: ")
            caller.clock.later(10)
            assert caller.line.is_closed

        assert served(story, slow).statuses == [200, 408]

    def test_so_does_a_body_that_the_bank_doesn_t_take(self) -> None:
        is_ready = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await is_ready.wait()
            await echo(scope, receive, send)

        async def story(caller: Caller) -> None:
            caller.say(b"POST / HTTP/1.1\r\nHost: bank\r\nContent-Length: 70000\r\n\r\n" + b"b" * 69_999)
            caller.clock.later(100)
            assert (caller.line.is_paused, caller.line.is_closed) == (True, False)
            is_ready.set()
            while caller.line.is_paused:
                await asyncio.sleep(0)
            caller.say(b"b")
            await caller.answered()

        assert served(story, slow).statuses == [200]

    def test_half_an_answer_isn_t_followed_by_another(self) -> None:
        async def story(caller: Caller) -> None:
            caller.say(CHUNKED)
            await caller.answered()
            caller.clock.later(100)
            assert not caller.line.is_closed
            caller.say(b"no chunk\r\n")
            assert caller.line.is_closed

        assert served(story, half).statuses == [200]

    def test_nor_is_it_when_the_next_one_can_t_be_read(self) -> None:
        async def story(caller: Caller) -> None:
            caller.say(WHOLE)
            await caller.answered()
            caller.say(WHOLE, b"no request\r\n\r\n")
            assert caller.line.is_closed

        assert served(story, half).statuses == [200]

    def test_who_is_told_that_it_was_too_late_is_gone_for_the_bank(self) -> None:
        seen: list[str] = []

        async def reading(scope: Scope, receive: Receive, send: Send) -> None:
            while "http.disconnect" not in seen:
                seen.append((await receive())["type"])
            await answer(send)

        async def story(caller: Caller) -> None:
            caller.say(POST)
            await asyncio.sleep(0)
            assert caller.closes_after(30)
            caller.protocol.connection_lost(None)
            while "http.disconnect" not in seen:
                await asyncio.sleep(0)

        assert served(story, reading).statuses == [408]

    def test_a_socket_has_all_the_time(self) -> None:
        class Socket:
            def __init__(self, **_: Any) -> None: ...

            def connection_made(self, transport: Any) -> None: ...

            def data_received(self, data: bytes) -> None: ...

        async def story(caller: Caller) -> None:
            caller.protocol.ws_protocol_class = Socket  # type: ignore[assignment]
            caller.say(SOCKET[:10], SOCKET[10:])
            assert isinstance(caller.line.protocol, Socket)
            caller.clock.later(100)
            assert not caller.line.is_closed

        assert served(story).sent == b""
