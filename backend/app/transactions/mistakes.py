"""What is wrong with a field of a transfer, told to a person: msgspec's own words are for programmers."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from app.edge.idempotency import KEY_RULE

# What msgspec says, the code that pydantic has for it, and the message. Its numbers are limits, named as in `errors.LIMITS`.
# Only an idempotency key has a pattern, and only it may be as short as one character.
_KINDS = [
    (re.compile(said, re.DOTALL), code, message)
    for said, code, message in (
        (r"Object missing required field `(?P<field>.*)`", "missing", "Field required"),
        (r"Object contains unknown field `(?P<field>.*)`", "extra_forbidden", "Extra inputs are not permitted"),
        (r"Expected `int` >= (?P<ge>\d+)", "greater_than_equal", "It must be at least {ge}"),
        (r"Expected `int` <= (?P<le>\d+)", "less_than_equal", "It must be at most {le}"),
        (r"Expected `str` of length >= (?P<min_length>1)", "string_too_short", KEY_RULE),
        (r"Expected `str` matching regex .*", "string_pattern_mismatch", KEY_RULE),
        (r"Expected `str` of length >= (?P<min_length>\d+)", "string_too_short", "It must have at least {min_length} characters"),
        (r"Expected `str` of length <= (?P<max_length>\d+)", "string_too_long", "It must have at most {max_length} characters"),
        (r"Expected `array` of length >= (?P<min_length>\d+)", "too_short", "It must have at least {min_length}"),
        (r"Expected `int`.*", "int_type", "It must be a whole number"),
        (r"Expected `str.*", "string_type", "It must be text"),
        (r"Expected `array`.*", "list_type", "It must be a list"),
        (r"Expected `object`.*", "dict_type", "It must be a JSON object"),
    )
]  # fmt: skip
_WHERE = re.compile(r"(.*) - at `\$([^`]*)`", re.DOTALL)
_STEP = re.compile(r"\w+")  # of a path such as `.transfers[3].note`


def mistake(error: msgspec.ValidationError, place: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return msgspec's error in what stands in this place of the body as pydantic describes one; see `errors.wrong_fields`."""
    said, path = found.groups() if (found := _WHERE.fullmatch(str(error))) else (str(error), "")
    location = ("body", *place, *_STEP.findall(path))
    for kind, code, message in _KINDS:
        if match := kind.fullmatch(said):
            facts = match.groupdict()
            field = facts.pop("field", None)
            limits = {name: int(limit) for name, limit in facts.items()}
            where = location if field is None else (*location, field)
            return {"type": code, "loc": where, "msg": message.format(**limits), "ctx": limits}
    return {"type": "value_error", "loc": location, "msg": said}
