"""`nyord test`: every rule that has a check, then every test. Needs no bank; the tests start their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from app.cli_support import BACKEND, ROOT
from app.web import build, node
from app.web.errors import BuildFailed

FILE_LINES_MAX: Final = 400
PROCESSES_MAX: Final = 4  # more would only share the disk

# The launcher has no suffix by which a tool would know it for Python.
_LAUNCHER: Final = str(ROOT / "nyord")
_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "lint": ("ruff", "check", "--quiet", ".", _LAUNCHER),
    "format": ("ruff", "format", "--quiet", "--check", "--config", "pyproject.toml", ".", _LAUNCHER),
    "types": ("mypy",),
    "import rules": ("lint-imports",),
}
_WEB_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "web lint": ("run", "--silent", "lint"),
    "web types": ("run", "--silent", "types:check"),
    "web tests": ("test", "--silent"),
}
# What can't be had isn't a failure of this step: the tests that need it say so.
_PROGRAMS: Final = (sys.executable, "-m", "tests.machine")
_SOURCES: Final = ("backend", "bench", "frontend/src", "deploy")
_GENERATED: Final = {"versions", "schema.ts"}  # Alembic and openapi-typescript wrote them: nobody may cut them up
_SUFFIXES: Final = {".py", ".ts", ".tsx", ".js", ".jsx", ".css", ".sql", ".sh"}


def run_everything(pytest_arguments: Sequence[str], *, fast: bool) -> int:
    """Run all checks and, last, pytest, whose closing line ends the output. Return 0 only if all of them passed.

    Who names tests gets those and the bank's own checks; the web app's are part of the whole run.
    """
    # The tests start hundreds of processes; on a machine that keeps no bytecode each would compile the bank again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with ThreadPoolExecutor(2) as beside:  # the web app's checks are as long again; installing waits for the network
        bank = beside.submit(lambda: [name for name, command in _STEPS.items() if not _passes(name, _tool(command))])
        brought = beside.submit(lambda: fast or bool(pytest_arguments) or _passes("programs", _PROGRAMS))
        web = _failed_web_steps(whole=not pytest_arguments)
    failed = bank.result() + web + ([] if brought.result() else ["programs"])
    if too_long := long_files(ROOT):
        failed.append("file lengths")
        print("\n".join(f"  {line}" for line in too_long), flush=True)
    if failed:
        print(f"Failed before the tests: {', '.join(failed)}.", flush=True)
    # On every core, and one more: tests wait for what they start, and for PostgreSQL, of which each process has its own. With two
    # more the whole suite takes as long, and browsers come late. A few tests by name run plainly.
    # -rs says why tests were skipped, where there is no browser for example; -rR which were tried twice.
    processes = str(min((os.cpu_count() or 1) + 1, PROCESSES_MAX))
    spread = () if pytest_arguments else ("-rsR", "-n", processes, "--dist", "worksteal")
    chosen = ("-m", "not slow") if fast else ()
    command = _pytest(*spread, *chosen, *(_from_here(argument) for argument in pytest_arguments))
    return subprocess.run(command, cwd=BACKEND, check=False).returncode or int(bool(failed))


def long_files(root: Path) -> list[str]:
    """Return a sentence for each source file of more lines than one can keep in mind."""
    found = []
    for source in _SOURCES:
        for path in sorted((root / source).rglob("*")):
            if path.suffix in _SUFFIXES and not ({"node_modules"} | _GENERATED) & set(path.parts) and path.is_file():
                lines = len(path.read_text(encoding="utf-8").splitlines())
                if lines > FILE_LINES_MAX:
                    found.append(f"{path.relative_to(root)} has {lines} lines; {FILE_LINES_MAX} are allowed.")
    return found


def _failed_web_steps(*, whole: bool) -> list[str]:
    """Run the web app's checks, and build what the browser's tests will look at; return what failed."""
    if not _succeeds("web packages", lambda: build.install_packages(_quietly)):
        return ["web packages"]  # without them nothing else can be tried
    steps = _WEB_STEPS if whole else {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(
            pool.map(lambda name: _passes(name, node.npm(*steps[name]), build.FRONTEND, node.environment()), steps)
        )
    failed = [name for name, has_passed in zip(steps, passed, strict=True) if not has_passed]
    if not _succeeds("web build", lambda: build.bring_up_to_date(_quietly)):
        return [*failed, "web build"]
    if whole and not _passes("web sizes", node.npm("run", "--silent", "sizes"), build.FRONTEND, node.environment()):
        failed.append("web sizes")
    return failed


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _tool(command: tuple[str, ...]) -> list[str]:
    """Return the command with the environment's own program, not another of its name on the path."""
    return [str(Path(sys.executable).with_name(command[0])), *command[1:]]


def _passes(
    name: str, command: Sequence[str], folder: Path = BACKEND, environment: Mapping[str, str] | None = None
) -> bool:
    """Run one check, quietly unless it has something to say."""
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return _report(name, done.returncode == 0, started, done.stdout + done.stderr)


def _succeeds(name: str, act: Callable[[], object]) -> bool:
    """Do one step of the web app's build, quietly unless it fails."""
    started = time.monotonic()
    try:
        act()
    except BuildFailed as error:
        return _report(name, False, started, f"{error.output}\n{error}")
    return _report(name, True, started, "")


def _report(name: str, passed: bool, started: float, output: str) -> bool:
    print(f"{name:<13} {'ok' if passed else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
    if not passed:
        print(output.strip(), flush=True)
    return passed


def _quietly(_: str) -> None:
    """Say nothing: the step's own line says it."""


def _from_here(argument: str) -> str:
    """Return a path among pytest's arguments as the user meant it: from where they stand, not from backend/."""
    path, separator, rest = argument.partition("::")
    if not path.startswith("-") and Path(path).exists():
        return os.path.abspath(path) + separator + rest  # noqa: PTH100  (a link keeps its name)
    return argument
