"""Ports and the first answer."""

from __future__ import annotations

import errno
import http.client
import socket

from app.embedded.errors import StartRefused

_PORT_SEARCH_MAX = 100
_BACKLOG = 2_048  # connections that wait to be accepted: uvicorn's own number


def require_free(host: str, port: int) -> None:
    """See that the bank can listen here, before anything that takes long is begun.

    Raises:
        StartRefused: it can't; the sentence names a port that is free.
    """
    listen(host, port).close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket for the gateways to take connections from.

    It is the supervisor's, so that the port stays ours while a gateway is started (again): who comes meanwhile waits in its
    queue, and another gateway may take them. (Sockets of their own, by SO_REUSEPORT, would each take their queue along.)

    Raises:
        StartRefused: the bank can't listen here; if the port is taken, the sentence names one that is free.
    """
    try:
        return _listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} is taken by another program: try `./nyord up --port {_free_port(host, port)}`."
            ) from None
        if error.errno == errno.EACCES:
            raise StartRefused(f"Port {port} needs more rights: choose one above 1023 with --port.") from None
        raise StartRefused(
            f"The bank can't listen on {host} ({error.strerror}): choose an address of this machine with --host."
        ) from None
    except UnicodeError:  # a part of a name has 63 characters at most; Python says so before it asks anybody
        raise StartRefused(
            f"The bank can't listen on {host} (no name is like that): choose an address of this machine with --host."
        ) from None


def answers(host: str, port: int, path: str, timeout_seconds: float = 1.0) -> bool:
    """Return whether a GET of the path is answered with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout_seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable_host(host: str) -> str:
    """Return the address by which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (compared, not listened on)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        # A port in TIME_WAIT is free, one with a listener is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it. The server sets it on those of a port, but not on those of a socket that it was given, and then
        # an answer in two pieces waits 40 ms for the client's acknowledgement of the first.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _free_port(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + _PORT_SEARCH_MAX, 65_536)):
        try:
            _listen(host, candidate).close()
        except OSError:
            continue
        return candidate
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
