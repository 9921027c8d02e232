"""Fail points: named lines at which a test, or `nyord torture`, lets this process fail on purpose. Off, they do nothing.

    NYORD_FAILPOINTS="relay.published=kill@0.1,unit.committed=sleep:0.5"      fixed for the life of the process
    NYORD_FAILPOINTS="@/path/to/file"       the same text in a file, which may change while the process runs

A rule is `name=action@probability`; without a probability, always. The actions: `kill` (as kill -9), `raise` (a bug), `away`
(something that the bank needs doesn't answer), `sleep:SECONDS`, and `on` for points that only ask (`twice`). With a file, what
was done is written behind it, in FILE.done, so that whoever breaks things can see that they broke.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from app.core.errors import Unavailable

VARIABLE: Final = "NYORD_FAILPOINTS"
_READ_EVERY_SECONDS: Final = 0.1

T = TypeVar("T")


class FailPointReached(Exception):
    """A bug that isn't one: the `raise` of a fail point."""


class FailPointAway(Unavailable):
    """The `away` of a fail point. `Unavailable` is what everybody waits for."""

    code = "fail_point"


class _Rule(NamedTuple):
    action: str
    seconds: float
    probability: float


def parse(text: str) -> dict[str, _Rule]:
    """Return the rules of a specification, by the name of their point.

    Raises:
        ValueError: something in it isn't a rule; the sentence names it.
    """
    rules: dict[str, _Rule] = {}
    for part in filter(None, (one.strip() for one in text.replace("\n", ",").split(","))):
        name, equals, what = part.partition("=")
        what, _, probability = what.partition("@")
        action, _, seconds = what.partition(":")
        if not equals or action not in ("kill", "raise", "away", "sleep", "on"):
            raise ValueError(f"{VARIABLE}: {part!r} isn't `name=kill|raise|away|sleep:SECONDS|on@probability`.")
        try:
            rules[name] = _Rule(action, float(seconds or 0), float(probability or 1))
        except ValueError:
            raise ValueError(f"{VARIABLE}: {part!r} has a number that can't be read.") from None
    return rules


_specification: Final = os.environ.get(VARIABLE, "")
_file: Final = Path(_specification[1:]) if _specification.startswith("@") else None
ARMED: Final = bool(_specification)  # false in every bank that isn't being tortured: then a point is one comparison

_rules: dict[str, _Rule] = {} if _file else parse(_specification)
_read_at = 0.0


def reach(name: str) -> None:
    """Mark this line as one at which the process may fail.

    Raises:
        FailPointReached, FailPointAway: if a rule says so.
    """
    if ARMED and (rule := _chosen(name)) is not None:
        _act(name, rule)


def twice(name: str, items: Sequence[T]) -> list[T]:
    """Return the items as they are or, if a rule says so, each of them twice and in any order."""
    if not ARMED or _chosen(name) is None:
        return list(items)
    _note(name, "on")
    doubled = [*items, *items]
    random.shuffle(doubled)
    return doubled


def _chosen(name: str) -> _Rule | None:
    rule = _current().get(name)
    return rule if rule is not None and random.random() < rule.probability else None  # noqa: S311


def _current() -> dict[str, _Rule]:
    """Return the rules of this moment. A file is looked at again after a while, so a switch takes that long."""
    global _rules, _read_at  # noqa: PLW0603  (one process, one set of rules)
    if _file is not None and time.monotonic() - _read_at > _READ_EVERY_SECONDS:
        _read_at = time.monotonic()
        try:
            _rules = parse(_file.read_text())
        except FileNotFoundError:
            _rules = {}
    return _rules


def _act(name: str, rule: _Rule) -> None:
    _note(name, rule.action)
    match rule.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            time.sleep(rule.seconds)
        case "raise":
            raise FailPointReached(f"The fail point {name} was reached.")
        case "away":
            raise FailPointAway("The bank is being tested. Send it again in a moment.", retry_after_seconds=1)


def _note(name: str, action: str) -> None:
    if _file is not None:
        with _file.with_name(_file.name + ".done").open("a") as done:
            done.write(f"{name} {action} {os.getpid()}\n")
