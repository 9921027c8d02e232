"""Structured logs: one JSON object a line (S175), with the request, user and event they belong to."""

from __future__ import annotations

import json
import logging
import sys
import threading
from types import TracebackType
from typing import Any

import orjson
import structlog

from app.config import get_settings


def configure_logging(role: str, *, whole_process: bool = False) -> None:
    """Send structlog and the standard library's logging to standard output in one shape, tagged with the process's role.

    In a process that is the bank's as a whole, what others would write in a shape of their own is a line of this log, too:
    uvicorn's words, warnings, and errors that nobody caught.
    """
    settings = get_settings()
    level = getattr(logging, settings.log_level.upper())

    def add_role(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["role"] = role
        return event

    shared: list[structlog.typing.Processor] = [
        add_role,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor]
    if settings.log_format == "json":
        renderer = [
            # Without local variables: they hold passwords and tokens, and no log may.
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    else:
        renderer = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("celery.beat", "celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # a tick every five seconds isn't news
    if whole_process:
        _take_over()


def _json(value: Any, **_: Any) -> str:
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:  # half of a surrogate pair, from a file's name perhaps, which only an escape can say
        # As tight as orjson's, for whoever looks for `"level":"error"`.
        return json.dumps(value, default=str, separators=(",", ":"))


def _take_over() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
    logging.getLogger("uvicorn").propagate = True
    # Without a handler uvicorn writes no line for a request: the bank writes its own, without the query.
    logging.getLogger("uvicorn.access").propagate = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda found: _uncaught(
        found.exc_type, found.exc_value, found.exc_traceback, thread=found.thread
    )
    sys.unraisablehook = lambda found: _uncaught(
        found.exc_type, found.exc_value, found.exc_traceback, object=found.object
    )


def _uncaught(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None, **where: object
) -> None:
    """Write what nobody caught. It may be the end of the process, and its words then explain it: so they are the event."""
    if not issubclass(kind, SystemExit):  # of a thread: the way to end it
        said = error if error is not None else kind()
        facts = {name: repr(what) for name, what in where.items()}
        structlog.get_logger("app").critical(f"{kind.__name__}: {said}", exc_info=(kind, said, traceback), **facts)
