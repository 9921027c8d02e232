"""What an operator may say: the same on the wire and on the command line, which loads nothing large to say no."""

from __future__ import annotations

from typing import Final

REASON_CHARACTERS_MIN: Final = 3
REASON_CHARACTERS_MAX: Final = 300
