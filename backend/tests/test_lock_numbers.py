"""Guarantee: no two duties share the number of an advisory lock. One that is held for life would silently stop the other."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

APP = Path(__file__).parents[1] / "app"
NUMBER = re.compile(r"\b(7811887\d{3}|0x6E796F[0-9A-F]+)\b")


def test_every_lock_has_a_number_of_its_own() -> None:
    found = Counter(number for path in APP.rglob("*.py") for number in NUMBER.findall(path.read_text()))
    assert len(found) > 5
    assert [number for number, times in found.items() if times > 1] == []
