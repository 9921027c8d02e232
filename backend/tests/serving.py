"""The test's own gateway behind a real server, for clients that want a network."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.bank import Bank


@contextmanager
def serving(bank: Bank, gateway: Any, **options: Any) -> Iterator[str]:
    """Serve the gateway on a free port and give `host:port`. Its lifespan is the test client's, and so is its event loop."""
    server = uvicorn.Server(uvicorn.Config(gateway, port=0, lifespan="off", log_config=None, **options))
    thread = threading.Thread(target=lambda: bank.api.portal.call(server.serve))  # type: ignore[union-attr]
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
