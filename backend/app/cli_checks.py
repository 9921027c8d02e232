"""`nyord test`: every rule that has a check, then every test. Needs no bank; the tests start their own database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.cli_support import BACKEND, ROOT

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
_SOURCES: Final = ("backend", "bench", "frontend/src", "deploy")
_GENERATED: Final = "versions"  # Alembic wrote them, and they are history: nobody may edit them into pieces
_SUFFIXES: Final = {".py", ".ts", ".tsx", ".js", ".jsx", ".css", ".sql", ".sh"}


def run_everything(pytest_arguments: Sequence[str], *, fast: bool) -> int:
    """Run all checks and, last, pytest, whose closing line ends the output. Return 0 only if all of them passed."""
    failed = [name for name, command in _STEPS.items() if not _passes(name, command)]
    if too_long := long_files(ROOT):
        failed.append("file lengths")
        print("\n".join(f"  {line}" for line in too_long), flush=True)
    if failed:
        print(f"Failed before the tests: {', '.join(failed)}.", flush=True)
    # The whole suite on every core: each process starts a PostgreSQL of its own. A few tests by name run plainly.
    spread = () if pytest_arguments else ("-n", str(min(os.cpu_count() or 1, PROCESSES_MAX)), "--dist", "worksteal")
    chosen = ("-m", "not slow") if fast else ()
    arguments = [*spread, *chosen, *(_from_here(argument) for argument in pytest_arguments)]
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=BACKEND, check=False).returncode
    return code or int(bool(failed))


def long_files(root: Path) -> list[str]:
    """Return a sentence for each source file of more lines than one can keep in mind."""
    found = []
    for source in _SOURCES:
        for path in sorted((root / source).rglob("*")):
            if path.suffix in _SUFFIXES and not {"node_modules", _GENERATED} & set(path.parts) and path.is_file():
                lines = len(path.read_text(encoding="utf-8").splitlines())
                if lines > FILE_LINES_MAX:
                    found.append(f"{path.relative_to(root)} has {lines} lines; {FILE_LINES_MAX} are allowed.")
    return found


def _passes(name: str, command: tuple[str, ...]) -> bool:
    """Run one check, quietly unless it has something to say."""
    started = time.monotonic()
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=BACKEND, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    passed = done.returncode == 0
    print(f"{name:<13} {'ok' if passed else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
    if not passed:
        print((done.stdout + done.stderr).strip(), flush=True)
    return passed


def _from_here(argument: str) -> str:
    """Return a path among pytest's arguments as the user meant it: from where they stand, not from backend/."""
    path, separator, rest = argument.partition("::")
    if not path.startswith("-") and Path(path).exists():
        return os.path.abspath(path) + separator + rest  # noqa: PTH100  (a link keeps its name)
    return argument
