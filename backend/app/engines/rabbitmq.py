"""RabbitMQ of the machine as a node of its own: own port mapper, own cookie, own user and virtual host.

Nothing of /etc/rabbitmq is read. The program is the one in /usr/lib: the one in /usr/sbin would change to another user.
"""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Final

from app.engines import install
from app.engines.engine import Engine, Launch, environment, write_file
from app.engines.errors import EngineError
from app.engines.folder import State

_SERVER: Final = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_USER: Final = "nyord"
_VHOST: Final = "nyord"
_MEMORY: Final = "512MB"  # beyond this it stops taking messages; the bank's wait in the outbox then
_DISK_FREE: Final = "200MB"

# Erlang's threads spin for a while before they sleep, which costs other programs of the machine their cores.
_NO_SPINNING: Final = "+sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitEngine(Engine):
    """RabbitMQ on loopback, without plugins."""

    name = "rabbitmq"
    title = "RabbitMQ"
    setting = "RABBITMQ_URL"
    ports = ("port", "distribution", "epmd")

    def missing_packages(self) -> list[str]:
        """Debian's rabbitmq-server, which brings Erlang."""
        return [] if Path(_SERVER).exists() else ["rabbitmq-server"]

    def prepare(self, state: State) -> None:
        """Write its configuration: user and virtual host are made with the data folder.

        Raises:
            EngineError: its folder has a name that RabbitMQ's own scripts take apart.
        """
        if "'" in str(self.room.path):
            raise EngineError(f"RabbitMQ can't run in {self.room.path}: choose a folder without an apostrophe.")
        self.room.data.mkdir(mode=0o700, exist_ok=True)
        lines = (
            f"listeners.tcp.1 = 127.0.0.1:{state.ports['port']}",
            f"default_user = {_USER}",
            f"default_pass = {state.password}",
            f"default_vhost = {_VHOST}",
            f"vm_memory_high_watermark.absolute = {_MEMORY}",
            f"disk_free_limit.absolute = {_DISK_FREE}",
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
        )
        write_file(self.room.path / "rabbitmq.conf", "\n".join(lines) + "\n")
        write_file(self.room.path / "enabled_plugins", "[].\n")
        write_file(self.room.path / "rabbitmq-env.conf", "")

    def launches(self, state: State) -> list[Launch]:
        """The port mapper, which would otherwise be started as a daemon that outlives its node, then the node."""
        mapper = ["epmd", "-address", "127.0.0.1", "-port", str(state.ports["epmd"])]
        return [Launch([_epmd(), *mapper[1:]], environment()), Launch([_SERVER], self.environment(state))]

    def environment(self, state: State) -> dict[str, str]:
        """Return the environment in which the node runs and in which RabbitMQ's own tools reach it."""
        base = str(self.room.path)
        return environment(
            HOME=base,  # the cookie is kept here
            ERL_EPMD_ADDRESS="127.0.0.1",
            ERL_EPMD_PORT=str(state.ports["epmd"]),
            RABBITMQ_BASE=base,
            RABBITMQ_NODENAME="nyord@localhost",
            RABBITMQ_DIST_PORT=str(state.ports["distribution"]),
            RABBITMQ_MNESIA_BASE=str(self.room.data),
            RABBITMQ_LOG_BASE=base,
            RABBITMQ_PID_FILE=f"{base}/rabbitmq.pid",
            RABBITMQ_CONFIG_FILE=f"{base}/rabbitmq.conf",
            RABBITMQ_CONF_ENV_FILE=f"{base}/rabbitmq-env.conf",
            RABBITMQ_ENABLED_PLUGINS_FILE=f"{base}/enabled_plugins",
            # The distribution is for the node's own tools, and they are on this machine.
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"{_NO_SPINNING} -kernel inet_dist_use_interface {{127,0,0,1}}",
            RUNNING_UNDER_SYSTEMD="true",  # its script then becomes the node, instead of watching over it
        )

    def is_ready(self, state: State) -> bool:
        """It answers the protocol's first words."""
        try:
            with socket.create_connection(("127.0.0.1", state.ports["port"]), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
        except OSError:
            return False

    def url(self, state: State) -> str:
        """The bank's virtual host."""
        return f"amqp://{_USER}:{state.password}@127.0.0.1:{state.ports['port']}/{_VHOST}"


def _epmd() -> str:
    """Return the path of Erlang's port mapper, which isn't always on the path."""
    return shutil.which("epmd") or str(install.find("/usr/lib/erlang/erts-*/bin/epmd") or "epmd")
