"""S139, S212, S217: what runs the bank on many machines, held to the schemas of the tools that read it.

No container is built or started here; deploy/README.md says what that leaves unproved.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import uvicorn
import yaml
from starlette.types import Receive, Scope, Send

from app.config import Settings
from app.embedded.commands import gateway
from tests.conftest import BACKEND

DEPLOY = BACKEND.parent / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = ("migrate", "gateway", "worker", "beat")
VERSION = "1.33"

# KEDA's and kustomize's own kinds: no package has their schemas, so the test below says what must be in them.
WITHOUT_SCHEMA = ("keda.sh/v1alpha1", "kustomize.config.k8s.io/v1beta1")


def documents() -> list[dict[str, Any]]:
    return [document for path in KUBERNETES for document in yaml.safe_load_all(path.read_text())]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [document for document in documents() if document["kind"] == kind]


def pods() -> list[dict[str, Any]]:
    return [document["spec"]["template"]["spec"] for document in [*of_kind("Deployment"), *of_kind("Job")]]


class TestCompose:
    def test_the_specification_s_schema(self) -> None:
        schema = json.loads(
            (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text("utf-8")
        )
        jsonschema.validate(COMPOSE, schema)

    @pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
    def test_every_service_has_a_limit_and_a_way_to_know_its_health(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()
        assert "healthcheck" in service or name == "migrate"

    @pytest.mark.parametrize("name", OURS)
    def test_ours_write_nothing_and_may_do_nothing(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]

    def test_only_the_proxy_has_a_door_and_on_this_machine_alone(self) -> None:
        assert {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service} == {
            "proxy": ["127.0.0.1:8000:8080"]
        }
        assert COMPOSE["networks"]["inside"]["internal"]

    def test_no_secret_stands_in_it_and_each_that_is_used_is_made(self, tmp_path: Path) -> None:
        assert not re.search(r"(?i)password: *[A-Za-z0-9]{8}|://\w+:\w+@", (DEPLOY / "compose.yaml").read_text())
        script = tmp_path / "make_secrets.py"
        script.write_text((DEPLOY / "make_secrets.py").read_text())
        subprocess.run([sys.executable, script], check=True, umask=0o077)
        made = tmp_path / "secrets"
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o644}, (
            "a container's user may read it"
        )
        assert {f"secrets/{path.name}" for path in made.iterdir()} == {
            secret["file"] for secret in COMPOSE["secrets"].values()
        }
        assert (made / "postgres_password").read_text() in (made / "database_url").read_text()
        again = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True)
        assert (again.returncode, "exists" in again.stderr) == (1, True)

    def test_the_bank_can_be_set_up_from_these_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script = tmp_path / "make_secrets.py"
        script.write_text((DEPLOY / "make_secrets.py").read_text())
        subprocess.run([sys.executable, script], check=True)
        for name in ("DATABASE_URL", "JWT_SECRET", "RABBITMQ_URL", "REDIS_URL"):
            monkeypatch.delenv(name, raising=False)
        for name, text in COMPOSE["services"]["gateway"]["environment"].items():
            monkeypatch.setenv(name, text.replace("/run/secrets", str(tmp_path / "secrets")))
        settings = Settings().require_usable()
        assert settings.database_url.endswith("@postgres/nyord")
        assert settings.celery_broker_url.endswith("@rabbitmq/nyord")


class TestKubernetes:
    @pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
    def test_kubernetes_own_schemas(self, path: Path) -> None:
        for document in yaml.safe_load_all(path.read_text()):
            if document["apiVersion"] not in WITHOUT_SCHEMA:
                kubernetes_validate.validate(document, VERSION, strict=True)

    def test_kustomize_reads_every_file_there_is(self) -> None:
        (kustomization,) = of_kind("Kustomization")
        assert sorted(kustomization["resources"]) == sorted({path.name for path in KUBERNETES} - {"kustomization.yaml"})

    def test_each_role_is_a_deployment_of_its_own(self) -> None:
        assert {one["metadata"]["name"] for one in of_kind("Deployment")} == {
            "nyord-gateway", "nyord-worker", "nyord-beat"
        }  # fmt: skip

    def test_no_pod_is_root_or_can_write_or_become_more(self) -> None:
        for pod in pods():
            assert pod["securityContext"]["runAsNonRoot"]
            assert not pod["automountServiceAccountToken"]
            for container in pod["containers"]:
                security = container["securityContext"]
                assert security["readOnlyRootFilesystem"]
                assert not security["allowPrivilegeEscalation"]
                assert security["capabilities"] == {"drop": ["ALL"]}
                assert {"requests", "limits"} <= container["resources"].keys()

    def test_secrets_are_only_referred_to(self) -> None:
        assert of_kind("Secret") == []
        assert all({"secretRef": {"name": "nyord"}} in container["envFrom"]
                   for pod in pods() for container in pod["containers"])  # fmt: skip

    def test_workers_grow_with_queues_that_exist(self) -> None:
        from app.consumers import consumers

        (scaled,) = of_kind("ScaledObject")
        assert scaled["spec"]["scaleTargetRef"]["name"] == "nyord-worker"
        assert 2 <= scaled["spec"]["minReplicaCount"] < scaled["spec"]["maxReplicaCount"]
        queues = {trigger["metadata"]["queueName"] for trigger in scaled["spec"]["triggers"]}
        assert queues <= set(consumers())
        (authentication,) = of_kind("TriggerAuthentication")
        names = {trigger["authenticationRef"]["name"] for trigger in scaled["spec"]["triggers"]}
        assert names == {authentication["metadata"]["name"]}

    def test_probes_ask_what_the_gateway_answers(self, gateway: Any) -> None:
        (pod,) = [pod for pod in pods() if pod["containers"][0]["name"] == "gateway"]
        probes = {
            pod["containers"][0][f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")
        }
        assert probes == {"/health/live", "/health/ready"}
        assert probes <= gateway.openapi()["paths"].keys()

    def test_a_budget_and_a_policy_for_each_that_may_not_vanish(self) -> None:
        assert len(of_kind("PodDisruptionBudget")) == 2
        names = {policy["metadata"]["name"] for policy in of_kind("NetworkPolicy")}
        assert "nyord-nothing" in names, "what isn't allowed is forbidden"


class TestProxy:
    def test_no_line_of_its_logs_can_hold_a_token(self) -> None:
        """An address may hold a socket's token, and below `emerg` nginx quotes the addresses of failing requests."""
        text = (DEPLOY / "proxy" / "nginx.conf").read_text()
        assert re.findall(r"^ *((?:access|error)_log [^;]+);", text, re.MULTILINE) == [
            "access_log off",
            "error_log /dev/stderr emerg",
        ]


