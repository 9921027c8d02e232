"""The stack and the layout that the specification names, as they are declared."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI

from tests.conftest import BACKEND

ROOT = BACKEND.parent
FRONTEND = ROOT / "frontend"
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==.+\\$", re.MULTILINE)


class TestDependencies:
    """S3.1-S3.6, S3.8: what the back end runs on, each pinned in the lock with its hash."""

    @pytest.mark.parametrize(
        "name", ["fastapi", "uvicorn", "sqlalchemy", "psycopg", "psycopg-binary", "pydantic", "celery", "websockets", "alembic"]
    )  # fmt: skip
    def test_locked(self, name: str) -> None:
        assert name in PIN.findall((ROOT / "requirements.txt").read_text())

    def test_every_pin_has_a_hash(self) -> None:
        lock = (ROOT / "requirements.txt").read_text()
        entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)[1:]
        assert len(entries) == len(PIN.findall(lock)) > 20
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []

    def test_what_stands_in_for_what_was_named(self) -> None:
        """S3.4, S3.7, S3.9: ADR 15 says which library does the job of each, and why; the named one isn't brought along."""
        record = (ROOT / "docs" / "adr" / "0015-libraries-in-place-of-those-named.md").read_text()
        pairs = re.findall(r"^\| ([a-z0-9-]+)(?:\[bcrypt\])? \| `([a-z]+)`", record, re.MULTILINE)
        assert [named for named, _ in pairs] == ["psycopg2-binary", "pika", "python-jose", "passlib"]
        locked = PIN.findall((ROOT / "requirements.txt").read_text())
        for named, here in pairs:
            assert here in locked
            assert named not in locked


class TestWebDependencies:
    """S4.1-S4.6: what the web app runs on, each at one version, and each used."""

    @pytest.mark.parametrize(
        ("name", "version"),
        [("react", "19."), ("react-dom", "19."), ("vite", ""), ("tailwindcss", "4."), ("radix-ui", ""), ("lucide-react", ""),
         ("motion", "")],  # framer-motion by its name of today
    )  # fmt: skip
    def test_pinned_and_used(self, name: str, version: str) -> None:
        package = json.loads((FRONTEND / "package.json").read_text())
        pin = {**package["devDependencies"], **package["dependencies"]}[name]
        assert re.fullmatch(r"\d+\.\d+\.\d+", pin) and pin.startswith(version)
        places = ("vite.config.ts", "vite/*.ts", "src/**/*.ts*", "src/**/*.css")
        sources = [path for place in places for path in FRONTEND.glob(place)]
        assert any(re.search(rf"""['"]{name}(/[a-z/-]+)?['"]""", path.read_text()) for path in sources)

    def test_charts_are_elements_of_the_page(self) -> None:
        """S4.7: "where used" is nowhere. ADR 15 says why; each chart has its figures as a table beside it."""
        package = json.loads((FRONTEND / "package.json").read_text())
        assert not [name for name in package["dependencies"] if "chart" in name]
        charts = [path.read_text() for path in (FRONTEND / "src/components/charts").glob("*Chart.tsx")]
        assert len(charts) == 2
        assert all("<ChartTable" in chart and "<canvas" not in chart for chart in charts)


class TestLayout:
    """S5: the root has the workspace's tasks, the back end's lock, and the documents."""

    def test_root(self) -> None:
        assert json.loads((ROOT / "package.json").read_text())["scripts"]["test"] == "./nyord test"
        assert (ROOT / "requirements.txt").is_file()
        assert (ROOT / "docs").is_dir()

    def test_who_is_thanked(self) -> None:
        """S229: the mentor by name, and the date of the specification that this is."""
        thanks = (ROOT / "README.md").read_text().partition("\n## Credits\n")[2]
        assert "Project Mentor: Anusha Mahanthi." in thanks
        assert "The specification's last change was on 2025-12-06." in thanks

    def test_where_the_specification_s_files_are(self) -> None:
        """S11-S15: each file that it names has its place, and what it names in them is there."""
        table = (ROOT / "ARCHITECTURE.md").read_text().partition("\n## Where the specification's files are\n")[2]
        places = re.findall(r"^\| `([a-z_/.*]+)` \| (.+) \|$", table, re.MULTILINE)
        assert {"utils.py", "rabbitmq_ws_listener.py", "websocket_manager.py", "config.py", "celery_app.py"} <= {
            name for name, _ in places
        }
        for name, where in places:
            named = re.findall(r"`([a-z_/]+\.py)`(?::? `(\w+)`)?", where)
            assert named, name
            for path, symbol in named:
                text = (BACKEND / "app" / path).read_text()
                assert not symbol or re.search(
                    rf"^(?:async )?(?:def|class) {symbol}\b|^{symbol}\b", text, re.MULTILINE
                ), path

    def test_the_web_app_s_tree(self) -> None:
        """S16, S79: entry, routes and providers, pages, components, contexts, services, lib."""
        source = FRONTEND / "src"
        for name in ("main.tsx", "App.tsx", "pages", "components", "lib", "services/api/index.ts"):
            assert (source / name).exists(), name
        for context in ("Auth", "NotificationApi", "Theme"):
            assert f"export function {context}Provider" in (source / "contexts" / f"{context}Context.tsx").read_text()


class TestRoutes:
    """S1, S9, S10.1-S10.3, S10.7-S10.11: a router per domain, each with requests and answers that have a shape."""

    @pytest.mark.parametrize(
        "path",
        ["/auth/login", "/accounts/create", "/transactions/initiate", "/dashboard/summary", "/users/search", "/admin/users",
         "/notifications", "/ws/ticket"],
    )  # fmt: skip
    def test_served_and_described(self, gateway: FastAPI, path: str) -> None:
        for operation in gateway.openapi()["paths"][path].values():
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            assert answers and all("$ref" in str(answer["content"]["application/json"]["schema"]) for answer in answers)

    def test_a_router_is_in_one_room_and_in_one_list(self) -> None:
        listed = (BACKEND / "app" / "main.py").read_text()
        rooms = {path.parent.name for path in (BACKEND / "app").glob("*/router.py")}
        assert rooms >= {"identity", "accounts", "transactions", "notifications", "dashboard", "realtime", "operations"}
        assert [room for room in sorted(rooms) if f"app.{room}" not in listed] == []
