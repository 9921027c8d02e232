"""What the engines are made of, brought here: Debian's packages by apt, Elasticsearch by Maven."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from app.engines.errors import EngineError, NotHere

ELASTICSEARCH_VERSION: Final = "8.19.3"
_ARTIFACT: Final = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTICSEARCH_VERSION}:zip"
_MAVEN_SECONDS_MAX: Final = 600
_APT_SECONDS_MAX: Final = 600

# Debian starts a service as soon as its package is installed, unless this program says no (101: forbidden by policy).
_POLICY: Final = Path("/usr/sbin/policy-rc.d")
_POLICY_ASIDE: Final = Path("/usr/sbin/policy-rc.d.before-nyord")
_NOBODY_STARTS: Final = "#!/bin/sh\n# nyord engines: installed programs are run by nyord, not as services.\nexit 101\n"
_SERVICES: Final = ("postgresql", "rabbitmq-server", "redis-server")  # packages that have one, of the same name


def find(*patterns: str) -> Path | None:
    """Return the first file that one of the patterns (absolute paths with `*`) names, or None."""
    for pattern in patterns:
        for path in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            return path
    return None


def packages(names: Sequence[str], say: Callable[[str], None]) -> None:
    """Install Debian packages. No service is started by it, now or at the next boot.

    Raises:
        NotHere: this isn't Debian, or we aren't root.
        EngineError: apt couldn't; the sentence has its reason.
    """
    wanted = ", ".join(names)
    if shutil.which("apt-get") is None:
        raise NotHere(f"{wanted} can't be installed here, because this isn't Debian")
    if os.geteuid() != 0:
        raise NotHere(f"Installing {wanted} needs root (or `sudo apt-get install {' '.join(names)}` first)")
    say(f"Installing {wanted} with apt (once).")
    with one_at_a_time(), _no_service_starts():
        if not _apt("install", "--yes", "--no-install-recommends", *names)[0]:
            _apt("update")  # the lists of packages may be missing, or older than the packages
            done, reason = _apt("install", "--yes", "--no-install-recommends", *names)
            if not done:
                raise NotHere(f"apt couldn't install {wanted} ({reason})")
    for name in names:
        if name in _SERVICES and shutil.which("deb-systemd-helper"):
            _run(["deb-systemd-helper", "disable", f"{name}.service"], _APT_SECONDS_MAX)


def elasticsearch(say: Callable[[str], None]) -> Path:
    """Return the folder of the Elasticsearch distribution, fetched by Maven if it isn't here yet.

    It belongs to the user, not to one engines folder: the next one needn't fetch it again.

    Raises:
        NotHere: Maven couldn't fetch it.
        EngineError: it can't be unpacked here.
    """
    home = cache() / f"elasticsearch-{ELASTICSEARCH_VERSION}"
    if home.exists():
        return home
    say(f"Fetching Elasticsearch {ELASTICSEARCH_VERSION} with Maven (100 MB, once).")
    with one_at_a_time(), tempfile.TemporaryDirectory(dir=cache(), prefix="fetching-") as folder:
        if home.exists():  # somebody else fetched it while we waited
            return home
        repository = Path(folder) / "repository"
        command = ["mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={repository}", "dependency:get"]
        done, reason = _run([*command, f"-Dartifact={_ARTIFACT}", "-Dtransitive=false"], _MAVEN_SECONDS_MAX)
        archive = next(repository.rglob(f"elasticsearch-{ELASTICSEARCH_VERSION}.zip"), None)
        if not done or archive is None:
            raise NotHere(f"Maven couldn't fetch Elasticsearch {ELASTICSEARCH_VERSION} ({reason})")
        _unpack(archive, Path(folder) / "unpacked")
        (Path(folder) / "unpacked" / home.name).rename(home)
    return home


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one command at a time install something for this user.

    Raises:
        EngineError: the folder for it, or what was to be put there, can't be written.
    """
    try:
        cache().mkdir(parents=True, exist_ok=True)
        with (cache() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise EngineError(f"{cache()} can't be used ({error.strerror}): check its permissions and the disk.") from None


def cache() -> Path:
    """Return the folder for what can be fetched again."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "nyord"


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Forbid that installing a package starts its service; afterwards the machine's own policy holds again."""
    if _POLICY.exists() and not _POLICY_ASIDE.exists():
        _POLICY.rename(_POLICY_ASIDE)
    _POLICY.write_text(_NOBODY_STARTS)
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        if _POLICY_ASIDE.exists():  # also one that an earlier, killed installation had put aside
            _POLICY_ASIDE.replace(_POLICY)
        else:
            _POLICY.unlink(missing_ok=True)


def _apt(*arguments: str) -> tuple[bool, str]:
    # Another apt (the machine's nightly one) may hold the lock: wait for it instead of failing.
    command = ["apt-get", "--quiet", "--quiet", "-o", "DPkg::Lock::Timeout=120", *arguments]
    return _run(command, _APT_SECONDS_MAX, DEBIAN_FRONTEND="noninteractive")


def _run(command: list[str], seconds_max: float, **environment: str) -> tuple[bool, str]:
    """Run a program to its end; return whether it succeeded and the last thing that it complained about."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds_max,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("E:", "[ERROR]"))]
    reason = lines[0].removeprefix("E:").removeprefix("[ERROR]").strip() if lines else f"exit code {done.returncode}"
    return done.returncode == 0, reason[:200].rstrip(".")


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip file with the permissions that it recorded, which `extractall` forgets."""
    with zipfile.ZipFile(archive) as zipped:
        for entry in zipped.infolist():
            path = Path(zipped.extract(entry, folder))
            if mode := entry.external_attr >> 16:
                path.chmod(mode & 0o777)
