"""The contract of the search port, held to every engine."""

from __future__ import annotations

from typing import Any

import pytest

from app.search.documents import Document, IndexSpec, Kind
from app.search.port import IndexMissing, SearchIndex
from app.search.query import TOTAL_MAX, Begins, Between, Is, Query
from app.search.words import query_words, words
from tests.search.conftest import BOOKS


def book(number: int, text: str = "A book", *, version: int = 1, **content: Any) -> Document:
    facts = {"kind": "novel", "readers": [1], "price": number, "at": number * 1_000, "title": text} | content
    return Document(number, version, facts, {"text": list(words(text))})


def write(engine: SearchIndex, *documents: Document) -> None:
    engine.write(BOOKS, documents)
    engine.refresh(BOOKS)


def ids(engine: SearchIndex, *conditions: Any, **query: Any) -> list[int]:
    return [hit.id for hit in engine.find(BOOKS, Query(conditions, **query)).hits]


class TestWriting:
    """S168: what is written is found, in its latest version, whatever arrives when."""

    def test_what_was_written_is_found_as_it_was(self, engine: SearchIndex) -> None:
        write(engine, book(7, "The Sea, the Sea", nested={"pages": [1, 2], "₹": None}))
        found = engine.find(BOOKS, Query())
        assert found.total == 1
        assert found.hits[0].content == {
            "kind": "novel", "readers": [1], "price": 7, "at": 7_000, "title": "The Sea, the Sea",
            "nested": {"pages": [1, 2], "₹": None},
        }  # fmt: skip

    def test_without_contents_the_same_ids_and_places(self, engine: SearchIndex) -> None:
        write(engine, *(book(number, price=number % 2) for number in range(1, 9)))
        whole, bare = (engine.find(BOOKS, Query(sort="price", contents=wanted)) for wanted in (True, False))
        assert [(hit.id, hit.place) for hit in bare.hits] == [(hit.id, hit.place) for hit in whole.hits]
        assert bare.total == whole.total == 8
        assert all(hit.content == {} for hit in bare.hits)

    def test_a_late_version_never_replaces_a_newer_one(self, engine: SearchIndex) -> None:
        write(engine, book(1, "third", version=3))
        write(engine, book(1, "second", version=2))
        assert [(hit.version, hit.content["title"]) for hit in engine.find(BOOKS, Query()).hits] == [(3, "third")]
        assert ids(engine, Begins("text", ("second",))) == []

    def test_the_same_batch_twice_is_once(self, engine: SearchIndex) -> None:
        for _ in range(2):
            write(engine, *(book(number) for number in range(1, 30)))
        assert engine.count(BOOKS) == 29

    def test_versions_of_one_document_in_one_batch_in_any_order(self, engine: SearchIndex) -> None:
        write(engine, book(1, version=2, kind="poem"), book(1, version=3, kind="essay"), book(1, version=1))
        assert [hit.content["kind"] for hit in engine.find(BOOKS, Query()).hits] == ["essay"]

    def test_the_same_version_again_repairs(self, engine: SearchIndex) -> None:
        write(engine, book(1, "damaged"))
        write(engine, book(1, "whole"))
        assert [hit.content["title"] for hit in engine.find(BOOKS, Query()).hits] == ["whole"]

    def test_more_than_one_request_holds(self, engine: SearchIndex) -> None:
        write(engine, *(book(number) for number in range(1, 4_502)))
        assert engine.count(BOOKS) == 4_501

    def test_nothing_is_a_no_op(self, engine: SearchIndex) -> None:
        write(engine)
        engine.delete(BOOKS, [])
        assert engine.count(BOOKS) == 0

    def test_deleted_is_gone_and_twice_is_once(self, engine: SearchIndex) -> None:
        write(engine, book(1), book(2))
        for _ in range(2):
            engine.delete(BOOKS, [1, 99])
        engine.refresh(BOOKS)
        assert ids(engine) == [2]


