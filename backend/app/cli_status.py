"""Is the bank there? What `nyord status` finds out, without starting anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.cli_support import external_url, home_at


def bank_status(data: Path | None) -> tuple[dict[str, Any], str]:
    """Return the facts about the bank that a command means, and the same in a sentence. `healthy` is the answer."""
    home = home_at(data)
    running = home.running()
    external = external_url(data)
    if running is not None and external in ("", running.database_url):  # else another bank has the user's folder
        return _running(running.address, running.host, running.port, running.pid, str(home.path))
    if external:
        return _external()
    made = home.exists()
    sentence = (
        f"No bank runs on {home.path}: `./nyord up` starts it."
        if made
        else f"There is no bank in {home.path} yet: `./nyord up` makes one."
    )
    return {"running": False, "healthy": False, "data": str(home.path), "exists": made}, sentence


def _running(address: str, host: str, port: int, pid: int, folder: str) -> tuple[dict[str, Any], str]:
    from app.embedded.network import answers, reachable_host

    healthy = answers(reachable_host(host), port, "/health/live", timeout_seconds=5)
    facts = {"running": True, "healthy": healthy, "address": address, "pid": pid, "data": folder}
    return (
        facts,
        f"The bank is open at {address} (process {pid}, data in {folder})."
        if healthy
        else f"The bank at {address} runs but doesn't answer.",
    )


def _external() -> tuple[dict[str, Any], str]:
    import psycopg

    from app.config import get_settings
    from app.engines.check import check_engines, without_secrets

    settings = get_settings()
    if findings := check_engines(settings):
        sentences = [finding.text for finding in findings]
        return {"running": False, "healthy": False, "reason": sentences[0], "engines": sentences}, "\n".join(sentences)
    try:
        with psycopg.connect(settings.libpq_url, connect_timeout=5) as connection:
            found = connection.execute(
                "SELECT to_regclass('alembic_version') IS NOT NULL, current_setting('transaction_read_only')::boolean"
            ).fetchone()
    except psycopg.Error as error:
        reason = without_secrets(str(error), urlsplit(settings.libpq_url).password).strip().splitlines()[0]
        return {"running": False, "healthy": False, "reason": reason}, f"The database can't be reached: {reason}"
    assert found is not None
    migrated, is_read_only = found
    facts = {"running": False, "healthy": migrated and not is_read_only, "migrated": migrated}
    if is_read_only:
        reason = "it can only be read: a standby that hasn't taken over, or its disk is full"
        return {**facts, "reason": reason}, f"The database answers, but {reason}."
    return (
        facts,
        "The database answers and has the bank's tables."
        if migrated
        else "The database answers but has no tables yet: run `./nyord migrate`.",
    )
