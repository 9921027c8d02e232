"""`POST /transactions/initiate` and its kin as bare ASGI: a router and a request object would cost more than the work.

The body is parsed by msgspec and its amount from its text; everything after that is `accept`.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.config import Settings
from app.core import money
from app.core.cursors import ROW_ID_MAX
from app.core.errors import BankError, Invalid, TooLarge
from app.core.text import is_one_line
from app.edge import errors, limits
from app.edge.idempotency import KEY_CHARACTERS_MAX
from app.edge.query import require_known
from app.identity import tokens
from app.identity.errors import SignInNeeded, TokenInvalid
from app.transactions.accept import Acceptor
from app.transactions.batch import Answer, Wanted
from app.transactions.errors import KeyRequired
from app.transactions.mistakes import mistake

NOTE_CHARACTERS_MAX = 140
METADATA_BYTES_MAX = 4_096
METADATA_LEVELS_MAX = 32  # whoever writes it out again later must be able to; pydantic gives up at 255
NOT_JSON = "The body isn't valid JSON."
NO_KEY_WARNING = b'299 nyord "No idempotency key was sent, so a retry would pay again. Send one to be safe."'

RowId = Annotated[int, msgspec.Meta(ge=1, le=ROW_ID_MAX)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_CHARACTERS_MAX, pattern=r"^[\x21-\x7e]+\Z")]
Currency = Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
Note = Annotated[str, msgspec.Meta(max_length=NOTE_CHARACTERS_MAX)]

_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_CHARACTERS_MAX}}}", re.ASCII)


class InitiateBody(msgspec.Struct, forbid_unknown_fields=True):
    """S73: what a transfer request holds. The amount stays text until `money.parse_minor` has read it."""

    src_account: RowId
    dest_account: RowId
    amount: msgspec.Raw
    currency: Currency = money.BASE_CURRENCY
    metadata: msgspec.Raw = msgspec.Raw(b"null")
    note: Note = ""
    idempotency_key: Key | None = None


class BulkBody(msgspec.Struct, forbid_unknown_fields=True):
    """Up to `bulk_transfers_max` transfers, each with an answer of its own and a key, its own or the bulk's with its position."""

    transfers: Annotated[list[InitiateBody], msgspec.Meta(min_length=1)]


class _RawBulk(msgspec.Struct):
    """A bulk's transfers as they were sent."""

    transfers: list[msgspec.Raw]


# A position of up to four digits is added to the key of a whole bulk.
BULK_KEY_CHARACTERS_MAX = KEY_CHARACTERS_MAX - 5

_decode_one = msgspec.json.Decoder(InitiateBody).decode
_decode_bulk = msgspec.json.Decoder(BulkBody).decode
_decode_raws = msgspec.json.Decoder(_RawBulk).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode

T = TypeVar("T")


class TransferEndpoint:
    """The ASGI endpoint of one way to ask for transfers.

    `both_own` is for transfers between the asker's own accounts; `bulk` takes many at once.
    """

    def __init__(self, *, both_own: bool = False, bulk: bool = False) -> None:
        self._both_own = both_own
        self._bulk = bulk

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> int:
        """Answer one request and return its status.

        `headers` are added to the answer (what the middleware would add, if it is passed by).
        """
        acceptor: Acceptor = scope["app"].state.acceptor
        settings: Settings = scope["app"].state.settings
        try:
            if scope["query_string"]:
                require_known(scope["query_string"], ())
            claims = _claims(scope)
            state = scope["state"]
            state["user_id"] = claims.user_id
            body = await _body(receive, settings.body_bytes_max)
            key = _header(scope, b"idempotency-key")
            if self._bulk:
                wanted = _parse_bulk(body, claims, key, state["request_id"], settings)
            else:
                transfer = _decode(body, _decode_one)
                _require_each_field_once(body)
                wanted = [_wanted(transfer, claims, key, state["request_id"], settings, both_own=self._both_own)]
            answers = await acceptor.submit(wanted)
        except BankError as error:
            scope["state"]["code"] = error.code
            return await send_answer(
                send, errors.status_of(error), errors.error_body(error), _error_headers(error), headers
            )
        if self._bulk:
            repeated = [(b"idempotency-hit", b"true")] if all(answer.is_repeated for answer in answers) else []
            return await send_answer(send, 200, _bulk_body(answers), repeated, headers)
        first = answers[0]
        if first.status >= 400:
            state["code"] = errors.code_in(first.body)
        return await send_answer(send, first.status, first.body, _answer_headers(first, wanted[0]), headers)


def _claims(scope: Scope) -> tokens.Claims:
    """Return what the token says, and count the request as `permissions.current_user` does."""
    authorization = _header(scope, b"authorization") or ""
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() != "bearer" or not token:
            raise SignInNeeded
        claims = tokens.verified(token.strip())
    except (SignInNeeded, TokenInvalid):
        limits.hit("rate_limit_anonymous", limits.visitor_of(Request(scope)))
        raise
    limits.hit("rate_limit_per_user", str(claims.user_id))
    return claims


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


async def _body(receive: Receive, bytes_max: int) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > bytes_max:
            raise TooLarge(bytes_max)
        if not message.get("more_body"):
            return body