class TestFinding:
    """S70, S168: text, exact values and ranges, all of them at once."""

    @pytest.fixture(autouse=True)
    def _shelf(self, engine: SearchIndex) -> None:
        write(
            engine,
            book(1, "Rent for März, Café Zürich", readers=[1, 2]),
            book(2, "rental car", kind="poem", readers=[2], price=9_007_199_254_740_991),
            book(3, "Groceries: 12,500.50 paid", readers=[3], at=-5),
            book(4, "किराया मार्च", readers=[3]),
        )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("rent", [2, 1]), ("RENT", [2, 1]), ("rent marz", [1]), ("cafe zurich", [1]), ("zür", [1]), ("car rental", [2]),
            ("12500", []), ("12,500", [3]), ("किराया", [4]), ("ent", []), ("rent nothing", []), ("किर", [4]), ("मार्च", [4]),
            ("का", []), ("किराये", []), ("मर", []),
        ],
    )  # fmt: skip
    def test_words_by_their_beginnings(self, engine: SearchIndex, text: str, expected: list[int]) -> None:
        assert ids(engine, Begins("text", query_words(text))) == expected

    @pytest.mark.parametrize(
        "text",
        ["rent*", "rent?", 'rent"', "rent~2", "rent AND (", "text:rent", "/rent/", "[rent TO *]", "rent\\", "+rent -x:",
         "rent^5", "{rent}", "rent || &&", "rent\x00", "'; DROP TABLE users; --", '{"match_all":{}}', "rent\ud800", "%"],
    )  # fmt: skip
    def test_no_sign_of_any_syntax_means_anything(self, engine: SearchIndex, text: str) -> None:
        found = ids(engine, Begins("text", query_words(text)))
        assert set(found) <= {1, 2} or not query_words(text)

    def test_exact_values(self, engine: SearchIndex) -> None:
        assert ids(engine, Is("kind", ("poem",))) == [2]
        assert ids(engine, Is("kind", ("poem", "novel"))) == [4, 3, 2, 1]
        assert ids(engine, Is("readers", (2,))) == [2, 1]
        assert ids(engine, Is("readers", (1, 3))) == [4, 3, 1]
        assert ids(engine, Is("kind", ())) == []
        assert ids(engine, Is("id", (4, 2, 77))) == [4, 2]

    def test_ranges_hold_their_lower_bound_and_not_their_upper(self, engine: SearchIndex) -> None:
        assert ids(engine, Between("price", 1, 3)) == [1]
        assert ids(engine, Between("price", at_least=3)) == [4, 3, 2]
        assert ids(engine, Between("at", below=0)) == [3]
        assert ids(engine, Between("at")) == [4, 3, 2, 1]
        assert ids(engine, Between("price", 9_007_199_254_740_991)) == [2]

    def test_all_conditions_together(self, engine: SearchIndex) -> None:
        assert ids(engine, Is("readers", (2,)), Begins("text", ("rent",)), Between("price", below=5)) == [1]


class TestPages:
    """Every order is total: pages neither skip nor repeat, whatever is equal."""

    @pytest.mark.parametrize("descending", [True, False])
    @pytest.mark.parametrize("sort", ["id", "price", "at"])
    def test_pages_make_the_whole(self, engine: SearchIndex, sort: str, descending: bool) -> None:
        numbers = range(1, 48)
        write(engine, *(book(one, price=one % 3, at=1) for one in numbers))
        sign = -1 if descending else 1
        keys = {"id": lambda one: one, "price": lambda one: (one % 3, one), "at": lambda one: one}
        expected = sorted(numbers, key=keys[sort], reverse=descending)
        seen: list[int] = []
        after = None
        while True:
            page = engine.find(BOOKS, Query(sort=sort, descending=descending, after=after, limit=5))
            assert page.total == 47
            if not page.hits:
                break
            seen += [hit.id for hit in page.hits]
            after = page.hits[-1].place
        assert seen == expected, sign

    def test_a_place_from_nowhere_is_an_empty_page(self, engine: SearchIndex) -> None:
        write(engine, book(1))
        assert ids(engine, sort="price", after=(-(2**53), -1)) == []

    def test_totals_stop_counting(self, engine: SearchIndex) -> None:
        write(engine, *(book(number) for number in range(1, TOTAL_MAX + 3)))
        assert engine.find(BOOKS, Query(limit=1)).total == TOTAL_MAX
        assert engine.find(BOOKS, Query(limit=1, counted=False)).total == 0
        assert engine.count(BOOKS) == TOTAL_MAX + 2


