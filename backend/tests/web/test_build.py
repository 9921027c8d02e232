from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from app.web import build, node
from app.web.errors import BuildFailed

pytestmark = pytest.mark.slow

# What Vite does, as far as we rely on it: everything into --outDir, and what it printed if it failed.
BUILD = """
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
appendFileSync('builds.txt.md', 'built\\n')
if (readFileSync('app.js', 'utf8').includes('SYNTAX')) { console.error('error: app.js can\\'t be read'); process.exit(1) }
const folder = process.argv[process.argv.indexOf('--outDir') + 1]
mkdirSync(folder, { recursive: true })
writeFileSync(folder + '/index.html', readFileSync('app.js'))
"""


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A web app without packages, which npm installs and builds without a network."""
    folder = tmp_path / "frontend"
    folder.mkdir()
    package = {"name": "app", "version": "1.0.0", "scripts": {"build": "node build.mjs"}}
    (folder / "package.json").write_text(json.dumps(package))
    lock = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "build.mjs").write_text(BUILD)
    (folder / "app.js").write_text("one")
    return folder


@pytest.fixture
def said() -> list[str]:
    return []


def builds(frontend: Path) -> int:
    return len((frontend / "builds.txt.md").read_text().splitlines())


def page(frontend: Path) -> str:
    return (frontend / "dist" / "index.html").read_text()


class TestBringUpToDate:
    """The app is built once, and again when its sources changed, with nothing installed but Python."""

    def test_once_and_again_when_a_source_changed(self, frontend: Path, said: list[str]) -> None:
        assert build.bring_up_to_date(said.append, frontend)
        assert said == ["Installing the web app's packages (once, about 10 seconds).", "Building the web app."]
        assert page(frontend) == "one"

        os.utime(frontend / "app.js", (1, 1))
        assert not build.bring_up_to_date(said.append, frontend), "a date is no change"

        (frontend / "app.js").write_text("two")
        said.clear()
        assert build.bring_up_to_date(said.append, frontend)
        assert said == ["Building the web app."], "the packages are those of the lock"
        assert page(frontend) == "two"
        assert not list(frontend.glob(".dist-*"))

    def test_packages_are_installed_again_when_the_lock_changed(self, frontend: Path, said: list[str]) -> None:
        build.bring_up_to_date(said.append, frontend)
        lock = frontend / "package-lock.json"
        lock.write_text(lock.read_text() + "\n")
        said.clear()
        build.install_packages(said.append, frontend, to_check=False)
        assert said == ["Installing the web app's packages (once, about 10 seconds)."]

    def test_who_checks_it_gets_more_packages_and_who_builds_it_then_needs_no_others(
        self, frontend: Path, said: list[str]
    ) -> None:
        package = json.loads((frontend / "package.json").read_text()) | {"devDependencies": {"linter": "file:linter"}}
        (frontend / "package.json").write_text(json.dumps(package))
        linter = {"": package, "linter": {"dev": True}, "node_modules/linter": {"resolved": "linter", "link": True}}
        (frontend / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": linter}))
        (frontend / "linter").mkdir()
        (frontend / "linter" / "package.json").write_text('{"name": "linter", "version": "1.0.0"}')
        build.install_packages(said.append, frontend, to_check=False)
        assert not (frontend / "node_modules" / "linter").exists()
        for to_check in (True, False, True):
            build.install_packages(said.append, frontend, to_check=to_check)
            assert (frontend / "node_modules" / "linter").exists()
        assert len(said) == 2

    def test_a_failed_build_is_one_sentence_and_the_old_app_stays(self, frontend: Path, said: list[str]) -> None:
        build.bring_up_to_date(said.append, frontend)
        (frontend / "app.js").write_text("SYNTAX")
        with pytest.raises(BuildFailed) as caught:
            build.bring_up_to_date(said.append, frontend)
        assert str(caught.value) == (
            "The web app couldn't be built (error: app.js can't be read): `./nyord web build` shows all of it."
        )
        assert "app.js" in caught.value.output
        assert page(frontend) == "one"
        assert not build.is_current(frontend), "the next start tries again"

    def test_a_registry_that_is_away_is_one_sentence_in_seconds(
        self, frontend: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = json.loads((frontend / "package.json").read_text()) | {"dependencies": {"no-such-thing": "1.0.0"}}
        (frontend / "package.json").write_text(json.dumps(package))
        found = {"version": "1.0.0", "resolved": "http://127.0.0.1:9/no-such-thing.tgz", "integrity": "sha512-AA=="}
        packages = {"": package, "node_modules/no-such-thing": found}
        (frontend / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
        monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
        started = time.monotonic()
        with pytest.raises(BuildFailed, match=r"^The web app's packages couldn't be installed \(.+\): "):
            build.bring_up_to_date(said.append, frontend)
        assert time.monotonic() - started < 20

    def test_two_at_once_build_once(self, frontend: Path) -> None:
        said: list[list[str]] = [[], []]
        threads = [threading.Thread(target=build.bring_up_to_date, args=(one.append, frontend)) for one in said]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert builds(frontend) == 1
        assert ["Another ./nyord is building the web app; waiting for it."] in said

    def test_a_read_only_checkout_is_one_sentence(
        self, frontend: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write wherever the disk may be written
        with pytest.raises(BuildFailed, match="is read-only: build it in a writable copy"):
            build.bring_up_to_date(said.append, frontend)
        assert said == []

    def test_a_deployment_with_the_built_app_alone_has_nothing_to_build(self, tmp_path: Path, said: list[str]) -> None:
        with pytest.raises(BuildFailed, match="There is no web app in"):
            build.bring_up_to_date(said.append, tmp_path)
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").touch()
        assert not build.bring_up_to_date(said.append, tmp_path)


class TestFingerprint:
    def test_it_knows_names_and_content_and_leaves_out_what_isn_t_built(self, frontend: Path) -> None:
        first = build.fingerprint(frontend)
        for name in ("notes.md", "app.test.ts", ".hidden"):
            (frontend / name).write_text("anything")
        for folder in ("node_modules", "dist", "tests"):
            (frontend / folder).mkdir()
            (frontend / folder / "x.js").write_text("anything")
        assert build.fingerprint(frontend) == first
        (frontend / "src").mkdir()
        (frontend / "src" / "app.js").write_text("one")
        second = build.fingerprint(frontend)
        (frontend / "src" / "app.js").rename(frontend / "src" / "other.js")
        assert len({first, second, build.fingerprint(frontend)}) == 3


class TestNode:
    """S176: a Node of the version that everybody builds with."""

    def test_node_and_npm_come_with_the_environment(self) -> None:
        done = subprocess.run(
            node.npm("--version"), env=node.environment(), capture_output=True, text=True, check=True, timeout=60
        )
        assert done.stdout.startswith("11.")
        assert node.environment()["PATH"].split(os.pathsep)[0] == str(Path(node.node()).parent)
