"""What may come over the wire: strict bodies, amounts, ids, texts. Types only: a worker reads them and knows no web framework.

A field is declared `amount: AmountMinor`. It refuses floats, so a router that forgets `ExactRoute` (`edge/exact.py`), which
reads an amount as the client wrote it, can't go wrong quietly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from app.core import money
from app.core.cursors import ROW_ID_MAX
from app.core.errors import BankError
from app.core.text import is_one_line

_AMOUNT_MAX = money.to_wire(money.AMOUNT_MINOR_MAX)


class Strict(BaseModel):
    """A request body: unknown fields are refused and nothing is converted (`"1"` isn't 1, `1` isn't true).

    So a choice is a `Literal` rather than an enum, and a date says `Field(strict=False)`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _only_an_object(cls, value: Any) -> Any:
        # FastAPI lets a model be read from any Python object's attributes, and the exact reader's Decimal is one: a body
        # of `1.5` would be an empty request.
        if isinstance(value, Decimal):
            raise PydanticCustomError("model_type", "Send a JSON object.")
        return value


@dataclass(frozen=True)
class Pattern:
    """What a text must look like, for a program and in words: pydantic's own `pattern` shows people the expression.

    It stands behind the constraints of length: `Annotated[str, StringConstraints(max_length=9), Pattern(…)]`.
    """

    expression: str
    rule: str  # "It must be …", without a full stop

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"pattern": self.expression}

    def _checked(self, text: str) -> str:
        if not self._matches(text):
            raise PydanticCustomError("string_pattern_mismatch", "{rule}", {"rule": self.rule})
        return text

    def _matches(self, text: str) -> bool:
        return re.fullmatch(self.expression, text) is not None


class _OneLine(Pattern):
    """What people write for others to read. The published expression says less than `core.text`: it can't name categories."""

    def _matches(self, text: str) -> bool:
        return is_one_line(text)


ONE_LINE = _OneLine(r"^[^\x00-\x1f\x7f]*$", "It must be one line of text without invisible characters")


def _minor_from_number(value: object) -> int:
    # `type(...) in` and not isinstance: True is an int to Python, and a float has already lost the client's text.
    if type(value) not in (int, Decimal):
        raise PydanticCustomError("invalid_amount", "The amount must be a number such as 150.00.")
    try:
        return money.parse_minor(str(value))
    except BankError as error:
        raise PydanticCustomError("invalid_amount", "{reason}", {"reason": error.detail}) from None


AmountMinor = Annotated[
    int,
    BeforeValidator(_minor_from_number),
    WithJsonSchema(
        {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01, "maximum": _AMOUNT_MAX, "examples": [150.00]}
    ),
]
"""An amount in a request: a JSON number such as 150.00 on the wire, a positive number of minor units (15000) inside."""

AmountOut = Annotated[
    int,
    PlainSerializer(money.to_wire, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "examples": [150.00]}, mode="serialization"),
]
"""An amount in an answer: minor units inside, a JSON number such as 150.0 on the wire."""

RowId = Annotated[int, Field(ge=1, le=ROW_ID_MAX)]
"""The id of a row, in a path or in a body."""
