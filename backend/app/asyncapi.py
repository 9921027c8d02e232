"""What travels between the bank's programs, for those who build on it: AsyncAPI 3, JSON Schemas, and a page to read.

All of it is made from the catalogue of events; `nyord events --write docs/events` does it, and a test says when it is out of
date. What the sockets get is described here as well, because browsers read it and Python never does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from inspect import getdoc
from typing import Any

import msgspec

from app import __version__
from app import consumers as _every_queue  # noqa: F401  (the queues are part of the picture)
from app.broker.topology import EVENTS
from app.events.catalogue import CATALOGUE, Event, TransferFailed
from app.events.consumer import queues_for

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/components/schemas/{name}"

Schema = dict[str, Any]

_REQUIREMENTS = re.compile(r" \([SC]\d[^)]*\)|^S\d+: ")


class NotificationData(msgspec.Struct):
    """A notification as its owner reads it; `id` grows with time, `related_id` is what it is about.

    `sentence` and `facts` are the same for a program that says it in another language: which sentence it is, and what
    to fill it with (amounts in minor units and a currency). Both are null where the bank didn't note them yet.
    """

    id: int
    title: str
    message: str
    sentence: str | None
    facts: dict[str, str | int] | None
    type: str
    related_id: int
    created_at: datetime
    read: bool


class Notification(msgspec.Struct, tag_field="type", tag="notification"):
    """S98: something happened that its owner should know."""

    data: NotificationData


class TransactionSuccess(msgspec.Struct, tag_field="type", tag="transaction.success"):
    """S99: money moved. Amounts are in whole units; the balance of the other side is null."""

    transaction_id: int
    amount: float
    new_src_balance: float | None
    new_dest_balance: float | None


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    """The answer to a ping."""


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    """All that a client has to say: is anybody there?"""


PUSHED: dict[str, type[msgspec.Struct]] = {
    "ws.notification": Notification, "ws.transaction.success": TransactionSuccess, "ws.pong": Pong,
}  # fmt: skip
SAID: dict[str, type[msgspec.Struct]] = {"ws.ping": Ping}


def files() -> dict[str, str]:
    """Return every generated file by its path below docs/events."""
    documents: dict[str, Any] = {"asyncapi.json": document()}
    for topic, kind in (CATALOGUE | PUSHED | SAID).items():
        documents[f"schemas/{topic}.json"] = schema_of(topic, kind)
    texts = {path: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for path, content in documents.items()}
    return texts | {"README.md": page()}


def schema_of(topic: str, kind: type[msgspec.Struct]) -> Schema:
    """Return the JSON Schema of one event (or of one message of a socket), complete in itself."""
    inner = _schemas([kind], "#/$defs/{name}")
    own = inner.pop(kind.__name__)
    schema: Schema = {"$schema": _DIALECT, "$id": f"{topic}.json"} | own
    if issubclass(kind, Event):
        schema |= {"x-topic": kind.topic, "x-aliases": list(kind.aliases), "x-version": kind.version}
    return schema | ({"$defs": inner} if inner else {})


def document() -> dict[str, Any]:
    """Return the AsyncAPI 3 document: every event on the broker, and what goes over the sockets."""
    kinds = [*CATALOGUE.values(), *PUSHED.values(), *SAID.values()]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Nyord: events and live push",
            "version": __version__,
            "description": "Facts of the bank, past tense, versioned, in order per account. Amounts are minor units.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {"host": "localhost:5672", "protocol": "amqp", "description": "RABBITMQ_URL"},
            "gateway": {"host": "localhost:8000", "protocol": "ws", "description": "The bank's own address"},
        },
        "channels": {topic: _channel(kind) for topic, kind in CATALOGUE.items()} | {"ws": _socket()},
        "operations": dict(_operations()),
        "components": {
            "schemas": _schemas(kinds, _REFERENCE),
            "messages": {topic: _bundle(kind) for topic, kind in CATALOGUE.items()}
            | {name: _message(name, kind) for name, kind in (PUSHED | SAID).items()},
        },
    }


def page() -> str:
    """Return docs/events/README.md: the catalogue as a table."""
    rows = "\n".join(_row(kind) for kind in CATALOGUE.values())
    pushed = "\n".join(
        f"| [`{kind.__struct_config__.tag}`](schemas/{name}.json) | {_about(kind)} |" for name, kind in PUSHED.items()
    )
    return _PAGE.format(rows=rows, pushed=pushed)


_PAGE = """# What happens in the bank, and who hears of it

Made by `nyord events --write docs/events` from the catalogue in the code; a test says when it is out of date. The same for
programs: [asyncapi.json](asyncapi.json) (AsyncAPI 3) and a JSON Schema per event in [schemas/](schemas). How it runs over
RabbitMQ: [topology.md](topology.md).

