"""Guarantee: an answer leaves in one piece, in order, whole."""

from __future__ import annotations

import asyncio
from typing import cast

from app.edge.one_write import HELD_BYTES_MAX, OneWrite


class Seen:
    """A transport that remembers what it was given."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def with_transport(work: list[bytes | str]) -> Seen:
    """Write bytes and do what words name (`turn`, `close`, `lose`) in a running loop; return what the transport saw."""

    async def run() -> Seen:
        seen = Seen()
        one = OneWrite(cast(asyncio.Transport, seen), asyncio.get_running_loop())
        for step in work:
            if isinstance(step, bytes):
                one.write(step)
            elif step == "turn":
                await asyncio.sleep(0)
            elif step == "close":
                one.close()
            else:
                seen.closed = True
        await asyncio.sleep(0)
        return seen

    return asyncio.run(run())


class TestOneWrite:
    """S74: what a client waits for is one packet."""

    def test_head_and_body_leave_together(self) -> None:
        assert with_transport([b"head", b"body"]).writes == [b"headbody"]

    def test_nothing_waits_longer_than_a_turn(self) -> None:
        assert with_transport([b"head", "turn", b"body"]).writes == [b"head", b"body"]

    def test_a_large_answer_isn_t_gathered(self) -> None:
        """Else a client that doesn't read would never be noticed."""
        part = b"x" * (HELD_BYTES_MAX // 2 + 1)
        assert [len(write) for write in with_transport([b"head", part, part, part]).writes] == [
            len(b"head") + 2 * len(part),
            len(part),
        ]

    def test_what_was_written_is_sent_before_the_end(self) -> None:
        seen = with_transport([b"head", b"body", "close"])
        assert (seen.writes, seen.closed) == ([b"headbody"], True)

    def test_a_connection_that_is_gone_is_left_alone(self) -> None:
        assert with_transport([b"head", "lose"]).writes == []

    def test_everything_else_is_the_transport_s(self) -> None:
        async def closing() -> bool:
            return bool(OneWrite(cast(asyncio.Transport, Seen()), asyncio.get_running_loop()).is_closing())

        assert asyncio.run(closing()) is False
