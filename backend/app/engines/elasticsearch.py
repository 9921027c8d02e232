"""Elasticsearch as Maven has it: the core modules only, without security, on loopback."""

from __future__ import annotations

import http.client
import json
import re
import shutil
from pathlib import Path
from typing import Final

from app.embedded.binaries import without_root
from app.engines import install
from app.engines.engine import Engine, Launch, environment, write_file
from app.engines.errors import EngineError
from app.engines.folder import State

_HEAP: Final = "512m"
_LAUNCHER_HEAP: Final = "32m"  # its launcher is a Java program of its own that waits for the other's end
# A node of a day, on cores that it shares: the quick compiler's code is good enough, and the thorough one takes longer than it
# saves. It isn't nicer than the others: on a busy machine it would come back from a crash only when everybody else is done.
_COMPILER: Final = "-XX:TieredStopAtLevel=1"
_JAVA: Final = tuple(f"/usr/lib/jvm/java-{major}-openjdk-*/bin/java" for major in (17, 21))


class ElasticsearchEngine(Engine):
    """One node that finds nobody else."""

    name = "elasticsearch"
    title = "Elasticsearch"
    setting = "SEARCH_URL"
    ports = ("port", "transport")
    ready_seconds_max = 180.0

    def missing_packages(self) -> list[str]:
        """A Java, and Maven if Elasticsearch itself isn't here yet."""
        java = [] if install.find(*_JAVA) else ["default-jre-headless"]
        fetched = (install.cache() / f"elasticsearch-{install.ELASTICSEARCH_VERSION}").exists()
        return [*java, *([] if fetched or shutil.which("mvn") else ["maven"])]

    def require_programs(self) -> None:
        """See that Java and the distribution are here."""
        super().require_programs()
        install.elasticsearch(self.say)

    def prepare(self, state: State) -> None:
        """Write its configuration beside the distribution's own defaults, and clear its temporary folder."""
        shutil.rmtree(self._temporary, ignore_errors=True)
        for folder in (self.room.data, self._configuration, self._temporary):
            folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("jvm.options", "log4j2.properties"):
            shutil.copyfile(install.elasticsearch(self.say) / "config" / name, self._configuration / name)
        settings = {
            "cluster.name": "nyord",
            "node.name": "nyord",
            "discovery.type": "single-node",
            "path.data": str(self.room.data),
            "path.logs": str(self.room.path / "logs"),
            "http.host": "127.0.0.1",
            "http.port": state.ports["port"],
            "transport.host": "127.0.0.1",
            "transport.port": state.ports["transport"],
            "xpack.security.enabled": False,
            # A laptop's disk is often more than 90 % full; all that is here can be built again from PostgreSQL.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        lines = [f"{key}: {json.dumps(value)}" for key, value in settings.items()]
        write_file(self._configuration / "elasticsearch.yml", "\n".join(lines) + "\n")

    def launches(self, state: State) -> list[Launch]:
        """Its launcher, which starts the server and ends with it. It refuses to run as root, as PostgreSQL does."""
        java = install.find(*_JAVA)
        if java is None:
            raise EngineError("Java 17 is gone from /usr/lib/jvm: install default-jre-headless again.")
        program = install.elasticsearch(self.say) / "bin" / "elasticsearch"
        variables = environment(
            ES_JAVA_HOME=str(java.parents[1]),
            ES_PATH_CONF=str(self._configuration),
            ES_TMPDIR=str(self._temporary),
            ES_JAVA_OPTS=f"-Xms{_HEAP} -Xmx{_HEAP} {_COMPILER}",
            CLI_JAVA_OPTS=f"-Xmx{_LAUNCHER_HEAP}",
            # ES_TMPDIR is the server's. The launcher, too, makes a folder at each start, and leaves it behind; its own variable
            # would be taken apart at a space.
            JDK_JAVA_OPTIONS=f'"-Djava.io.tmpdir={self._temporary}"',
        )
        return [Launch(without_root([str(program)]), variables)]

    def is_ready(self, state: State) -> bool:
        """The cluster's health has left red. (`GET /` isn't among the core modules.)"""
        connection = http.client.HTTPConnection("127.0.0.1", state.ports["port"], timeout=2)
        try:
            connection.request("GET", "/_cluster/health")
            answer = connection.getresponse()
            return answer.status == http.client.OK and json.loads(answer.read())["status"] != "red"
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return False
        finally:
            connection.close()

    def url(self, state: State) -> str:
        """Its HTTP address."""
        return f"http://127.0.0.1:{state.ports['port']}"

    def complaint(self, output: str) -> str:
        """Its first ERROR or exception: the rest is a stack trace."""
        found = re.search(r"(?:ERROR|Exception).*", output)
        return found.group(0)[:300].rstrip(".") if found else super().complaint(output)

    @property
    def _configuration(self) -> Path:
        return self.room.path / "config"

    @property
    def _temporary(self) -> Path:
        return self.room.path / "tmp"