An event is a fact in the past tense, recorded in the same commit as what it tells of, never changed afterwards. A message is a
**bundle**: a JSON array of events of one topic that were recorded together, in order (`message_id` is the bundle's number, `type`
the topic, `headers.count` how many, `headers.schema_version` which version of the schema). A bundle can come twice: remember
`message_id` and the position. `trace` in an event is the id of the request that began it all. Amounts are minor units (paise).

| event | also routed as | what it says | queues |
| --- | --- | --- | --- |
{rows}

Every name above also matches what begins with it and a full stop: a failed transfer comes as `transfer.failed.<reason>`.
`transaction.completed` and `transaction.failed` are names of transfers alone: deposits and withdrawals have only their own.

## Over the socket

`/ws?token=` (an access token) or `/ws?ticket=` (from `POST /ws/ticket`) gives its user these messages; `{{"type":"ping"}}` is
answered with `{{"type":"pong"}}`. `notify.user.<id>` is no event on the broker but this: a channel of the WebSocket for every
user, which nobody else hears. Open it first and read the lists then: nothing falls between
the two, but what took longer than a second to be committed.

| type | what it says |
| --- | --- |
{pushed}
"""


def _row(kind: type[Event]) -> str:
    names = ", ".join(f"`{alias}`" for alias in kind.aliases)
    queues = ", ".join(f"`{queue.removeprefix('banking.')}`" for queue in _queues(kind))
    return f"| [`{kind.topic}`](schemas/{kind.topic}.json) | {names} | {_about(kind)} | {queues} |"


def _channel(kind: type[Event]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": kind.topic,
        "description": _about(kind),
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {"bundle": {"$ref": f"#/components/messages/{kind.topic}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EVENTS, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
        "x-aliases": list(kind.aliases),
        "x-queues": _queues(kind),
    }
    if kind is TransferFailed:
        channel["address"] += ".{reason}"
        channel["parameters"] = {"reason": {"description": "The code of the reason, as in the event."}}
    return channel


def _socket() -> dict[str, Any]:
    query = {
        "type": "object",
        "properties": {
            "token": {"type": "string", "description": "An access token."},
            "ticket": {"type": "string", "description": "A ticket from POST /ws/ticket."},
        },
    }
    return {
        "address": "/ws",
        "title": "notify.user.{id}",
        "description": "Live push to one signed-in user: each has a channel of their own, and hears nothing of another's.",
        "servers": [{"$ref": "#/servers/gateway"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in PUSHED | SAID},
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in CATALOGUE:
        yield f"publish.{topic}", _operation("send", topic, ["bundle"])
    yield "push", _operation("send", "ws", PUSHED)
    yield "listen", _operation("receive", "ws", SAID)


def _operation(action: str, channel: str, messages: Iterable[str]) -> dict[str, Any]:
    place = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": place},
        "messages": [{"$ref": f"{place}/messages/{name}"} for name in messages],
    }


def _bundle(kind: type[Event]) -> dict[str, Any]:
    headers: Schema = {
        "type": "object",
        "properties": {
            "schema_version": {"const": kind.version},
            "count": {"type": "integer", "minimum": 1, "description": "How many events the bundle holds."},
            "trace": {"type": "string", "description": "The request that began them all, if it is one."},
        },
        "required": ["schema_version", "count"],
    }
    return {
        "name": kind.topic,
        "title": kind.__name__,
        "summary": _about(kind),
        "contentType": "application/json",
        "headers": headers,
        "payload": {"type": "array", "minItems": 1, "items": {"$ref": _REFERENCE.format(name=kind.__name__)}},
    }


def _message(name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": name,
        "title": kind.__name__,
        "summary": _about(kind),
        "contentType": "application/json",
        "payload": {"$ref": _REFERENCE.format(name=kind.__name__)},
    }


def _queues(kind: type[Event]) -> list[str]:
    return sorted(queues_for(kind.topic))


def _schemas(kinds: Iterable[type[msgspec.Struct]], reference: str) -> dict[str, Schema]:
    """Return the schemas of these classes, and of those that they hold, by the name of the class."""
    _, schemas = msgspec.json.schema_components(kinds, ref_template=reference)
    for schema in schemas.values():
        schema["description"] = _plain(schema.get("description", ""))
        for name, value in schema.get("properties", {}).items():
            choices = value.get("anyOf", [])
            if choices and all(set(choice) == {"type"} for choice in choices):
                del value["anyOf"]
                value["type"] = [choice["type"] for choice in choices]
            if name.endswith("_at"):  # every time is UTC, with its offset
                value["format"] = "date-time"
    return schemas


def _about(kind: type[Any]) -> str:
    """Return the first paragraph of what a class says of itself, on one line."""
    return _plain((getdoc(kind) or "").partition("\n\n")[0])


def _plain(text: str) -> str:
    """Return a docstring as one line, without the numbers of our requirements, which mean nothing outside."""
    return _REQUIREMENTS.sub("", " ".join(text.split()))