def _decode(body: bytes, decoder: Callable[[bytes], T], *place: str) -> T:
    """Read JSON that stands in this place of the body: nowhere is the body itself."""
    try:
        return decoder(body)
    except msgspec.ValidationError as error:
        raise errors.wrong_fields([mistake(error, place)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid(NOT_JSON) from None


def _require_each_field_once(body: bytes) -> None:
    """Refuse an object that says a field twice: two readers would understand two payments, and ours takes the last.

    Nothing is there twice where no two strings are alike and none is written with an escape; only else is it worth a look.
    """
    strings = body.split(b'"')[1::2]
    if len(strings) == len(set(strings)) and b"\\" not in body:
        return
    try:
        pairs = json.loads(body, object_pairs_hook=list, parse_int=str)  # a number of any length is for others to judge
    except (ValueError, RecursionError):
        raise Invalid(NOT_JSON) from None
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise Invalid(f"The body says `{name}` twice; send each field once.").about(name[:40])


def _parse_bulk(
    body: bytes, claims: tokens.Claims, header_key: str | None, trace: str, settings: Settings
) -> list[Wanted]:
    """Turn a bulk into what `accept` takes. A transfer without a key of its own has the header's, with its position.

    Raises:
        BankError: one of them can't be understood, and so nothing is begun; `transfer` in its data is that one's position.
    """
    transfers = _decode(body, _decode_bulk).transfers
    if len(transfers) > settings.bulk_transfers_max:
        raise Invalid(
            f"Send at most {settings.bulk_transfers_max} transfers at once.", transfers_max=settings.bulk_transfers_max
        )
    if body.count(b'"transfers"') > 1 or b"\\" in body:
        _require_each_field_once(body)
    key = _checked_key(header_key, BULK_KEY_CHARACTERS_MAX)
    wanted: list[Wanted] = []
    for number, (raw, transfer) in enumerate(zip(_decode(body, _decode_raws).transfers, transfers, strict=True)):
        try:
            _require_each_field_once(bytes(raw))
            wanted.append(_wanted(transfer, claims, f"{key}#{number}" if key else None, trace, settings))
        except BankError as error:
            if len(transfers) > 1:
                error.detail = f"Transfer {number + 1} of {len(transfers)}: {error.detail}"
            error.data |= {"transfer": number}
            if error.field is not None:
                error.about(f"transfers.{number}.{error.field}")
            raise
    return wanted


def _wanted(
    body: InitiateBody,
    claims: tokens.Claims,
    header_key: str | None,
    trace: str,
    settings: Settings,
    *,
    both_own: bool = False,
) -> Wanted:
    """Turn a parsed body into what `accept` takes.

    Raises:
        InvalidAmount, UnknownCurrency, Invalid: something in it can't be booked.
        KeyRequired: strict mode, and no key in body or header.
    """
    amount_minor = money.parse_minor(bytes(body.amount).decode("latin-1"), body.currency)
    if not is_one_line(body.note):
        raise Invalid("note must be one line of text without invisible characters.").about("note")
    metadata = _metadata(body.metadata)
    key = body.idempotency_key or _checked_key(header_key)  # C10: the body's key wins
    generated = key is None
    if key is None:
        if settings.strict_idempotency:
            raise KeyRequired("Send an idempotency_key, so that a retry can't pay twice.")
        key = "generated-" + secrets.token_hex(16)
    asked = (
        f"{body.src_account}\n{body.dest_account}\n{amount_minor}\n{body.currency}\n{both_own}\n{body.note}\n{metadata}"
    )
    return Wanted(
        claims.user_id, claims.session_id, body.src_account, body.dest_account, amount_minor, body.currency, key,
        hashlib.sha256(asked.encode()).hexdigest(), body.note, metadata, both_own, generated, trace,
    )  # fmt: skip


def _checked_key(key: str | None, characters_max: int = KEY_CHARACTERS_MAX) -> str | None:
    if key is not None and (len(key) > characters_max or not _KEY.fullmatch(key)):
        raise Invalid(f"Idempotency-Key must be 1 to {characters_max} printable ASCII characters without spaces.")
    return key


def _metadata(field: msgspec.Raw) -> str | None:
    raw = bytes(field)
    if raw == b"null":
        return None
    if len(raw) > METADATA_BYTES_MAX:
        sentence = f"metadata is larger than we keep ({METADATA_BYTES_MAX} bytes)."
        raise Invalid(sentence, bytes_max=METADATA_BYTES_MAX).about("metadata")
    if not _is_shallow(_decode(raw, _decode_object, "metadata"), METADATA_LEVELS_MAX):
        sentence = f"metadata is nested deeper than we keep ({METADATA_LEVELS_MAX} levels)."
        raise Invalid(sentence, levels_max=METADATA_LEVELS_MAX).about("metadata")
    return raw.decode()


def _is_shallow(value: Any, levels: int) -> bool:
    """Whether at most so many objects and lists lie in each other."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in inner)


def _answer_headers(answer: Answer, wanted: Wanted) -> list[tuple[bytes, bytes]]:
    if answer.error is not None:
        return _error_headers(answer.error)
    if answer.is_repeated:
        return [(b"idempotency-hit", b"true")]
    if wanted.key_is_generated:
        return [(b"warning", NO_KEY_WARNING), (b"idempotency-key", wanted.key.encode())]
    return []


def _error_headers(error: BankError) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in errors.headers_of(error).items()]


def _bulk_body(answers: Sequence[Answer]) -> bytes:
    """Join the single answers: each is valid JSON already, with the status that it would have had alone."""
    parts = [b'{"http_status":%d,"answer":%s}' % (answer.status, answer.body) for answer in answers]
    return b'{"results":[' + b",".join(parts) + b"]}"


async def send_answer(
    send: Send, status: int, body: bytes, own: Sequence[tuple[bytes, bytes]], extra: Sequence[tuple[bytes, bytes]]
) -> int:
    """Send a JSON answer with its own headers and what the middleware would add, and return its status."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *own, *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
