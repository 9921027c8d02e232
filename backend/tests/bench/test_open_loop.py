"""Guarantee: requests come at their rate whatever the bank does, and every answer, silence and missing word is counted."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from bench.open_loop import ANSWER_SECONDS_MAX, Asked, Kept, Seen, Transfers, _Lines, offer
from bench.proof import promised
from bench.server import Customer

CUSTOMERS = [Customer(one, 10 + one, 100 + one, f"token-{one}") for one in range(5)]
TAKEN = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\n{}"
SPEECHLESS = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 2\r\n\r\n{}"
HANG_UP = b""


@asynccontextmanager
async def bank(answers: Sequence[bytes], delay_seconds: float = 0.0) -> AsyncIterator[int]:
    """Serve these answers in turn, whatever is asked; give the port."""
    turn: Iterator[bytes] = itertools.cycle(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
                await asyncio.sleep(delay_seconds)
                if not (answer := next(turn)):
                    break
                writer.write(answer[:20])  # in two pieces, as networks do
                await writer.drain()
                writer.write(answer[20:])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def ask(
    answers: Sequence[bytes], *, delay_seconds: float = 0.0, waits: bool = True, connections: int = 2
) -> Seen:
    """Offer ten requests within a tenth of a second."""
    transfers = Transfers(CUSTOMERS)
    async with bank(answers, delay_seconds) as port:
        return await offer(port, lambda: transfers.one(1), rate=100, seconds=0.1, connections=connections, waits=waits)


class TestOffer:
    def test_every_answer_is_counted_and_every_acknowledgement_kept(self) -> None:
        seen = asyncio.run(ask([TAKEN, BUSY]))
        assert seen.statuses == {"201": 5, "503": 5}
        assert len({kept.asked.keys for kept in seen.kept}) == len(seen.accept_ms) == 5
        assert (seen.wrong(201, 503), seen.wrong(201)) == (0, 5)

    def test_a_refusal_must_say_when_to_come_again(self) -> None:
        seen = asyncio.run(ask([SPEECHLESS]))
        assert (seen.without_retry_after, seen.wrong(429)) == (10, 10)

    def test_a_broken_connection_is_opened_again_and_its_request_counts_as_unanswered(self) -> None:
        seen = asyncio.run(ask([TAKEN, HANG_UP]))
        assert (seen.statuses["201"], seen.unanswered, seen.wrong(201)) == (5, 5, 5)

    def test_who_waits_is_timed_from_when_they_were_due(self) -> None:
        seen = asyncio.run(ask([TAKEN], delay_seconds=0.05, connections=1))
        assert (seen.statuses["201"], seen.not_sent) == (10, 0)
        assert max(seen.accept_ms) > 300  # ten times fifty, less the time until it was due

    def test_who_may_not_wait_is_not_sent_and_that_is_counted(self) -> None:
        seen = asyncio.run(ask([TAKEN], delay_seconds=0.2, waits=False))
        assert (seen.statuses["201"], seen.not_sent) == (2, 8)

    def test_silence_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bench.open_loop.ANSWER_SECONDS_MAX", 0.1)
        seen = asyncio.run(ask([TAKEN], delay_seconds=ANSWER_SECONDS_MAX))
        assert seen.unanswered == 10


class TestLines:
    def test_a_connection_on_its_way_hangs_up_with_the_others(self) -> None:
        async def end() -> bool:
            async with bank([TAKEN]) as port:
                lines = _Lines(port, waits=True)
                await lines.open(1)
                (line,) = lines.idle
                line.hang_up()
                await asyncio.sleep(0)  # it is lost, and another one on its way
                assert not lines.idle
                await asyncio.wait_for(lines.close(), 5)
                return not lines.idle

        assert asyncio.run(end())


class TestTransfers:
    def test_nobody_pays_themselves_or_somebody_who_is_never_paid(self) -> None:
        transfers = Transfers(CUSTOMERS, first_payee=3)
        bodies = [
            json.loads(transfers.one(who).request.partition(b"\r\n\r\n")[2]) for who in range(5) for _ in range(50)
        ]
        assert {body["dest_account"] for body in bodies} == {13, 14}
        assert all(body["dest_account"] != body["src_account"] for body in bodies)

    def test_every_transfer_has_a_key_of_its_own(self) -> None:
        transfers, others = Transfers(CUSTOMERS), Transfers(CUSTOMERS)
        keys = [*transfers.many(0, 100).keys, *transfers.one(0).keys, *others.many(0, 100).keys]
        assert len(set(keys)) == 201

    def test_the_length_is_the_body_s(self) -> None:
        head, _, body = Transfers(CUSTOMERS).many(2, 3).request.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        assert len(json.loads(body)["transfers"]) == 3


class TestPromises:
    def test_a_single_answer_is_one(self) -> None:
        (promise,) = promised(Kept(Asked(b"", 3, ("key",)), b'{"transaction_id": 7, "status": "PENDING"}', 0.0))
        assert (promise.who, promise.key, promise.is_kept_as_done, promise.facts["transaction_id"]) == (
            3,
            "key",
            True,
            7,
        )

    def test_a_bulk_s_answer_is_one_for_each_of_its_keys(self) -> None:
        results = [
            {"http_status": 201, "answer": {"transaction_id": 7}},
            {"http_status": 422, "answer": {"code": "refused"}},
        ]
        body = json.dumps({"results": results}).encode()
        found = list(promised(Kept(Asked(b"", 3, ("a", "b")), body, 0.0)))
        assert [(one.key, one.status, one.is_kept_as_done) for one in found] == [("a", 201, True), ("b", 422, False)]

    def test_a_result_too_few_is_noticed(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            list(promised(Kept(Asked(b"", 3, ("a", "b")), b'{"results": [{"http_status": 201, "answer": {}}]}', 0.0)))
