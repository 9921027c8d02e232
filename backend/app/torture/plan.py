"""What is broken when: a plan per cycle, dealt from a shuffled deck of every fault, so that each has its turn. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

FAULTS_PER_CYCLE: Final = 4

# Where money is handled, in a worker: killed at each of these lines, nothing may be lost or doubled.
_WORKER_POINTS: Final = (
    "settle.before-lock",
    "settle.locked",
    "settle.written",
    "inbox.before-commit",
    "inbox.committed",
    "search.written",
)
_GATEWAY_POINTS: Final = ("accept.before-read", "accept.before-commit", "accept.committed")
_ANY_POINTS: Final = ("unit.before-commit", "unit.committed")
_BROKER_POINTS: Final = ("relay.before-publish", "relay.published", "relay.marked", "consume.before-ack")
# What isn't a crash: a bug that comes and goes, something away, a pause in the worst moment.
_OTHER_RULES: Final = (
    "inbox.before-commit=raise@0.1",
    "inbox.before-commit=away@0.3",
    "settle.locked=sleep:0.5@0.3",
    "accept.before-commit=away@0.3",
    "accept.committed=away@0.3",
    "unit.committed=sleep:0.3@0.1",
    "relay.twice=on",
)
_BROKER_RULES: Final = ("relay.published=raise@0.3", "consume.before-ack=sleep:0.5@0.3", "consume.twice=on")
_WIRE_FAULTS: Final = ("cut", "mid-frame", "half-open", "delay", "reset after sent")

EMBEDDED: Final = "embedded"
ENGINES: Final = "engines"


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, `at` this part of the cycle (0 to 1), for so many seconds (0: a kill needs none)."""

    at: float
    kind: str  # kill, freeze, wire, failpoint
    target: str  # a process, an engine, a wire, or the rule of a fail point
    how: str = ""  # what a wire does
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.kind} {self.target}{' ' + self.how if self.how else ''}{lasting}"


@dataclass(frozen=True)
class Plan:
    """The faults of one cycle, in order. The same seed, profile and number always give the same plan."""

    number: int
    faults: tuple[Fault, ...]

    def lasts(self, seconds: float) -> float:
        """Return how long the load of a cycle of so many seconds must last, so that every fault happens under it."""
        return max(seconds, *(fault.at * seconds + fault.seconds for fault in self.faults))

    def __str__(self) -> str:
        return "; ".join(map(str, self.faults))


def plan(seed: int, number: int, profile: str) -> Plan:
    """Return the plan of cycle `number` (from 1)."""
    dealt = _deal(seed, profile)
    hand: list[tuple[str, str, str]] = []
    for _ in range(number):
        hand = [next(dealt) for _ in range(FAULTS_PER_CYCLE)]
    chance = random.Random(f"{seed}/{profile}/{number}")
    faults = [Fault(round(chance.uniform(0.1, 0.9), 2), *card, _lasting(card, chance)) for card in hand]
    return Plan(number, tuple(sorted(faults, key=lambda fault: fault.at)))


def deck(profile: str) -> list[tuple[str, str, str]]:
    """Return every fault of a profile: its kind, its target, and how."""
    on_engines = profile == ENGINES
    engines = ("rabbitmq", "redis", "elasticsearch") if on_engines else ()
    killed = ("gateway", "worker", "postgres", "bank", *(("relay", "beat") if on_engines else ()), *engines)
    frozen = ("gateway", "worker", "postgres", *(("relay", "beat") if on_engines else ()), *engines)
    points = (*_WORKER_POINTS, *_GATEWAY_POINTS, *_ANY_POINTS, *(_BROKER_POINTS if on_engines else ("relay.taken",)))
    rules = (*_OTHER_RULES, *(_BROKER_RULES if on_engines else ()))
    wires = ("postgres", "rabbitmq") if on_engines else ()
    return [
        *(("kill", target, "") for target in killed),
        *(("freeze", target, "") for target in frozen),
        *(("failpoint", f"{point}=kill@0.5", "") for point in points),
        *(("failpoint", rule, "") for rule in rules),
        *(("wire", target, how) for target in wires for how in _WIRE_FAULTS),
    ]


def _deal(seed: int, profile: str) -> Iterator[tuple[str, str, str]]:
    chance = random.Random(f"{seed}/{profile}")
    while True:
        cards = deck(profile)
        chance.shuffle(cards)
        yield from cards


def _lasting(card: tuple[str, str, str], chance: random.Random) -> float:
    """Return for how long: a frozen process and a broken wire come back, a fail point is switched off again."""
    match card[0]:
        case "kill":
            return 0.0
        case "freeze":
            return round(min(10.0, 1.0 + chance.expovariate(0.5)), 1)
        case _:
            return round(chance.uniform(1.0, 3.0), 1)
