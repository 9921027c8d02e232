from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
# A small lock, cut out of the real one: what is tested is how the launcher installs, not how much.
PACKAGES = ("annotated-doc", "uv")


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module, on a root of its own."""
    loader = importlib.machinery.SourceFileLoader("nyord_launcher", str(ROOT / "nyord"))
    spec = importlib.util.spec_from_loader("nyord_launcher", loader)
    assert spec is not None
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.PYTHON = module.VENV / "bin" / "python"
    module.STAMP = module.VENV / "nyord.json"
    module.RUNTIME_LOCK = tmp_path / "requirements.txt"
    module.DEVELOPMENT_LOCK = tmp_path / "requirements-dev.txt"
    module.RUNTIME_LOCK.write_text("a==1 \\\n    --hash=sha256:00\n")
    module.DEVELOPMENT_LOCK.write_text("a==1 \\\n    --hash=sha256:00\nb==2 \\\n    --hash=sha256:01\n")
    return module


def pretend_python(launcher: ModuleType) -> None:
    launcher.PYTHON.parent.mkdir(parents=True, exist_ok=True)
    launcher.PYTHON.touch()


class TestIsInstalled:
    def test_only_with_a_python_and_this_very_lock(self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not launcher.is_installed(launcher.RUNTIME_LOCK)
        pretend_python(launcher)
        assert not launcher.is_installed(launcher.RUNTIME_LOCK), "half-made: there is no stamp"
        monkeypatch.setattr(launcher, "is_usable", lambda: True)
        monkeypatch.setattr(launcher, "install_packages", lambda lock: True)
        launcher.install(launcher.RUNTIME_LOCK)
        assert launcher.is_installed(launcher.RUNTIME_LOCK)
        assert not launcher.is_installed(launcher.DEVELOPMENT_LOCK)
        launcher.install(launcher.DEVELOPMENT_LOCK)
        assert launcher.is_installed(launcher.DEVELOPMENT_LOCK)
        assert launcher.is_installed(launcher.RUNTIME_LOCK), "the larger lock has all of the smaller"
        launcher.RUNTIME_LOCK.write_text("a==2 \\\n    --hash=sha256:00\n")
        assert not launcher.is_installed(launcher.RUNTIME_LOCK)

    @pytest.mark.parametrize("stamp", ["", "{", "[]", '{"installed": 1}'])
    def test_a_damaged_stamp_is_no_stamp(self, launcher: ModuleType, stamp: str) -> None:
        pretend_python(launcher)
        launcher.STAMP.write_text(stamp)
        assert not launcher.is_installed(launcher.RUNTIME_LOCK)


class TestInstall:
    def test_a_damaged_environment_is_made_anew_once(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[str] = []
        monkeypatch.setattr(launcher, "is_usable", lambda: True)
        monkeypatch.setattr(launcher, "make_environment", lambda: made.append("made") or pretend_python(launcher))
        monkeypatch.setattr(launcher, "install_packages", lambda lock: bool(made))
        launcher.install(launcher.RUNTIME_LOCK)
        assert made == ["made"]

    def test_packages_that_can_t_be_had_are_one_sentence_and_no_stamp(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(launcher, "make_environment", lambda: pretend_python(launcher))
        monkeypatch.setattr(launcher, "install_packages", lambda lock: False)
        with pytest.raises(launcher.SetupFailed, match="check the network"):
            launcher.install(launcher.RUNTIME_LOCK)
        assert not launcher.STAMP.exists()

    def test_a_python_without_venv_says_what_to_install(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(launcher.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(launcher.SetupFailed, match="sudo apt install python3-venv"):
            launcher.make_environment()

    def test_somebody_else_s_environment_behind_a_link_is_not_deleted(
        self, launcher: ModuleType, tmp_path: Path
    ) -> None:
        (tmp_path / "theirs").mkdir()
        launcher.VENV.symlink_to(tmp_path / "theirs")
        with pytest.raises(launcher.SetupFailed, match="remove the link"):
            launcher.make_environment()
        assert (tmp_path / "theirs").exists()


class TestLock:
    def test_entry_is_one_package_with_its_hashes(self, launcher: ModuleType) -> None:
        assert launcher.entry(launcher.DEVELOPMENT_LOCK, "a") == "a==1 \\\n    --hash=sha256:00\n"
        assert launcher.entry(launcher.DEVELOPMENT_LOCK, "b") == "b==2 \\\n    --hash=sha256:01\n"
        assert launcher.count(launcher.DEVELOPMENT_LOCK) == 2

    def test_the_real_locks_agree_and_are_hashed(self, launcher: ModuleType) -> None:
        runtime, development = ((ROOT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt"))
        pins = {line.split()[0] for line in runtime.splitlines() if "==" in line and line[0].isalpha()}
        assert pins <= {line.split()[0] for line in development.splitlines() if "==" in line and line[0].isalpha()}
        for name in pins:
            assert "--hash=sha256:" in launcher.entry(ROOT / "requirements.txt", name.split("==")[0])
        assert "uv" in {pin.split("==")[0] for pin in pins}, "the launcher takes uv from the lock"

    def test_one_launcher_waits_for_the_other(self, launcher: ModuleType) -> None:
        order: list[str] = []

        def other() -> None:
            with launcher.one_at_a_time():
                order.append("other")

        with launcher.one_at_a_time():
            thread = threading.Thread(target=other)
            thread.start()
            time.sleep(0.2)
            order.append("first")
        thread.join()
        assert order == ["first", "other"]


@pytest.mark.slow
class TestForReal:
    """S176: a machine with nothing but Python. The environment is made once, used and repaired."""

    @pytest.fixture
    def repository(self, tmp_path: Path, launcher: ModuleType) -> Path:
        root = tmp_path / "a checkout"
        (root / "backend" / "app").mkdir(parents=True)
        shutil.copy2(ROOT / "nyord", root)
        lock = "".join(launcher.entry(ROOT / "requirements.txt", package) for package in PACKAGES)
        (root / "requirements.txt").write_text(lock)
        (root / "requirements-dev.txt").write_text(lock + launcher.entry(ROOT / "requirements-dev.txt", "iniconfig"))
        (root / "backend" / "app" / "__init__.py").touch()
        says = "import annotated_doc, json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd()]))\n"
        (root / "backend" / "app" / "cli.py").write_text(says)
        return root

    def run(self, launcher: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [launcher, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    def test_made_used_and_repaired(self, repository: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        (elsewhere / "app").mkdir(parents=True)
        (elsewhere / "app" / "__init__.py").write_text("raise SystemExit('not this one')")
        (elsewhere / "link").symlink_to(repository / "nyord")

        first = self.run(elsewhere / "link", elsewhere, "up", "--port", "1")
        assert json.loads(first.stdout) == [["up", "--port", "1"], str(elsewhere)], first.stderr
        assert "making .venv (once)" in first.stderr
        assert "installing 2 packages" in first.stderr

        second = self.run(repository / "nyord", elsewhere, "up")
        assert second.stderr == "", "nothing to do, nothing to say"

        development = self.run(repository / "nyord", elsewhere, "test")
        assert "installing 3 packages from requirements-dev.txt" in development.stderr

        (repository / ".venv" / "bin" / "python").unlink()
        repaired = self.run(repository / "nyord", elsewhere, "up")
        assert (repaired.returncode, json.loads(repaired.stdout)[0]) == (0, ["up"])

    def test_a_file_with_another_hash_is_not_installed(self, repository: Path) -> None:
        lock = repository / "requirements.txt"
        first, uv = lock.read_text().split("uv==", 1)
        lock.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", first) + "uv==" + uv)
        done = self.run(repository / "nyord", repository, "up")
        assert done.returncode == 1
        assert "nyord: the packages of requirements.txt couldn't be installed" in done.stderr
        assert not (repository / ".venv" / "nyord.json").exists()


class TestOldPython:
    @pytest.mark.parametrize("version", ["3.6", "3.8", "3.10"])
    def test_refused_in_one_sentence(self, version: str) -> None:
        python = shutil.which(f"python{version}")
        if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
            pytest.skip(f"there is no Python {version} here")
        done = subprocess.run([python, ROOT / "nyord", "up"], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert (
            done.stderr.strip()
            == f"nyord: Nyord needs Python 3.11 or later and this is {version}: try `python3.11 nyord`."
        )
