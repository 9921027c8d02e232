"""What the bank has promised: every answer to every key, in memory and in a file that outlives us."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple


class Promise(NamedTuple):
    """A request that was answered, and the answer."""

    what: str  # transfer, deposit, withdrawal, refund or review
    who: int  # the number of the person who asked
    path: str
    key: str
    body: str
    status: int
    answer: str

    @property
    def is_kept_as_done(self) -> bool:
        """Whether the bank said that it had taken it on."""
        return self.status in (200, 201)

    @property
    def facts(self) -> Any:
        """The answer, decoded."""
        return json.loads(self.answer)


class Memory:
    """Everything that was acknowledged. Open the file by entering the block."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.promises: list[Promise] = []
        self.transfers = 0  # how many transfers the bank has taken on

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def keep(self, promise: Promise) -> None:
        """Remember an answer."""
        self.promises.append(promise)
        self.transfers += promise.what == "transfer" and promise.is_kept_as_done
        self._file.write(json.dumps(promise) + "\n")

    def flush(self) -> None:
        """Hand the file to the operating system."""
        self._file.flush()

    def some(self, count: int, chance: random.Random) -> list[Promise]:
        """Return some promises that had a key, old ones as likely as new ones."""
        keyed = [self.promises[chance.randrange(len(self.promises))] for _ in range(count)] if self.promises else []
        return [promise for promise in keyed if promise.key]


def canonical(answer: Any) -> str:
    """Return an answer as a text that is the same for the same answer."""
    return json.dumps(answer, sort_keys=True, separators=(",", ":"))
