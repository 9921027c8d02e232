"""What an index holds: fields of a few kinds, and documents with a version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.search.words import WORDS_VERSION


class Kind(StrEnum):
    """What can be asked of a field."""

    KEYWORD = "keyword"  # texts, compared as they stand, counted by aggregations
    INTEGER = "integer"  # whole numbers, also instants (milliseconds since 1970): compared, sorted, summed
    WORDS = "words"  # texts cut into words, found by the words' beginnings; never given back


# Every document has these two.
ID, VERSION = "id", "version"
_GIVEN = {ID: Kind.INTEGER, VERSION: Kind.INTEGER}


@dataclass(frozen=True)
class IndexSpec:
    """An index: its name and the fields that can be searched. What else a document says is kept and given back."""

    name: str
    declared: Mapping[str, Kind]

    @cached_property
    def fields(self) -> Mapping[str, Kind]:
        """Every field that can be searched, with `id` and `version`."""
        return {**_GIVEN, **self.declared}

    @cached_property
    def fingerprint(self) -> str:
        """Tells an index made for other fields, or with words cut otherwise, from one made for these."""
        text = ",".join([str(WORDS_VERSION), *(f"{name}:{kind}" for name, kind in sorted(self.fields.items()))])
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Document:
    """One document. A later version replaces an earlier one, never the other way; equal versions say the same.

    `words` is what the document is found by; `content` is given back as it is.
    """

    id: int
    version: int
    content: dict[str, Any]
    words: dict[str, list[str]] = field(default_factory=dict)
