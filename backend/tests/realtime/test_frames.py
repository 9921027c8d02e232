"""Guarantee: whatever is packed is unpacked, in order, and no payload is larger than NOTIFY takes."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.realtime.frames import PAYLOAD_BYTES_MAX, Frames, Unpacker, pack, recheck

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=3_000)
messages = st.lists(st.tuples(st.integers(1, 2**53), st.fixed_dictionaries({"type": texts})), max_size=30)


def unpack(payloads: list[str]) -> list[tuple[int, str]]:
    """Return the messages of payloads that arrive one after the other."""
    unpacker = Unpacker()
    return [message for payload in payloads for message in unpacker.feed(payload).messages]


class TestPack:
    """S127: messages by user."""

    @given(messages)
    def test_what_goes_in_comes_out(self, sent: list[tuple[int, dict[str, str]]]) -> None:
        payloads = pack((user_id, msgspec.json.encode(message)) for user_id, message in sent)
        assert all(len(payload.encode()) <= PAYLOAD_BYTES_MAX for payload in payloads)
        assert len(payloads) == len(set(payloads)) or len({repr(one) for one in sent}) < len(sent)
        assert [(user_id, json.loads(message)) for user_id, message in unpack(payloads)] == sent

    def test_nothing(self) -> None:
        assert pack([]) == []

    def test_as_few_as_possible(self) -> None:
        message = b'{"type":"notification","data":"' + b"x" * 300 + b'"}'
        assert len(pack([(7, message)] * 20)) == 1
        assert len(pack([(7, message)] * 200)) == 9

    @pytest.mark.parametrize("character", ["a", "₹", "😀", '"'])
    def test_larger_than_a_payload(self, character: str) -> None:
        large = msgspec.json.encode({"type": character * 20_000})
        sent = [(1, b'{"type":"before"}'), (2, large), (3, b'{"type":"after"}')]
        payloads = pack(sent)
        assert all(len(payload.encode()) <= PAYLOAD_BYTES_MAX for payload in payloads)
        assert len(payloads) == len(set(payloads)), "PostgreSQL would drop the second of two equal ones"
        assert unpack(payloads) == [(user_id, message.decode()) for user_id, message in sent]


class TestRecheck:
    """The gateways are told whose sessions to look at again."""

    def test_each_user_once(self) -> None:
        [payload] = recheck([9, 7, 9])
        assert Unpacker().feed(payload) == Frames(recheck=[7, 9])

    def test_more_than_fit(self) -> None:
        unpacker = Unpacker()
        frames = [unpacker.feed(payload) for payload in recheck(range(10_000))]
        assert list(frames[-1].recheck) == list(range(10_000))
        assert all(frame == Frames() for frame in frames[:-1])


class TestUnpack:
    """What isn't ours is refused, and spoils nothing that follows."""

    @pytest.mark.parametrize("payload", ["", "x", "[]x", '{"recheck":"all"}', "[[1]]", '[["a",{}]]'])
    def test_nonsense(self, payload: str) -> None:
        unpacker = Unpacker()
        with pytest.raises(msgspec.DecodeError):
            unpacker.feed(payload)
        assert unpacker.feed('[[1,{"a":2}]]').messages == [(1, '{"a":2}')]
