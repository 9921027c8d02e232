"""How messages travel from a worker to the gateways: packed into NOTIFY payloads, which must stay below 8,000 bytes.

Three kinds of payload, told apart by their first character:

    [[7,{…}],[9,{…}]]     messages, each for one user
    {"recheck":[7,9]}     these users' sessions changed: look again whether their sockets may stay
    {"traces":[[7,"…"]]}  these users' news just now belong to these requests (only where spans are wanted)
    +9c0f.0:…  .9c0f.1:…  one payload that didn't fit, in parts; the one with the full stop is the last

PostgreSQL delivers the notifications of a commit together and in order, so parts need only be joined. Their marks
differ because it drops the second of two equal payloads of a transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

PAYLOAD_BYTES_MAX = 7_900
# Four bytes a character at most, and room for the mark: a part of this size always fits.
PART_CHARACTERS = 1_900


class Frames(NamedTuple):
    """What a payload said: messages by user, users whose sessions are to be checked again, requests by user."""

    messages: Sequence[tuple[int, str]] = ()
    recheck: Sequence[int] = ()
    traces: Sequence[tuple[int, str]] = ()


class _Word(msgspec.Struct, omit_defaults=True):
    recheck: list[int] = []
    traces: tuple[tuple[int, str], ...] = ()


_read_messages = msgspec.json.Decoder(list[tuple[int, msgspec.Raw]]).decode
_read_word = msgspec.json.Decoder(_Word).decode


def pack(messages: Iterable[tuple[int, bytes]]) -> list[str]:
    """Return the payloads that carry these messages (JSON objects, by user), as few as possible, in order."""
    payloads: list[str] = []
    waiting: list[bytes] = []
    size = 2
    for user_id, message in messages:
        entry = b"[%d,%b]" % (user_id, message)
        if waiting and size + len(entry) > PAYLOAD_BYTES_MAX:
            payloads += _sized(waiting)
            waiting, size = [], 2
        waiting.append(entry)
        size += len(entry) + 1
    if waiting:
        payloads += _sized(waiting)
    return payloads


def recheck(user_ids: Iterable[int]) -> list[str]:
    """Return the payloads that make every gateway look again at the sessions of these users' sockets."""
    return _parts(msgspec.json.encode(_Word(recheck=sorted(set(user_ids)))).decode())


def traces(traces: Iterable[tuple[int, str]]) -> list[str]:
    """Return the payloads that tell the gateways which requests the messages before them belong to."""
    return _parts(msgspec.json.encode(_Word(traces=tuple(traces))).decode())


def _sized(entries: list[bytes]) -> list[str]:
    return _parts((b"[" + b",".join(entries) + b"]").decode())


def _parts(payload: str) -> list[str]:
    if len(payload.encode()) <= PAYLOAD_BYTES_MAX:
        return [payload]
    slices = [payload[start : start + PART_CHARACTERS] for start in range(0, len(payload), PART_CHARACTERS)]
    last = len(slices) - 1
    mark = secrets.token_hex(4)
    return [f"{'.' if number == last else '+'}{mark}.{number}:{part}" for number, part in enumerate(slices)]


class Unpacker:
    """Reads payloads in the order of their arrival on one connection."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def feed(self, payload: str) -> Frames:
        """Return what this payload says, or nothing while it is only a part.

        Raises:
            msgspec.DecodeError: the payload isn't one of ours.
        """
        kind = payload[:1]
        if kind in ("+", "."):
            self._parts.append(payload.partition(":")[2])
            if kind == "+":
                return Frames()
            payload, self._parts = "".join(self._parts), []
        if payload.startswith("{"):
            word = _read_word(payload)
            return Frames(recheck=word.recheck, traces=word.traces)
        return Frames(messages=[(user_id, bytes(raw).decode()) for user_id, raw in _read_messages(payload)])