class TestAggregations:
    """S169: one request, the same figures from both."""

    def test_figures_by_period_and_kind(self, engine: SearchIndex) -> None:
        write(engine, book(1), book(2, kind="poem"), book(3), book(9))
        asked = {
            "periods": {
                "range": {"field": "at", "ranges": [{"from": 1_000, "to": 3_000}, {"from": 3_000, "to": 9_000}]},
                "aggs": {"kinds": {"terms": {"field": "kind", "size": 10}}, "sum": {"sum": {"field": "price"}}},
            },
            "top": {"max": {"field": "price"}},
            "readers": {"terms": {"field": "readers", "size": 10}},
        }
        answer = engine.aggregate(BOOKS, [Between("price", below=5)], asked)
        buckets = {(one.get("from"), one.get("to")): one for one in answer["periods"]["buckets"]}
        first, second = buckets[(1_000.0, 3_000.0)], buckets[(3_000.0, 9_000.0)]
        assert (first["doc_count"], first["sum"]["value"]) == (2, 3.0)
        assert {one["key"]: one["doc_count"] for one in first["kinds"]["buckets"]} == {"novel": 1, "poem": 1}
        assert (second["doc_count"], second["sum"]["value"]) == (1, 3.0)
        assert answer["top"]["value"] == 3.0
        assert [(one["key"], one["doc_count"]) for one in answer["readers"]["buckets"]] == [(1, 3)]

    def test_figures_about_nothing(self, engine: SearchIndex) -> None:
        answer = engine.aggregate(BOOKS, [], {"kinds": {"terms": {"field": "kind", "size": 5}}})
        assert answer["kinds"]["buckets"] == []


class TestGenerations:
    """A new generation is built beside the live one and takes its place in one step."""

    def test_missing_until_built(self, empty_engine: SearchIndex) -> None:
        for ask in (
            lambda: empty_engine.find(BOOKS, Query()),
            lambda: empty_engine.write(BOOKS, [book(1)]),
            lambda: empty_engine.ensure_there(BOOKS),
            lambda: empty_engine.count(BOOKS),
        ):
            with pytest.raises(IndexMissing):
                ask()

    def test_unseen_until_promoted_then_alone(self, engine: SearchIndex) -> None:
        write(engine, book(1))
        fresh = engine.create(BOOKS)
        engine.write(BOOKS, [book(2)], generation=fresh)
        write(engine, book(3))
        assert ids(engine) == [3, 1]
        engine.promote(BOOKS, fresh)
        assert ids(engine) == [2]
        write(engine, book(4))
        assert ids(engine) == [4, 2]

    def test_thrown_away(self, engine: SearchIndex) -> None:
        fresh = engine.create(BOOKS)
        engine.write(BOOKS, [book(2)], generation=fresh)
        engine.drop(BOOKS, fresh)
        engine.ensure_there(BOOKS)
        assert ids(engine) == []

    def test_an_index_for_other_fields_is_missing(self, engine: SearchIndex) -> None:
        engine.ensure_there(BOOKS)
        changed = IndexSpec(BOOKS.name, {**BOOKS.declared, "isbn": Kind.KEYWORD})
        with pytest.raises(IndexMissing):
            engine.ensure_there(changed)
        engine.promote(changed, engine.create(changed))
        engine.ensure_there(changed)
