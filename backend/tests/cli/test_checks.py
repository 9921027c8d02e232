from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from app import cli_checks


class TestLongFiles:
    def test_names_the_file_and_its_length(self, tmp_path: Path) -> None:
        room = tmp_path / "backend" / "app"
        room.mkdir(parents=True)
        (room / "right.py").write_text("x\n" * 400)
        (room / "long.py").write_text("x\n" * 401)
        (room / "data.json").write_text("x\n" * 500)
        assert cli_checks.long_files(tmp_path) == ["backend/app/long.py has 401 lines; 400 are allowed."]


class TestRunEverything:
    """All checks run, failures are listed before the tests, and one failure is enough for a failing exit code."""

    @pytest.fixture
    def steps(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        ran: list[str] = []

        def passes(name: str, *_: object) -> bool:
            ran.append(name)
            return name != "types"

        monkeypatch.setattr(cli_checks, "_passes", passes)
        monkeypatch.setattr(cli_checks, "_succeeds", passes)
        monkeypatch.setattr(cli_checks, "long_files", lambda root: [])
        return ran

    def test_a_failing_check_fails_the_run_though_the_tests_pass(
        self, steps: list[str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        code = cli_checks.run_everything(["--version"], fast=False)
        assert code == 1
        assert [step for step in steps if not step.startswith("web")] == ["lint", "format", "types", "import rules"]
        assert [step for step in steps if step.startswith("web")] == ["web packages", "web build"], "beside them"
        assert capfd.readouterr().out.index("Failed before the tests: types.") >= 0

    def test_the_whole_run_has_the_web_app_s_checks_before_its_build(self, steps: list[str]) -> None:
        assert cli_checks._failed_web_steps(whole=True) == []
        assert steps[0] == "web packages"
        assert sorted(steps[1:4]) == ["web lint", "web tests", "web types"], "beside each other"
        assert steps[4:] == ["web build", "web sizes"]

    @pytest.mark.parametrize(
        ("named", "fast", "brought"), [([], False, 1), ([], True, 0), (["tests/ledger"], False, 0)]
    )
    def test_only_the_whole_run_brings_engines_and_a_browser_first(
        self, monkeypatch: pytest.MonkeyPatch, steps: list[str], named: list[str], fast: bool, brought: int
    ) -> None:
        ended = subprocess.CompletedProcess([], returncode=0)
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
        cli_checks.run_everything(named, fast=fast)
        assert steps.count("programs") == brought

    def test_bringing_them_can_fail(self, monkeypatch: pytest.MonkeyPatch, steps: list[str]) -> None:
        monkeypatch.setattr(cli_checks, "_passes", lambda name, *_: name != "programs")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], returncode=0))
        assert cli_checks.run_everything([], fast=False) == 1
        assert cli_checks.run_everything([], fast=True) == 0

    def test_without_its_packages_nothing_of_the_web_app_can_be_tried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cli_checks, "_succeeds", lambda name, act: False)
        assert cli_checks._failed_web_steps(whole=True) == ["web packages"]

    @pytest.mark.slow
    def test_failing_tests_fail_the_run(self, monkeypatch: pytest.MonkeyPatch, steps: list[str]) -> None:
        monkeypatch.setattr(cli_checks, "_passes", lambda name, *_: True)
        assert cli_checks.run_everything(["--no-such-option"], fast=False) != 0
        assert cli_checks.run_everything(["--version"], fast=True) == 0

    def test_a_path_means_what_it_means_where_the_user_stands(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "test_it.py").touch()
        monkeypatch.chdir(tmp_path)
        assert cli_checks._from_here("test_it.py::TestX::test_y") == f"{tmp_path}/test_it.py::TestX::test_y"
        assert cli_checks._from_here("tests/ledger") == "tests/ledger"
        assert cli_checks._from_here("-k") == "-k"