class TestContainerfile:
    TEXT = (DEPLOY / "Containerfile").read_text()

    def test_it_installs_the_lock_with_its_hashes_and_runs_as_nobody(self) -> None:
        assert "--require-hashes --requirement requirements.txt" in self.TEXT
        assert self.TEXT.rstrip().index("USER 10001") < self.TEXT.index("CMD [")

    def test_what_it_copies_exists(self) -> None:
        sources = re.findall(r"^COPY (?!--from)(\S+) ", self.TEXT, re.MULTILINE)
        assert sources == ["requirements.txt", "frontend", "backend"]
        assert [name for name in sources if not (BACKEND.parent / name).exists()] == []

    @pytest.mark.slow
    def test_its_command_is_one_that_uvicorn_understands(self) -> None:
        """Started for real, on a port of its own, until it asks for a database."""
        command = json.loads(re.sub(r"\\\n", "", self.TEXT.rpartition("CMD ")[2]))
        ours = {name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "JWT_SECRET")}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=BACKEND, env=ours, capture_output=True, text=True, check=False, timeout=60
        )  # fmt: skip
        assert "DATABASE_URL is not set" in json.loads(done.stdout.splitlines()[-1])["event"]

    @pytest.mark.parametrize(
        ("peer", "forwarded", "client"),
        [
            ("10.4.0.9", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first is what the caller wrote
            ("10.4.0.9", "198.51.100.1, 203.0.113.7, 172.18.0.2, 127.0.0.1", "203.0.113.7"),
            ("fd00::9", "198.51.100.1, 2001:db8::7, 100.64.3.4", "2001:db8::7"),
            ("192.168.0.4", "203.0.113.7", "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy of ours
            ("172.32.0.1", "198.51.100.1", "172.32.0.1"),
        ],
    )
    def test_nobody_says_themselves_who_they_are(
        self, monkeypatch: pytest.MonkeyPatch, peer: str, forwarded: str, client: str
    ) -> None:
        (trusted,) = re.findall(r"^ENV FORWARDED_ALLOW_IPS=(\S+)$", self.TEXT, re.MULTILINE)
        assert "--forwarded-allow-ips" not in self.TEXT, "it would go before the variable"
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
        seen: list[str] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["client"][0])

        config = uvicorn.Config(app, log_config=None)
        config.load()
        headers = [(b"x-forwarded-for", forwarded.encode())]
        scope: Any = {"type": "http", "client": (peer, 5_000), "headers": headers}
        asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
        assert seen == [client]

    @pytest.mark.parametrize("option", ["--http", "--lifespan", "--loop", "--ws-max-size", "--ws-per-message-deflate"])
    def test_its_gateway_is_made_of_the_same_parts_as_ours(self, option: str) -> None:
        command = json.loads(re.sub(r"\\\n", "", self.TEXT.rpartition("CMD ")[2]))
        ours = gateway([])
        assert command[command.index(option) + 1] == ours[ours.index(option) + 1]
