"""Search at half a million transactions: how long an answer takes, and how soon what happened is found."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.enquiries.documents import milliseconds
from app.enquiries.indexes import TRANSACTIONS
from app.search.documents import Document
from app.search.elastic import ElasticSearch
from app.search.embedded import EmbeddedSearch
from app.search.port import SearchIndex
from app.search.query import Begins, Between, Condition, Is, Query
from app.search.words import words

from bench.cells import Cell, show
from bench.figures import percentile

DOCUMENTS = 500_000
USERS = 20_000
AT_ONCE = 5_000
QUESTIONS = 2_000
FRESH = 20
FRESH_SECONDS_MAX = 10
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)

_FIRST = (
    "Aarav", "Aditi", "Arjun", "Diya", "Ishaan", "Kavya", "Lakshmi", "Meera", "Nikhil", "Priya", "Rahul", "Rohan",
    "Saanvi", "Tara", "Vihaan", "Zoya",
)  # fmt: skip
_LAST = (
    "Agarwal", "Bose", "Chopra", "Das", "Fernandes", "Ghosh", "Iyer", "Joshi", "Kapoor", "Menon", "Nair", "Patel",
    "Rao", "Reddy", "Sharma", "Singh", "Verma",
)  # fmt: skip
_NOTES = (
    "rent", "groceries", "dinner", "tickets", "school", "fees", "electricity", "gift", "taxi", "loan", "salary",
    "refund", "medicine", "books",
)  # fmt: skip


def search_cells(profile: str) -> Iterator[Cell]:
    """Measure the search engine of a profile; Elasticsearch also beside the embedded one, where SEARCH_URL names it."""
    url = os.environ.get("SEARCH_URL", "")
    if profile == "embedded":
        yield _cell("embedded", _embedded())
    if url:
        yield _cell("Elasticsearch", _elasticsearch(url))


def _cell(name: str, opened: AbstractContextManager[SearchIndex]) -> Cell:
    with opened as engine:
        cell = {"cell": f"search, {name}, {DOCUMENTS:,} transactions", **_measured(engine)}
    show(cell)
    return cell


@contextmanager
def _embedded() -> Iterator[SearchIndex]:
    with TemporaryDirectory(prefix="nyord-bench-") as folder:
        engine = EmbeddedSearch(Path(folder))
        yield engine
        engine.close()


@contextmanager
def _elasticsearch(url: str) -> Iterator[SearchIndex]:
    engine = ElasticSearch(url, prefix=f"nyord-bench-{os.getpid()}-")
    try:
        yield engine
    finally:
        with suppress(Exception):
            engine.promote(TRANSACTIONS, last := engine.create(TRANSACTIONS))
            engine.drop(TRANSACTIONS, last)
        engine.close()


def _measured(engine: SearchIndex) -> Cell:
    chance = random.Random(7)
    generation = engine.create(TRANSACTIONS)
    started = time.perf_counter()
    for first in range(1, DOCUMENTS + 1, AT_ONCE):
        documents = [_transaction(chance, one) for one in range(first, first + AT_ONCE)]
        engine.write(TRANSACTIONS, documents, generation=generation)
    per_second = DOCUMENTS / (time.perf_counter() - started)
    engine.promote(TRANSACTIONS, generation)
    asked = [_question(chance) for _ in range(QUESTIONS)]
    for query in asked[:100]:
        engine.find(TRANSACTIONS, query)
    taken = [_milliseconds(lambda query=query: engine.find(TRANSACTIONS, query)) for query in asked]  # type: ignore[misc]
    everything = [_milliseconds(lambda query=query: engine.find(TRANSACTIONS, query)) for query in _broad(chance)]  # type: ignore[misc]
    figures = [_milliseconds(lambda: engine.aggregate(TRANSACTIONS, [], _MONTHS)) for _ in range(20)]
    fresh = [_seconds_until_found(engine, chance, DOCUMENTS + 1 + number) for number in range(FRESH)]
    return {
        "documents_per_second": per_second,
        "p50_ms": percentile(taken, 0.5),
        "p99_ms": percentile(taken, 0.99),
        "staff_p99_ms": percentile(everything, 0.99),
        "figures_p50_ms": percentile(figures, 0.5),
        "found_after_seconds_max": max(fresh),
        "errors": int(max(fresh) > FRESH_SECONDS_MAX),
    }


def _transaction(chance: random.Random, one: int) -> Document:
    names = [f"{chance.choice(_FIRST)} {chance.choice(_LAST)}" for _ in range(2)]
    users = chance.sample(range(1, USERS + 1), 2)
    note = " ".join(chance.sample(_NOTES, 2))
    amount_minor = chance.randrange(1_00, 50_000_00)
    at = _EPOCH + timedelta(seconds=one * 60)
    content = {
        "transaction_id": one, "src_account": users[0], "dest_account": users[1], "amount": amount_minor / 100,
        "status": chance.choices(("SUCCESS", "FAILED"), (95, 5))[0], "timestamp": at.isoformat(), "kind": "transfer",
        "currency": "INR", "amount_minor": amount_minor, "at": milliseconds(at), "account_ids": users, "user_ids": users,
        "reason": None, "note": note, "src_user_name": names[0], "dest_user_name": names[1],
    }  # fmt: skip
    parties = list(words(" ".join(names)))
    return Document(one, 3, content, {"parties": parties, "text": [*parties, *words(note), "transfer", str(one)]})


def _question(chance: random.Random) -> Query:
    """Return what a customer asks: their own history, by a word, a name, an amount, a time, in some order."""
    conditions: list[Condition] = [Is("user_ids", (chance.randint(1, USERS),))]
    shapes: Sequence[Condition] = (
        Begins("text", (chance.choice(_NOTES)[: chance.randint(2, 5)],)),
        Begins("parties", words(chance.choice(_FIRST))),
        Between("amount_minor", 1_000_00, 20_000_00),
        Between("at", milliseconds(_EPOCH + timedelta(days=100)), milliseconds(_EPOCH + timedelta(days=200))),
        Is("status", ("SUCCESS",)),
    )
    conditions += chance.sample(shapes, chance.randint(0, 3))
    return Query(tuple(conditions), sort=chance.choice(("id", "id", "amount_minor")), limit=51, contents=False)


def _broad(chance: random.Random) -> Iterator[Query]:
    """Give what staff ask: two words, of everybody."""
    for _ in range(200):
        asked = (chance.choice(_LAST)[:4].lower(), chance.choice(_NOTES)[:5])
        yield Query((Begins("text", asked),), limit=51, contents=False)


_MONTHS: dict[str, Any] = {
    "periods": {
        "range": {
            "field": "at",
            "ranges": [
                {
                    "from": milliseconds(_EPOCH + timedelta(days=30 * month)),
                    "to": milliseconds(_EPOCH + timedelta(days=30 * (month + 1))),
                }
                for month in range(12)
            ],
        },
        "aggs": {"groups": {"terms": {"field": "status", "size": 10}}, "sum": {"sum": {"field": "amount_minor"}}},
    }
}


def _seconds_until_found(engine: SearchIndex, chance: random.Random, one: int) -> float:
    started = time.perf_counter()
    engine.write(TRANSACTIONS, [_transaction(chance, one)])
    query = Query((Is("transaction_id", (one,)),), limit=1)
    while not engine.find(TRANSACTIONS, query).hits and time.perf_counter() - started < FRESH_SECONDS_MAX + 1:
        time.sleep(0.01)
    return time.perf_counter() - started


def _milliseconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1_000
