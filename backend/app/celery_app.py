"""Celery: the scheduled tasks, and the event consumers that run inside the worker.

    celery -A app.celery_app worker     tasks, relay, consumers
    celery -A app.celery_app beat       the schedule (with the in-memory broker the worker runs it itself)

A task is never the only bearer of a duty: what a request causes travels through the outbox, what time causes comes round
again with the next tick. So a task that is lost with a worker is late, not lost.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from typing import Any, ClassVar

from celery import Celery, bootsteps, signals
from celery.apps import beat as celery_beat
from celery.apps import worker as celery_worker
from celery.beat import EmbeddedService
from celery.schedules import schedule

from app.broker import kombu_tls  # noqa: F401  (so that kombu understands `amqps://` as the consumers do)
from app.broker.runner import BrokerRunner
from app.config import ConfigurationError, get_settings
from app.core import clock, garbage
from app.core.priority import give_way
from app.database import forget_engine
from app.embedded import lifeline
from app.engines.check import require_engines
from app.events.runner import EventRunner
from app.logs import configure_logging
from app.telemetry.process import watched

# Where gateway and worker share a machine's cores, the person who waits for an answer comes first (S227); with 5, live push came
# so much later that nothing was won.
WORKER_NICENESS = 3

# Python's 5 ms let a thread that writes a log hold up the one that settles.
THREAD_SWITCH_SECONDS = 0.001

# Beat says when a tick expires, and a worker, perhaps on another machine, reads it: with less than this none might be in time.
CLOCKS_DIFFER_SECONDS_MAX = 60.0

settings = get_settings().require_usable()


def _every(seconds: float, task: str) -> dict[str, Any]:
    """Return an entry of the schedule. A tick that nobody took until the next one comes is worth nothing: it expires."""
    return {
        "task": task,
        "schedule": schedule(seconds),
        "options": {"expires": max(seconds, CLOCKS_DIFFER_SECONDS_MAX)},
    }


celery = Celery("nyord", broker=settings.celery_broker_url, include=["app.tasks"])
# retry() looks for the *default* app; without this a task of an in-process worker would vanish (seen).
celery.set_default()
celery.conf.update(
    task_acks_late=True,  # S137: done first, acknowledged then
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=600,
    task_default_queue="banking.tasks",
    worker_pool="threads",  # tasks wait for PostgreSQL; forks would carry the consumers' connections along
    worker_concurrency=2,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # by default the worker would end, relay and consumers with it, after 46 minutes
    timezone="Asia/Kolkata",
    beat_schedule={
        "seal": _every(settings.seal_every_seconds, "nyord.seal"),
        "expire-holds": _every(60, "nyord.expire_holds"),
        "verify": _every(settings.verify_every_seconds, "nyord.verify"),
        "check-queues": _every(15, "nyord.check_queues"),
        "check-search": _every(60, "nyord.check_search"),
        "sweep": _every(300, "nyord.sweep"),
    },
    beat_scheduler="app.beat:OneBeat",
)

if settings.events_broker_url:
    celery.conf.update(
        task_default_queue_type="quorum",
        task_default_exchange_type="topic",
        worker_detect_quorum_queues=True,
        broker_native_delayed_delivery_queue_type="quorum",
        task_acks_on_failure_or_timeout=False,  # a task that fails comes again, up to the queue's delivery limit
        broker_transport_options={"confirm_publish": True},
    )


class EventsStep(bootsteps.StartStopStep):
    """Relay and consumers live and die with the worker."""

    requires: ClassVar[set[str]] = {"celery.worker.components:Pool"}

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        self.runner: EventRunner | BrokerRunner | None = None
        self.watching = ExitStack()

    def start(self, worker: Any) -> None:
        """Begin to relay and to consume."""
        from app.consumers import consumers, prepare  # noqa: PLC0415  (here: declaring consumers needs every room)

        url = settings.events_broker_url
        self.runner = BrokerRunner(url, consumers()) if url else EventRunner(consumers())
        prepare()
        garbage.freeze()
        self.watching.enter_context(watched("worker"))
        self.runner.start()

    def stop(self, worker: Any) -> None:
        """Finish the batches in hand."""
        if self.runner is not None:
            self.runner.stop()
        self.watching.close()

    def terminate(self, worker: Any) -> None:
        """The same: a batch is short, and cutting it off would only mean doing it again."""
        self.stop(worker)


class ScheduleStep(bootsteps.StartStopStep):
    """With the in-memory broker no other process could send us the schedule's ticks, so the worker keeps it itself."""

    requires: ClassVar[set[str]] = {"celery.worker.components:Pool"}

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        self.enabled = celery.conf.broker_url.startswith("memory:")
        self.service: Any = None

    def include_if(self, worker: Any) -> bool:
        """Only where no separate beat can reach us."""
        return bool(celery.conf.broker_url.startswith("memory:"))

    def start(self, worker: Any) -> None:
        """Start beat in a thread."""
        self.service = EmbeddedService(celery, thread=True, scheduler_cls=celery.conf.beat_scheduler)
        self.service.start()

    def stop(self, worker: Any) -> None:
        """Stop beat."""
        if self.service is not None:
            self.service.stop()


celery.steps["worker"].add(EventsStep)
celery.steps["worker"].add(ScheduleStep)


@signals.celeryd_init.connect
def _write_lines_alone(instance: Any, **_: Any) -> None:
    """A worker's warnings come before its logging; its banner and its words on the way out would be no lines of a log."""
    configure_logging("worker", whole_process=True)
    if settings.log_format == "json":
        instance.quiet = True
        celery_worker.safe_say = _say


def _beat_without_a_banner(**options: Any) -> celery_beat.Beat:
    configure_logging("beat", whole_process=True)
    return celery_beat.Beat(app=celery, **options | ({"quiet": True} if settings.log_format == "json" else {}))


celery.Beat = _beat_without_a_banner


@signals.setup_logging.connect
def _our_logging(**_: Any) -> None:
    """Keep Celery from setting up its own: ours is there already."""


def _say(message: str, *_: Any) -> None:
    """Write a line where logging must not: Celery speaks inside the handlers of signals."""
    line = {"event": message.strip(), "role": "worker", "logger": "celery.apps.worker", "level": "info"}
    os.write(1, json.dumps(line | {"timestamp": clock.now().isoformat()}, separators=(",", ":")).encode() + b"\n")


@signals.worker_process_init.connect
def _fresh_engine_after_fork(**_: Any) -> None:
    forget_engine()


@signals.worker_init.connect
@signals.beat_init.connect
def _refuse_unusable_engines(**_: Any) -> None:
    """End with one sentence on a wrong password or an engine too old. One that is away is waited for."""
    try:
        require_engines(settings)
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None


@signals.beat_init.connect
def _end_with_supervisor(**_: Any) -> None:
    lifeline.watch()


@signals.worker_init.connect
def _watch_supervisor(**_: Any) -> None:
    lifeline.watch()
    give_way(WORKER_NICENESS)
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
