"""`nyord topology`: what the bank declares on RabbitMQ, without asking it; `nyord rabbitmqctl`: asking it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote, urlsplit

import typer

from app.cli_support import Json, answer, fail

if TYPE_CHECKING:
    from app.broker.topology import Topology

app = typer.Typer()

PAGE_HEAD = """# What is on the broker

Made by `nyord topology --page`; a test says when it is out of date. `nyord topology` prints the same as a list, `--json` with
every argument. Any worker declares all of it at start, any number of times.

- `banking.events` carries every event under its canonical name and its other names; what comes under a name is the same event.
- `banking.completed` tells everybody concerned that a transfer is completed.
- `banking.dlq` takes what came back too often (`x-delivery-limit`) or was published by a foreign program and not believed.
- `banking.retry` takes what must wait for the database; a minute later it is back in its queue.

```mermaid
"""


@app.command()
def topology(
    as_json: Json = False,
    page: Annotated[bool, typer.Option("--page", help="Print docs/events/topology.md instead.")] = False,
) -> None:
    """Print the exchanges, queues and bindings that the bank declares on RabbitMQ."""
    from app.broker.topology import described, drawn
    from app.broker.topology import topology as topology_of
    from app.consumers import consumers

    found = topology_of(consumers().values())
    sentence = PAGE_HEAD + drawn(found) + "```" if page else as_list(found)
    answer(as_json, described(found), sentence)


def as_list(found: Topology) -> str:
    """Return the topology as lines for a terminal."""
    names = [one.name for one in found.exchanges] + [one.name for one in found.queues]
    width = max(map(len, names))
    lines = ["exchanges", *(f"  {one.name:<{width}}  {one.type}" for one in found.exchanges), "queues"]
    for queue in found.queues:
        more = "one active consumer" if queue.arguments.get("x-single-active-consumer") else ""
        lines.append(f"  {queue.name:<{width}}  {queue.arguments['x-queue-type']}  {more}".rstrip())
    lines.append("bindings")
    lines += [f"  {one.source:<18} {one.key or '(all)':<30} {one.destination}" for one in found.bindings]
    return "\n".join(lines)


# These ask about one virtual host, and mean `/` unless they are told; the bank of `nyord engines` has its own.
_OF_A_VIRTUAL_HOST = ("list_queues", "list_exchanges", "list_bindings", "list_consumers", "purge_queue", "delete_queue")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def rabbitmqctl(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The engines folder.")] = None,
) -> None:
    """Run RabbitMQ's own tool on the RabbitMQ of `nyord engines`: `nyord rabbitmqctl list_queues name messages_ready`."""
    from app.engines import control
    from app.engines.folder import Room, chosen_folder
    from app.engines.rabbitmq import RabbitEngine

    folder = chosen_folder(data)
    if not control.status(folder, "rabbitmq").running:
        fail(
            "RabbitMQ doesn't run here: start it with `nyord engines up` (was it `--data DIR`? say it here, too), "
            "or use rabbitmqctl on the machine where it runs."
        )
    engine = RabbitEngine(Room(folder, "rabbitmq"), print)
    state = engine.room.state()
    arguments = list(context.args)
    if arguments and arguments[0] in _OF_A_VIRTUAL_HOST:
        arguments[1:1] = ["--vhost", unquote(urlsplit(engine.url(state)).path[1:])]
    # The program in /usr/sbin would change to another user.
    tool = "/usr/lib/rabbitmq/bin/rabbitmqctl"
    os.execve(tool, [tool, *arguments], engine.environment(state))  # noqa: S606
