"""Our fields, documents and questions in tantivy's terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import tantivy

from app.search.documents import ID, VERSION, Document, IndexSpec, Kind
from app.search.query import Begins, Between, Condition, Is

SOURCE = "_source"
SOURCE_ENCODER = msgspec.json.Encoder()


def schema_of(spec: IndexSpec) -> tantivy.Schema:
    """Return the schema of an index. Never `add_unsigned_field`: a Python int would kill the writer (seen)."""
    builder = tantivy.SchemaBuilder()
    for name, kind in spec.fields.items():
        if kind is Kind.INTEGER:
            builder.add_integer_field(name, indexed=True, fast=True)
        else:
            is_keyword = kind is Kind.KEYWORD
            builder.add_text_field(name, fast=is_keyword, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field(SOURCE, stored=True)
    return builder.build()


def tantivy_document(spec: IndexSpec, document: Document) -> tantivy.Document:
    """Return a document for the writer."""
    made = tantivy.Document()
    made.add_integer(ID, document.id)
    made.add_integer(VERSION, document.version)
    for name, kind in spec.declared.items():
        value: Any = document.words.get(name) if kind is Kind.WORDS else document.content.get(name)
        if value is None:
            continue
        add = made.add_integer if kind is Kind.INTEGER else made.add_text
        for one in value if isinstance(value, list | tuple) else (value,):
            add(name, one)
    made.add_bytes(SOURCE, SOURCE_ENCODER.encode(document.content))
    return made


def tantivy_query(schema: tantivy.Schema, conditions: Sequence[Condition]) -> tantivy.Query:
    """Return the query for all of these conditions; built from parts, so no text can say anything in a syntax."""
    parts = [(tantivy.Occur.Must, part) for condition in conditions for part in _parts(schema, condition)]
    if not parts:
        return tantivy.Query.all_query()
    return parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts)


def _parts(schema: tantivy.Schema, condition: Condition) -> Iterator[tantivy.Query]:
    query = tantivy.Query
    match condition:
        case Is(name, values):
            if len(values) == 1:
                yield query.term_query(schema, name, values[0], index_option="basic")
            else:
                yield query.term_set_query(schema, name, list(values)) if values else query.empty_query()
        case Between(name, at_least, below):
            if at_least is not None or below is not None:
                # An open side must be called inclusive, or tantivy refuses.
                yield query.range_query(
                    schema, name, tantivy.FieldType.Integer, at_least, below, include_upper=below is None
                )
        case Begins(name, words):
            for word in words:
                yield query.fuzzy_term_query(schema, name, word, distance=0, prefix=True)
