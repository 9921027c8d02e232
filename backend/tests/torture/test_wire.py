"""Guarantee: a wire carries everything when it is whole, and breaks in the way that it is told to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.torture.wire import Wire

MEGABYTE = b"x" * 1_000_000


class Echo:
    """An engine that says everything again, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.heard += data
            writer.write(data)
        writer.close()


@asynccontextmanager
async def wired() -> AsyncIterator[tuple[Wire, Echo]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    wire = Wire("postgres", f"postgresql://127.0.0.1:{server.sockets[0].getsockname()[1]}/bank")
    await wire.open()
    yield wire, echo
    await wire.close()
    server.close()


async def dial(wire: Wire) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", urlsplit(wire.url).port)


def run(test: Callable[[Wire, Echo], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        async with asyncio.timeout(20), wired() as (wire, echo):
            await test(wire, echo)

    asyncio.run(inside())


async def misbehaving(wire: Wire, mode: str, seconds: float) -> asyncio.Task[None]:
    task = asyncio.create_task(wire.misbehave(mode, seconds))
    await asyncio.sleep(0.05)
    return task


class TestWire:
    def test_a_megabyte_there_and_back(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            reader, writer = await dial(wire)
            writer.write(MEGABYTE)
            assert await reader.readexactly(len(MEGABYTE)) == MEGABYTE

        run(test)

    def test_an_end_is_passed_on(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            reader, writer = await dial(wire)
            writer.write(b"last words")
            assert await reader.readexactly(10) == b"last words"
            writer.write_eof()
            assert await reader.read() == b""

        run(test)

    def test_cut_breaks_what_is_open_and_what_is_new_until_it_is_over(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            reader, writer = await dial(wire)
            writer.write(b"hello")
            await reader.readexactly(5)
            task = await misbehaving(wire, "cut", 0.3)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            reader, writer = await dial(wire)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            await task
            reader, writer = await dial(wire)
            writer.write(b"again")
            assert await reader.readexactly(5) == b"again"

        run(test)

    def test_half_open_says_nothing_and_cuts_in_the_end(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            reader, writer = await dial(wire)
            task = await misbehaving(wire, "half-open", 0.4)
            writer.write(b"is anybody there?")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.2)
            await task
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            assert echo.heard == b""

        run(test)

    def test_reset_after_sent_lets_the_engine_have_it_and_nobody_hear_the_answer(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            task = await misbehaving(wire, "reset after sent", 1.0)
            for attempt in range(1, 100):
                reader, writer = await dial(wire)
                writer.write(b"COMMIT")
                try:
                    await reader.readexactly(6)
                except (ConnectionError, asyncio.IncompleteReadError):
                    await asyncio.sleep(0.05)
                    assert echo.heard == b"COMMIT" * attempt
                    break
            else:
                pytest.fail("never reset")
            task.cancel()

        run(test)

    def test_mid_frame_gives_the_engine_half_of_it(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            task = await misbehaving(wire, "mid-frame", 5.0)
            reader, writer = await dial(wire)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                for _ in range(1_000):
                    writer.write(b"12345678")
                    await reader.readexactly(8)
            assert wire.broken == 1
            task.cancel()

        run(test)

    def test_delay_only_takes_longer(self) -> None:
        async def test(wire: Wire, echo: Echo) -> None:
            reader, writer = await dial(wire)
            task = await misbehaving(wire, "delay", 5.0)
            started = time.monotonic()
            for _ in range(5):
                writer.write(b"slowly")
                assert await reader.readexactly(6) == b"slowly"
            assert time.monotonic() - started > 0.1
            task.cancel()

        run(test)
