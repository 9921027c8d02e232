"""Nothing lost, nothing twice: every acknowledged key against the books, by the auditor that torture has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from app.torture.audit import Auditor
from app.torture.memory import Promise, canonical
from app.torture.people import People, Person

from bench.open_loop import Kept, Seen
from bench.server import Customer

_NOBODY: Final = Person(0, 0, "")
_SINGLE: Final = 201


class Proof:
    """Holds what a bank has answered against its books. Every transfer of the bank must have been asked for over HTTP."""

    def __init__(self, customers: Sequence[Customer]) -> None:
        people = [Person(one.user_id, one.account_id, one.token) for one in customers]
        self._auditor = Auditor(People(people, len(people), _NOBODY))

    def of(self, *seen: Seen) -> dict[str, Any]:
        """Audit a bank that has come to rest: how many transfers were acknowledged, and what is wrong with them."""
        promises = [promise for one in seen for kept in one.kept for promise in promised(kept)]
        found = self._auditor.audit(promises)
        counts = {name: count for name, count in found.counts.items() if count}
        return {
            "acknowledged": sum(promise.is_kept_as_done for promise in promises),
            "answers_of_transfers": dict(Counter(str(promise.status) for promise in promises)),
            "findings": [f"{name}: {count}" for name, count in counts.items()] + (found.samples if counts else []),
        }


def promised(kept: Kept) -> Iterator[Promise]:
    """Give what an answer promised: about one transfer, or about each of a bulk.

    Raises:
        ValueError: the bulk's answer has another number of results than it had transfers.
    """
    answer = json.loads(kept.body)
    results = answer.get("results") or [{"http_status": _SINGLE, "answer": answer}]
    for key, one in zip(kept.asked.keys, results, strict=True):
        yield Promise("transfer", kept.asked.who, "", key, "", one["http_status"], canonical(one["answer"]))
